"""What a request asks for, as values: the files that it changes, its rows, and the words for what is wrong."""

from __future__ import annotations

import pytest

from osds.registry.asking import MAX_CHANGES, MAX_LINE, TreeChange, judge_tree, read_ask
from osds.registry.catalog import CATALOG_FILE, parse_catalog
from tests.registry.desk import BASE, BUDGET, CORE, HEADER, ROADS

GOOD = TreeChange(path=CATALOG_FILE, mode_before="100644", mode_after="100644")


def tree(path: str = CATALOG_FILE, before: str = "100644", after: str = "100644") -> TreeChange:
    return TreeChange(path=path, mode_before=before, mode_after=after)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ((GOOD,), []),
        ((tree(before="100755", after="100755"),), []),
        ((), [("nothing-asked", "")]),
        ((tree("README.md"),), [("other-files", "README.md")]),
        ((GOOD, tree("a"), tree("b")), [("other-files", "a, b")]),
        ((GOOD, *(tree(f"f{n}") for n in range(5))), [("other-files", "f0, f1, f2, f3, f4")]),
        ((GOOD, *(tree(f"f{n}") for n in range(7))), [("other-files", "f0, f1, f2, f3, f4 and 2 more")]),
        ((tree(after="000000"),), [("catalog-gone", "")]),
        ((tree(after="120000"),), [("file-kind", "")]),
        ((tree(after="160000"),), [("file-kind", "")]),
        ((tree(after="100755"),), [("file-mode", "100644 has become 100755")]),
        ((tree(before="000000"),), [("file-mode", "000000 has become 100644")]),
        ((tree("x"), tree(after="000000")), [("other-files", "x"), ("catalog-gone", "")]),
    ],
)
def test_judge_tree(changes: tuple[TreeChange, ...], found: list[tuple[str, str]]) -> None:
    assert [(reason.kind.code, reason.detail) for reason in judge_tree(changes)] == found


@pytest.mark.parametrize(
    ("head", "code", "detail"),
    [
        (b"a\nb\xff", "not-utf8", "data/catalog.csv, line 2"),
        (b"\xff", "not-utf8", "data/catalog.csv, line 1"),
        (b"a\nb\nc\rd\n", "line-ends", "data/catalog.csv, line 3 has a carriage return"),
        (b"a\r\n", "line-ends", "data/catalog.csv, line 1 has a carriage return"),
        (b"x\n", "header", f"it was {HEADER.strip()}"),
        (
            (BASE + "x\n").encode(),
            "bad-row",
            "data/catalog.csv, line 5 has 1 values instead of 8. Every row has a value per",
        ),
        ((BASE + BUDGET).encode(), "twice", "data/catalog.csv, lines 2 and 5 are both alice/budget"),
        ((HEADER + ROADS + BUDGET + CORE).encode(), "reordered", "alice/budget, bob/roads"),
    ],
)
def test_read_ask__says_where(head: bytes, code: str, detail: str) -> None:
    [reason] = read_ask(parse_catalog(BASE), head).reasons
    assert reason.kind.code == code
    assert reason.detail.startswith(detail)


def test_read_ask__a_moved_and_requoted_row_is_told_as_both() -> None:
    quoted = ",".join(f'"{value}"' for value in BUDGET.strip().split(",")) + "\n"
    ask = read_ask(parse_catalog(BASE), (HEADER + ROADS + quoted + CORE).encode())
    assert [reason.kind.code for reason in ask.reasons] == ["requoted", "reordered"]


def rows(count: int) -> str:
    return "".join(f"https://github.com/a/r{n},n{n},a,,,,,\n" for n in range(count))


@pytest.mark.parametrize(("count", "large"), [(MAX_CHANGES, False), (MAX_CHANGES + 1, True)])
def test_read_ask__so_many_rows_and_no_more(count: int, large: bool) -> None:
    added = read_ask(parse_catalog(BASE), (BASE + rows(count)).encode())
    assert [reason.kind.code for reason in added.reasons] == ["too-large"] * large
    assert len(added.changes) == (0 if large else count)
    changed = read_ask(parse_catalog(BASE + rows(count)), (BASE + rows(count).replace(",,,,\n", ",,,,x\n")).encode())
    assert [reason.kind.code for reason in changed.reasons] == ["too-large"] * large


def test_read_ask__so_long_a_row_and_no_longer() -> None:
    start = "https://github.com/alice/schools,schools,alice,,,,,"
    for length, codes in ((MAX_LINE, []), (MAX_LINE + 1, ["too-large"])):
        ask = read_ask(parse_catalog(BASE), (BASE + start.ljust(length, "x") + "\n").encode())
        assert [reason.kind.code for reason in ask.reasons] == codes


def test_read_ask__changes_are_in_the_order_of_their_ids() -> None:
    ask = read_ask(parse_catalog(HEADER), (HEADER + CORE + BUDGET + ROADS).encode())
    assert [str(change.after.id) for change in ask.changes if change.after] == [
        "alice/budget",
        "bob/roads",
        "os-data/boost-armenia",
    ]
