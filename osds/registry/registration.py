"""Asking a registry to enter a dataset, as values: which registry, and what came out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from osds.errors import UsageError
from osds.registry.catalog import CATALOG_FILE, Entry
from osds.registry.pull_request import PullRequestText
from osds.registry.template import ISSUE_FORM

SERVER_URL = "https://github.com"

_MAX_LINK = 6000  # characters; GitHub and browsers cut longer ones

_REPOSITORY = r"(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,38})/(?P<repository>[A-Za-z0-9._-]{1,100}?)(?:\.git)?"
_SHORT = re.compile(_REPOSITORY)
_ON_SERVER = re.compile(f"/{_REPOSITORY}/?")
_GIT_URL = re.compile(r"(https?|ssh)://\S+|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:\S+")


@dataclass(frozen=True, kw_only=True)
class FolderTarget:
    """A registry in a folder of this computer."""

    folder: str


@dataclass(frozen=True, kw_only=True)
class GitTarget:
    """A registry that is reached by git alone, at any URL."""

    url: str


@dataclass(frozen=True, kw_only=True)
class GitHubTarget:
    """A registry on GitHub (or a GitHub Enterprise Server, by `server_url`), asked by pull request."""

    owner: str
    repository: str
    server_url: str = SERVER_URL

    @property
    def full_name(self) -> str:
        """`owner/repository`."""
        return f"{self.owner}/{self.repository}"

    @property
    def url(self) -> str:
        """The page of the repository, which is also where git finds it."""
        return f"{self.server_url}/{self.full_name}"

    def form_link(self, entry: Entry) -> str:
        """The address of a form that asks for `entry`, filled in; opening it in a browser writes nothing yet."""
        query = {"template": ISSUE_FORM, "title": f"Add {entry.id}", "dataset": entry.url}
        return f"{self.url}/issues/new?{urlencode(query)}"

    def edit_link(self, branch: str) -> str:
        """The address where a person edits the catalog; GitHub makes a fork and a pull request of it by itself."""
        return f"{self.url}/edit/{quote(branch)}/{CATALOG_FILE}"

    def compare_link(self, base: str, head: str, text: PullRequestText) -> str:
        """The address of a pull request's form for the branch `head` (`owner:branch`), filled in as far as a URL can."""
        place = f"{self.url}/compare/{quote(base)}...{quote(head, safe=':/')}"
        link = f"{place}?{urlencode({'expand': 1, 'title': text.title, 'body': text.body})}"
        return link if len(link) <= _MAX_LINK else f"{place}?{urlencode({'expand': 1, 'title': text.title})}"


Target = FolderTarget | GitTarget | GitHubTarget


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What `register` did, or would do in a dry run. `where` is the registry, `url` a commit id or a web address.

    `why` says in one sentence why it was this way and no other.
    """

    how: Literal["commit", "pull request", "link", "unchanged"]
    where: str
    url: str = ""
    why: str = ""
    lines: tuple[str, ...] = ()


def parse_target(text: str, *, is_folder: Callable[[str], bool], server_url: str = SERVER_URL) -> Target:
    """Which registry `text` names: an existing folder, OWNER/REPO or a URL of `server_url`, or any other git URL.

    Raises `UsageError` if it is none of these.
    """
    if not text or any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise UsageError("The registry's name is empty or has a control character", next_step=_HELP)
    folder = text.removeprefix("file://") if text.startswith("file:///") else text
    if is_folder(folder):
        return FolderTarget(folder=folder)
    short = _SHORT.fullmatch(text)
    if short:
        return _on_server(short, server_url)
    if not _GIT_URL.fullmatch(text):
        raise UsageError(f"There is no registry {text[:200]!r}", next_step=_HELP)
    url, server = urlsplit(text), urlsplit(server_url)
    match = _ON_SERVER.fullmatch(url.path)
    if match and (url.scheme, url.netloc, url.query, url.fragment) == (server.scheme, server.netloc, "", ""):
        return _on_server(match, server_url)
    return GitTarget(url=text)


def _on_server(match: re.Match[str], server_url: str) -> GitHubTarget:
    if match["repository"] in {".", "..", ".git"}:
        raise UsageError(f"There is no registry {match[0]!r}", next_step=_HELP)
    return GitHubTarget(owner=match["owner"], repository=match["repository"], server_url=server_url.rstrip("/"))


_HELP = "Give OWNER/REPOSITORY on GitHub, an existing folder, or the https or ssh URL of a git repository"
