"""Badges of other services in a README, led to the workflow of osds; a badge is known by its address, in any markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from osds.untrusted import one_line

_NAME = r"(?P<name>[\w.-]{1,100}/[\w.-]{1,100}?)"
_GOODTABLES_BADGE = re.compile(rf"https?://(?:www\.)?goodtables\.io/badge/github/{_NAME}\.svg")
_GOODTABLES_PAGE = re.compile(rf"https?://(?:www\.)?goodtables\.io/github/{_NAME}(?=[\s)\]\"'>]|$)", re.MULTILINE)
_REPORT = re.compile(
    r"https?://repository\.frictionlessdata\.io/report\?user=(?P<user>[\w.-]{1,100})&(?:amp;)?repo=(?P<repo>[\w.-]{1,100})"
    r"(?:&(?:amp;)?flow=[^\s)\]\"'>]{0,100})?"
)


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where the repository is: its https address, None if nobody knows, and the file of the new workflow."""

    url: str | None
    workflow: str

    def page(self, name: str) -> str:
        """The page of the workflow; `name` (OWNER/REPO) is what the old badge said."""
        return f"{self.url or f'https://github.com/{name}'}/actions/workflows/{self.workflow}"

    def badge(self, name: str) -> str:
        """Its badge."""
        return f"{self.page(name)}/badge.svg"


def lead_badges(text: str, home: Home, gone: Iterable[tuple[str, str]]) -> str:
    """The text with its badges led to `home`. `gone` are file and name of the workflows that are removed."""
    text = _GOODTABLES_BADGE.sub(lambda match: home.badge(match["name"]), text)
    text = _GOODTABLES_PAGE.sub(lambda match: home.page(match["name"]), text)
    text = _REPORT.sub(lambda match: home.page(f"{match['user']}/{match['repo']}"), text)
    for file, name in gone:
        for path in (f"actions/workflows/{file}", f"workflows/{quote(name)}"):
            badge = re.compile(rf"https://[\w.-]+/{_NAME}/{re.escape(path)}/badge\.svg(?:\?[\w=&./-]*)?")
            text = badge.sub(lambda match: home.badge(match["name"]), text)
        page = re.compile(
            rf"https://[\w.-]+/{_NAME}/actions/workflows/{re.escape(file)}(?=[\s)\]\"'>]|$)", re.MULTILINE
        )
        text = page.sub(lambda match: home.page(match["name"]), text)
    return text


def told(path: str) -> str:
    """What to say of a README whose badges were led elsewhere."""
    return f"The badges in {one_line(path, 100)} show the new workflow from its first run on"
