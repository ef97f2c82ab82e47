"""What a random case is made of: the people and names of its small world, and everything that a decision depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from osds.registry.dataset_facts import DatasetFacts
from osds.registry.forge import Person
from osds.registry.policy import Policy
from osds.registry.voices import Voices

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PEOPLE = {
    login: Person(id=number, login=login)
    for number, login in enumerate(("alice", "bob", "carol", "os-data", "alicf", "osdata", "Zed", "mallory"), start=1)
}
NAMES = (
    "budget",
    "bud-get",
    "spending",
    "boost-armenia",
    "boost-armenla",
    "latest",
    "old-name",
    "x1",
    "internal",
    "roads",
    "schools",
    "taxes",
)
COLUMNS = ("url", "name", "owner", "core", "repository_id", "owner_id", "status", "title")
FEWER = ("url", "name", "owner", "core", "title")

Row = dict[str, str]


@dataclass
class RandomCase:
    """Everything that a decision depends on, and the two versions of the file that a request consists of."""

    base: str
    head: bytes
    tip: str
    columns: tuple[str, ...]
    author: Person | None
    facts: dict[str, DatasetFacts]
    policy: Policy
    retired: frozenset[str]
    voices: Voices = field(default_factory=Voices)
    since: datetime = NOW
    frozen: bool = False
    draft: bool = False
    rows_before: int | None = None


def number_of(url: str) -> int:
    """The number of the repository behind an address."""
    return 100 + sum(map(ord, url.lower())) % 50
