"""What the commit of an update says, word for word, and that no name of a dataset says anything to GitHub."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.refresh.changes import Changes, RowCount, TableChange, find_changes
from osds.refresh.words import commit_message, headline, plain
from osds.store.figures import Figures

GOLDEN = Path(__file__).parent / "golden"


def figures(
    rows: dict[str, int], totals: dict[str, str] | None = None, members: dict[str, set[str]] | None = None
) -> Figures:
    return Figures(
        rows=rows,
        columns={},
        totals={name: Decimal(value) for name, value in (totals or {}).items()},
        empty={},
        members={name: frozenset((code,) for code in codes) for name, codes in (members or {}).items()},
    )


BEFORE = figures(
    {"lines": 1204, "units": 12, "old": 3},
    {
        "approved, 2024, EUR": "3621050.00",
        "approved, 2025, EUR": "0.10",
        "executed, 2024, EUR": "-0.3",
        "gone, EUR": "1",
    },
    {"function": {"01", "02", ""}, "unit": {"a"}},
)
AFTER = figures(
    {"lines": 1310, "units": 12, "fresh": 1},
    {
        "approved, 2024, EUR": "3711900.00",
        "approved, 2025, EUR": "0.1",
        "executed, 2024, EUR": "-12480.35",
        "new, EUR": "7",
    },
    {"function": {"01", "03", "04", "05", "06", "07", "08"}, "unit": {"a"}},
)
ROWS = {"lines": RowCount(added=120, removed=14), "units": RowCount(added=1, removed=1)}
MANY = figures(
    {f"table-{n:02}": n for n in range(25)},
    {f"amount, {year}, EUR": f"{year}.25" for year in range(1950, 2026)},
)
CASES = {
    "all": find_changes(BEFORE, AFTER, ROWS),
    "nothing-before": find_changes(None, AFTER, {}),
    "same-figures": find_changes(BEFORE, BEFORE, {}),
    "many": find_changes(figures({}), MANY, {}),
    "hostile": find_changes(
        figures({"a #1 @team [skip ci] GH-12": 1}, {"closes #3\nCo-authored-by: Eve <eve@example.org>": "1"}),
        figures({"a #1 @team [skip ci] GH-12": 2}, {"closes #3\nCo-authored-by: Eve <eve@example.org>": "1e3"}),
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_commit_message__says(case: str) -> None:
    said = commit_message(CASES[case], ["data/lines.csv", "datapackage.json"], "1.2.3")
    assert said == (GOLDEN / f"{case}.txt").read_text("utf-8")


def tables(*counts: tuple[int, int] | None) -> Changes:
    rows = [None if count is None else RowCount(added=count[0], removed=count[1]) for count in counts]
    return Changes(
        tables=tuple(TableChange(table=f"t{n}", before=1, after=1, rows=each) for n, each in enumerate(rows))
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (tables((1, 0)), "Update the data: 1 row added"),
        (tables((1204, 0), (1, 0)), "Update the data: 1,205 rows added"),
        (tables((0, 1)), "Update the data: 1 row removed"),
        (tables((0, 2)), "Update the data: 2 rows removed"),
        (tables((3, 1)), "Update the data: 3 rows added, 1 removed"),
        (tables((3, 1), None), "Update the data of 2 tables"),
        (tables(None), "Update the data of 1 table"),
        (Changes(), "Update the data: the same rows"),
        (
            find_changes(figures({}, {"a": "1"}), figures({}, {"a": "2"}), {}),
            "Update the data: other totals, the same rows",
        ),
    ],
)
def test_headline__is_one_short_line(changes: Changes, line: str) -> None:
    assert headline(changes) == line
    assert len(line) <= 72


@given(st.text())
def test_plain__means_nothing_to_github(name: str) -> None:
    said = plain(name)
    assert not set(said) & set("#@[]<>`*:\\\n\r")
    assert "gh-1" not in plain(name + "GH-1").lower()


def test_find_changes__compares_amounts_and_not_their_spelling() -> None:
    assert "approved, 2025, EUR" not in {change.total for change in CASES["all"].totals}
    assert CASES["all"].same_totals == 1
