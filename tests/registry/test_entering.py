"""What entering a dataset would change."""

from __future__ import annotations

import pytest

from osds.errors import OsdsError, UsageError
from osds.registry.catalog import Entry, empty_catalog, parse_catalog
from osds.registry.changes import EventType
from osds.registry.entering import decide
from osds.registry.policy import Policy

BUDGET = Entry(url="https://github.com/alice/budget", name="budget", owner="alice")
POLICY = Policy()


def test_decide__a_new_dataset_is_added() -> None:
    change = decide(empty_catalog(), BUDGET, POLICY)
    assert change is not None
    assert (change.type, change.title, change.detail) == (EventType.ADDED, "Add alice/budget", "")
    assert change.row == "https://github.com/alice/budget,budget,alice,"
    assert change.event(time="2026-01-31T12:00:00Z", actor="alice").url == BUDGET.url


def test_decide__a_listed_dataset_changes_nothing() -> None:
    catalog = empty_catalog().with_entry(BUDGET)
    assert decide(catalog, BUDGET, POLICY) is None


def test_decide__an_update_says_what_was_different() -> None:
    catalog = parse_catalog("url,name,owner,core,title\nhttps://github.com/alice/old,budget,alice,,Old\n")
    entry = Entry(url=BUDGET.url, name="budget", owner="alice", extra={"title": ""})
    change = decide(catalog, entry, POLICY)
    assert change is not None
    assert (change.type, change.title) == (EventType.UPDATED, "Update alice/budget")
    assert change.detail == (
        "url: https://github.com/alice/old -> https://github.com/alice/budget; title: Old -> (empty)"
    )


@pytest.mark.parametrize(
    ("url", "owner", "organisation", "core"),
    [
        ("https://github.com/os-data/x", "os-data", "os-data", "core"),
        ("https://github.com/OS-Data/x", "os-data", "os-data", "core"),
        ("https://github.com/alice/x", "alice", "os-data", ""),
        ("https://evil.example/os-data/x", "os-data", "os-data", ""),
        ("https://github.com/os-data-2/x", "os-data-2", "os-data", ""),
        ("https://git.example.org/team/x", "team", "git.example.org/team", "core"),
        ("https://github.com/team/x", "team", "git.example.org/team", ""),
        ("/srv/os-data/x", "os-data", "os-data", ""),
    ],
)
def test_decide__core_is_derived_whatever_is_claimed(url: str, owner: str, organisation: str, core: str) -> None:
    for claimed in ("", "core"):
        entry = Entry(url=url, name="x", owner=owner, core=claimed)
        change = decide(empty_catalog(), entry, Policy(core_organisation=organisation))
        assert change is not None
        assert change.entry.core == core


def test_decide__becoming_core_is_its_own_event() -> None:
    catalog = empty_catalog().with_entry(BUDGET)
    change = decide(catalog, BUDGET, Policy(core_organisation="alice"))
    assert change is not None
    assert (change.type, change.detail) == (EventType.CORE, "core: (empty) -> core")


def test_decide__the_owner_is_the_owner_of_the_repository() -> None:
    stolen = Entry(url="https://github.com/mallory/budget", name="budget", owner="alice")
    with pytest.raises(UsageError, match="belongs to mallory"):
        decide(empty_catalog(), stolen, POLICY)


HOSTILE_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "A",
    "a b",
    "a\n",
    "\na",
    "a\x00b",
    "a,b",
    'a"b',
    "=a",
    "-a",
    "+a",
    "@a",
    "a.",
    "a-",
    "_a",
    "a..b",
    "a.git",
    "x" * 101,
    "é",
    "а",  # a Cyrillic letter
    "--upload-pack=x",
    "a;b",
    "$(x)",
    "`x`",
    "a%2fb",
    "a:b",
    "a?b",
    "a#b",
    "a~b",
    "a^b",
    "con\u202etxt",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_entry__hostile_names_never_become_a_row(name: str) -> None:
    with pytest.raises(OsdsError):
        Entry(url="https://github.com/alice/budget", name=name, owner="alice")
    if name not in {"A", "a-"}:  # fine for a login
        with pytest.raises(OsdsError):
            Entry(url="https://github.com/alice/budget", name="budget", owner=name)
