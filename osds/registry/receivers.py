"""Who is told of a registry's changes: the list `notify` in its `osds.yml`, as values.

notify:
  - webhook: https://hooks.example.org/osds
    secret: OSDS_WEBHOOK_SECRET      # the name of the variable that holds it, never the secret itself
  - dispatch: OWNER/REPOSITORY
    secret: OSDS_SITE_TOKEN          # a token for it; without this line, that of the run
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from osds.dataset.addresses import url_problem

MAX_RECEIVERS = 50

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/[A-Za-z0-9._-]{1,100}")
_MAX_URL = 500  # characters


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A server that gets signed requests. `secret` is the name of the variable that holds the secret."""

    url: str
    secret: str

    @property
    def id(self) -> str:
        """What it is called in `data/delivered.json`."""
        return f"webhook {self.url}"

    @property
    def shown(self) -> str:
        """What it is called in words: its host, because a path may be somebody's secret all the same."""
        return f"the webhook at {urlsplit(self.url).netloc}"


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """A repository whose workflows that listen to `repository_dispatch` are started. `secret` names a variable, too."""

    repository: str
    secret: str = ""

    @property
    def id(self) -> str:
        """What it is called in `data/delivered.json`."""
        return f"dispatch {self.repository}"

    @property
    def shown(self) -> str:
        """What it is called in words."""
        return f"the workflows of {self.repository}"


Receiver = Webhook | Dispatch


def parse_receivers(value: object) -> tuple[Receiver, ...] | None:
    """The receivers that the key `notify` lists, each once; None if it lists anything else."""
    if not isinstance(value, list) or len(value) > MAX_RECEIVERS:
        return None
    found = [_receiver(each) for each in value]
    known = [each for each in found if each is not None]
    return tuple(known) if len({each.id for each in known}) == len(found) else None


def _receiver(value: object) -> Receiver | None:
    if not isinstance(value, dict) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        return None
    secret = value.get("secret", "")
    if secret and not _VARIABLE.fullmatch(secret):
        return None
    if value.keys() == {"webhook", "secret"} and secret and _is_address(value["webhook"]):
        return Webhook(url=value["webhook"], secret=secret)
    if value.keys() - {"secret"} == {"dispatch"} and _REPOSITORY.fullmatch(value["dispatch"]):
        return Dispatch(repository=value["dispatch"], secret=secret)
    return None


def _is_address(url: str) -> bool:
    """True for a public https address without a query: osds.yml is public, and queries carry keys."""
    return len(url) <= _MAX_URL and url_problem(url) is None and "?" not in url and "#" not in url
