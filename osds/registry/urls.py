"""The URLs of dataset repositories: the one form in which the catalog carries them, and how they are compared.

A public dataset is `https://host/owner/repository`; a dataset of a local registry is an absolute path or `file:///path`.
"""

from __future__ import annotations

import re

from osds.errors import UnsafeInputError, UsageError

_MAX_URL = 500
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])"
_OWNER = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
_REPOSITORY = r"[A-Za-z0-9._-]{1,100}"
_PUBLIC = re.compile(f"https://(?P<host>{_HOST})/(?P<owner>{_OWNER})/(?P<repository>{_REPOSITORY})")
_LOCAL = re.compile(r"(?:file://)?(?P<path>/[^\x00-\x1f\x7f-\x9f]+)")
# What people and git write for the same repository: https with extras, ssh://git@host/…, git@host:…
_WRITTEN = re.compile(
    r"(?P<scheme>https?://|ssh://|)(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?P<port>:\d{1,5}(?=/))?(?P<cut>[/:])(?P<path>[^?#\s]+)"
)
_HELP = "Give the address of its repository, for instance https://github.com/OWNER/REPOSITORY"


def canonical_url(text: str) -> str:
    """The catalog's form of a repository's address as a person or git writes it.

    Understands https (a user, `.git` and a slash at the end are dropped), `ssh://git@host/…`, `git@host:…`, and
    local paths. Raises `UsageError` if nothing in the catalog's form is left.
    """
    if _LOCAL.fullmatch(text):
        return check_url(text.rstrip("/"))
    match = _WRITTEN.fullmatch(text) if len(text) <= 2 * _MAX_URL else None
    if match is None or not _can_be_https(match):
        raise _refusal(text)
    path = match["path"].strip("/").removesuffix(".git")
    return check_url(f"https://{match['host'].lower()}/{path}")


def _can_be_https(match: re.Match[str]) -> bool:
    """True if the repository is, as far as anybody can tell, also at https://host/path."""
    scheme, port, cut = match["scheme"], match["port"], match["cut"]
    if scheme == "":
        return cut == ":"  # git@host:owner/repository
    if cut != "/":
        return False
    if scheme == "http://":
        return port is None and match["host"].lower() == "github.com"
    return scheme == "ssh://" or port is None


def check_url(url: str) -> str:
    """`url` itself if the catalog may carry it. Raises `UsageError`, or `UnsafeInputError` if it leaves its path."""
    if len(url) > _MAX_URL:
        raise UsageError(f"The URL {url[:80]!r}… is longer than {_MAX_URL} characters", next_step=_HELP)
    segments = url.split("/")
    if ".." in segments or "." in segments:
        raise UnsafeInputError(f"The URL {url!r} has a '.' or '..' in its path", next_step=_HELP)
    public = _PUBLIC.fullmatch(url)
    if public and not public["repository"].endswith(".git"):
        return url
    if _LOCAL.fullmatch(url) and not url.endswith("/") and "//" not in url.removeprefix("file://"):
        return url
    raise _refusal(url)


def is_public(url: str) -> bool:
    """True if others can reach the repository: it is not a path on this computer."""
    return url.startswith("https://")


def host_in_url(url: str) -> str | None:
    """The host of a public repository's URL; None for a local path."""
    match = _PUBLIC.fullmatch(url)
    return match["host"] if match else None


def owner_in_url(url: str) -> str | None:
    """The owner that a public repository's URL names; None for a local path."""
    match = _PUBLIC.fullmatch(url)
    return match["owner"] if match else None


def comparable_url(url: str) -> str:
    """Equal for two URLs that lead to the same repository: case does not matter on a host, nor does `file://`."""
    return url.lower() if url.startswith("https://") else url.removeprefix("file://")


def _refusal(url: str) -> UsageError:
    shown = url if len(url) <= 200 else url[:200] + "…"
    if re.search(r"//[^/]*@", shown):  # may carry a password
        shown = re.sub(r"//[^/]*@", "//…@", shown)
    return UsageError(f"{shown!r} is not the URL of a dataset's repository", next_step=_HELP)
