from __future__ import annotations

import random
from dataclasses import replace

import pytest

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError, OutsideError, UnsafeInputError, UsageError
from osds.store.backup import (
    MOST_BUNDLES,
    Backup,
    Bundle,
    Holding,
    LfsObject,
    Snapshot,
    State,
    backup_key,
    backup_prefix,
    check_takedown,
    is_unchanged,
    known_tips,
    object_key,
    parse_backup,
    parse_takedowns,
    render_backup,
    sequences,
)

SEEN = Snapshot(head="refs/heads/main", refs={"refs/heads/main": "a" * 40, "refs/tags/v1.0": "b" * 40})
BACKUP = Backup(
    sequence=3,
    made="2026-11-24T12:00:00+00:00",
    state=State.KEPT,
    told="",
    repository="https://github.com/os-data/budget",
    repository_id=7,
    licences=("ODC-PDDL-1.0",),
    snapshot=SEEN,
    bundles=(Bundle(sha256="1" * 64, bytes=100),),
    lfs=(
        LfsObject(oid="2" * 64, bytes=50, holding=Holding.KEPT),
        LfsObject(oid="3" * 64, bytes=60, holding=Holding.MISSING),
    ),
)
DATASET = DatasetId(owner="os-data", name="budget")


def test_keys__of_a_backup() -> None:
    assert backup_prefix(DATASET) == "backup/os-data/budget"
    assert backup_key(7) == "versions/000007.json"
    assert object_key("a" * 64) == f"objects/{'a' * 64}"
    with pytest.raises(UnsafeInputError):
        object_key("../../a")


def test_sequences__of_whatever_is_there() -> None:
    keys = [f"backup/os-data/budget/{backup_key(n)}" for n in (10, 2, 1_000_000)]
    assert sequences([*keys, "backup/os-data/budget/versions/x.json", "versions/000003.json.tmp"]) == [2, 10, 1_000_000]


def test_parse_backup__reads_what_was_rendered() -> None:
    assert parse_backup("k", render_backup(BACKUP)) == BACKUP
    gone = replace(
        BACKUP, state=State.GONE, told='not "there"\n: ☠', snapshot=replace(SEEN, head=None), repository_id=None
    )
    assert parse_backup("k", render_backup(gone)) == gone


def test_size__counts_what_is_kept() -> None:
    assert BACKUP.size == 150


def test_parse_backup__notices_every_flipped_bit() -> None:
    content = render_backup(BACKUP)
    chance = random.Random(5)
    for _ in range(300):
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        flipped = content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]
        with pytest.raises(OutsideError, match="damaged"):
            parse_backup("versions/000003.json", flipped)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "other"},
        {"snapshot": Snapshot(head=None, refs={"refs/heads/a\nb": "a" * 40})},
        {"snapshot": Snapshot(head=None, refs={"--upload-pack=x": "a" * 40})},
        {"snapshot": Snapshot(head=None, refs={"refs/heads/main": "main"})},
        {"snapshot": Snapshot(head="HEAD", refs={})},
        {"bundles": (Bundle(sha256="../x", bytes=1),)},
        {"lfs": (LfsObject(oid="x", bytes=1, holding=Holding.KEPT),)},
        {"sequence": "3"},
    ],
)
def test_parse_backup__well_formed_but_hostile(change: dict[str, object]) -> None:
    with pytest.raises(OutsideError, match="not of the format"):
        parse_backup("k", render_backup(replace(BACKUP, **change)))  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"check": "sha256:0"}'])
def test_parse_backup__foreign(content: bytes) -> None:
    with pytest.raises(OutsideError, match="damaged, or was not written by osds"):
        parse_backup("k", content)


def test_render_backup__more_than_can_be_read() -> None:
    refs = {f"refs/heads/{number:0200}": "a" * 40 for number in range(20_000)}
    with pytest.raises(UnsafeInputError, match="20,000 branches and tags"):
        render_backup(replace(BACKUP, snapshot=Snapshot(head=None, refs=refs)))


def test_is_unchanged() -> None:
    assert is_unchanged(BACKUP, SEEN)
    assert not is_unchanged(None, SEEN)
    assert not is_unchanged(replace(BACKUP, state=State.GONE), SEEN)
    assert not is_unchanged(BACKUP, replace(SEEN, head=None))
    assert not is_unchanged(BACKUP, replace(SEEN, refs={**SEEN.refs, "refs/heads/main": "c" * 40}))


def test_known_tips__until_the_chain_is_long() -> None:
    assert known_tips(BACKUP) == ("a" * 40, "b" * 40)
    assert known_tips(None) == ()
    assert known_tips(replace(BACKUP, bundles=BACKUP.bundles * (MOST_BUNDLES - 1))) != ()
    assert known_tips(replace(BACKUP, bundles=BACKUP.bundles * MOST_BUNDLES)) == ()


def test_takedowns__a_list() -> None:
    names = parse_takedowns("# asked for on 2026-11-01\nOs-Data/budget # all of it\n\nbob/secret\n")
    assert names == {"Os-Data/budget", "bob/secret"}
    with pytest.raises(UsageError, match="neither backed up nor restored"):
        check_takedown(DATASET, names)
    check_takedown(DatasetId(owner="os-data", name="other"), names)
    for text in ("budget", "../x/y", "a/b/c"):
        with pytest.raises(OsdsError):
            parse_takedowns(text)
