"""What holds a new version back, as a table of figures before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.store.figures import Figures
from osds.store.gate import find_losses
from osds.thresholds import Thresholds

COLUMNS = ("year", "unit", "amount")
NONE = Figures(rows={}, columns={}, totals={}, empty={}, members={})


def figures(
    *,
    rows: int = 100,
    columns: tuple[str, ...] = COLUMNS,
    totals: Mapping[str, str] | None = None,
    empty: tuple[int, int] = (0, 100),
    members: str = "abcdefghij",
) -> Figures:
    return Figures(
        rows={"budget": rows},
        columns={"budget": columns},
        totals={name: Decimal(value) for name, value in (totals or {"approved, 2024": "1000.00"}).items()},
        empty={"approved": empty},
        members={"unit": frozenset((code,) for code in members)},
    )


BEFORE = figures()


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (BEFORE, []),
        (figures(rows=90), []),
        (figures(rows=89), ["lost-rows: rows of budget: 100 → 89 (-11.0%)"]),
        (figures(rows=1_000_000), []),
        (replace(BEFORE, rows={}), ["lost-rows: rows of budget: 100 → no such table (-100.0%)"]),
        (replace(BEFORE, rows={"budget": 100, "more": 1}), []),
        (figures(columns=("unit", "year")), ["lost-columns: columns of budget: 3 → 2 (without amount)"]),
        (figures(columns=(*COLUMNS, "new")), []),
        (figures(totals={"approved, 2024": "800.00"}), []),
        (
            figures(totals={"approved, 2024": "799.99"}),
            ["lost-total: approved, 2024: 1,000.00 → 799.99 (-20.0%)"],
        ),
        (
            figures(totals={"approved, 2024": "-1000.00"}),
            ["lost-total: approved, 2024: 1,000.00 → -1,000.00 (-200.0%)"],
        ),
        (figures(totals={"approved, 2024": "5000.00"}), []),
        (
            figures(totals={"approved, 2024": "100000.00"}),
            ["grown-total: approved, 2024: 1,000.00 → 100,000.00 (+9,900.0%)"],
        ),
        (
            figures(totals={"approved, 2025": "1000.00"}),
            ["lost-total: approved, 2024: 1,000.00 → no amount (-100%)"],
        ),
        (figures(members="bcdefghij"), []),
        (figures(members="cdefghijk"), ["lost-members: members of unit: 10 → 9 (without a, b)"]),
        (figures(members="j"), ["lost-members: members of unit: 10 → 1 (without a, b, c, d, e and 4 more)"]),
        (replace(BEFORE, members={}), []),
        (figures(empty=(5, 100)), []),
        (figures(empty=(6, 100)), ["more-empty: empty cells of approved: 0.0% → 6.0% (+6 cells)"]),
        (figures(empty=(6, 200)), []),
    ],
)
def test_find_losses__by_default(after: Figures, told: list[str]) -> None:
    losses = find_losses(BEFORE, after, Thresholds())
    assert [f"{one.rule}: {one.what}: {one.before} → {one.after} ({one.change})" for one in losses] == told


def test_find_losses__totals_below_zero() -> None:
    before = figures(totals={"balance, 2024": "-100"})
    assert find_losses(before, figures(totals={"balance, 2024": "-130"}), Thresholds()) == ()
    (loss,) = find_losses(before, figures(totals={"balance, 2024": "-10"}), Thresholds())
    assert (loss.rule, loss.change) == ("lost-total", "+90.0%")


def test_find_losses__a_total_of_zero_may_become_anything() -> None:
    before = figures(totals={"balance, 2024": "0.00"})
    assert find_losses(before, figures(totals={"balance, 2024": "1000000"}), Thresholds()) == ()


def test_find_losses__a_version_of_an_older_osds_states_less() -> None:
    assert find_losses(NONE, BEFORE, Thresholds()) == ()
    older = replace(BEFORE, columns={}, members={})
    assert find_losses(older, figures(columns=("x",), members="z"), Thresholds()) == ()


def test_find_losses__nothing_is_too_much() -> None:
    open_gate = Thresholds(
        lost_rows=100, lost_total=1000, grown_total=10**6, lost_members=100, lost_columns=99, more_empty=100
    )
    after = figures(rows=0, columns=(), totals={"approved, 2024": "0"}, empty=(1, 1), members="")
    assert find_losses(BEFORE, after, open_gate) == ()


_FIGURES = st.builds(
    figures,
    rows=st.integers(0, 500),
    columns=st.sampled_from([COLUMNS, COLUMNS[:2], ()]),
    totals=st.dictionaries(st.sampled_from(["a", "b"]), st.decimals(-1000, 1000, places=2).map(str), min_size=1),
    empty=st.tuples(st.integers(0, 50), st.integers(50, 100)),
    members=st.text("abcdef", max_size=6),
)


@given(_FIGURES)
def test_find_losses__the_same_again_loses_nothing(same: Figures) -> None:
    assert find_losses(same, same, Thresholds(lost_rows=0, lost_total=0, grown_total=0, lost_members=0)) == ()


@given(_FIGURES, _FIGURES)
def test_find_losses__a_wider_gate_holds_less(before: Figures, after: Figures) -> None:
    narrow = find_losses(before, after, Thresholds(lost_rows=0, lost_total=0, grown_total=0, lost_members=0))
    assert set(find_losses(before, after, Thresholds())) <= set(narrow)
