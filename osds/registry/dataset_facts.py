"""What is known of a dataset's repository when a decision is made about its row, as values that an edge has found out.

Ids are None where no forge vouches for them: for repositories on other hosts and in local folders. Then a claim in the
dataset itself, or a keeper, has to speak for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from osds.dataset.identity import DatasetId
from osds.dataset.safe_yaml import NotYamlError, load_yaml
from osds.errors import OsdsError
from osds.registry.forge import DatasetRepository
from osds.registry.urls import canonical_url, comparable_url

CLAIM_FILE = "osds.yml"
CLAIM_KEY = "registry"
MAX_CLAIM = 65_536  # bytes


class Sight(StrEnum):
    """Whether the repository could be looked at."""

    SEEN = "seen"
    HIDDEN = "hidden"  # private, gone, or never there
    UNREACHABLE = "unreachable"  # the next try may work


@dataclass(frozen=True, kw_only=True)
class DatasetFacts:
    """One repository. `name` is that in its datapackage.json, `claims` the registry that its osds.yml names.

    `repository` is what the forge says, `author_may_write` whether whoever asks may write to it; None where unknown.
    """

    sight: Sight
    name: str | None = None
    claims: str | None = None
    repository: DatasetRepository | None = None
    author_may_write: bool | None = None

    @property
    def repository_id(self) -> str:
        """As the catalog writes it; empty if unknown."""
        return str(self.repository.id) if self.repository else ""

    @property
    def owner_id(self) -> str:
        """As the catalog writes it; empty if unknown."""
        return str(self.repository.owner.id) if self.repository else ""


NOT_LOOKED_AT = DatasetFacts(sight=Sight.UNREACHABLE)


def read_name(descriptor: object) -> str | None:
    """The name in a parsed datapackage.json, if it can be a dataset's name."""
    name = descriptor.get("name") if isinstance(descriptor, dict) else None
    try:
        return DatasetId(owner="o", name=name).name if isinstance(name, str) else None
    except OsdsError:
        return None


def read_claim(content: bytes | None) -> str | None:
    """The registry that a dataset's osds.yml names, as it is written there; None if it names none."""
    if content is None or len(content) > MAX_CLAIM:
        return None
    try:
        value = load_yaml(content)
    except NotYamlError:
        return None
    claim = value.get(CLAIM_KEY) if isinstance(value, dict) else None
    return claim if isinstance(claim, str) else None


def same_registry(claim: str | None, registry: str, server_url: str) -> bool:
    """True if a claim names this registry. Both are OWNER/REPO on the server, or any address of a repository."""
    ours = _address(registry, server_url)
    return claim is not None and ours is not None and _address(claim, server_url) == ours


def _address(text: str, server_url: str) -> str | None:
    is_short = text.count("/") == 1 and ":" not in text and not text.startswith(("/", "."))
    try:
        return comparable_url(canonical_url(f"{server_url}/{text}" if is_short else text))
    except OsdsError:
        return None
