"""Whether the table contains its own totals: members that are the sum of their siblings."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from osds.aggregates.reading import literal
from osds.audit import checks
from osds.audit.breakdowns import Breakdown
from osds.audit.words import EXAMPLES, counted, is_total, listed, mentions_revenue, mentions_total, quoted
from osds.fiscal.model import Axis
from osds.report import Finding

# A member that no name gives away must equal its siblings to the last digit, and with so many significant digits, over
# all the years and parents it stands in, that it cannot be chance among the members of a large classification.
MIN_DIGITS = 8
MIN_SIBLINGS = 3  # that one member is the sum of two others happens, and of two equal ones each is the sum of the rest
ROUNDING = "0.005"  # published totals are rounded on their own: 77,567.0 over parts that add up to 77,566.9


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A code that is the largest among its siblings in some cells (a cell: one parent, year, currency…).

    Of its `cells` with at least two siblings it leads in `leads`; there the siblings add up to it closely in `near`, and
    exactly, with at least `MIN_SIBLINGS`, in `exact`; all of these have so many significant `digits`.
    """

    code: str
    label: str
    cells: int
    leads: int
    near: int
    exact: int
    digits: int


def find_totals(breakdown: Breakdown) -> Iterator[Finding]:
    """One finding per level that has totals among its members."""
    for depth in range(1, breakdown.depth + 1):
        _make_members(breakdown, depth)
        codes = [s.code for s in _suspects(breakdown, depth) if _is_sum(breakdown, s)]
        if codes:
            yield _told(breakdown, depth, codes)


def _make_members(breakdown: Breakdown, depth: int) -> None:
    """Make the table `members`: each with what its siblings add up to, and whether that is the same."""
    books = breakdown.books
    cell = [*books.axis_names(), *(f"k{level}" for level in range(1, depth))]
    numbers = range(len(books.plan.measures))
    sums = ", ".join(f"sum(s{n}) AS s{n}" for n in numbers)
    siblings = ", ".join(
        f"sum(s{n}) OVER cell - s{n} AS r{n}, max(abs(s{n})) OVER cell AS top{n}, "
        f"count(*) FILTER (s{n} <> 0) OVER cell AS n{n}"
        for n in numbers
    )
    window = f"PARTITION BY {', '.join(cell)}" if cell else ""
    books.engine.run(
        f"CREATE OR REPLACE TABLE members AS SELECT *, {siblings} FROM (SELECT {', '.join([*cell, f'k{depth}'])}, "
        f"coalesce(min(nullif(l{depth}, '')), '') AS label, {sums} FROM {breakdown.table} "
        f"GROUP BY {', '.join([*cell, f'k{depth}'])}) WINDOW cell AS ({window})"
    )


def _suspects(breakdown: Breakdown, depth: int) -> list[Suspect]:
    numbers = range(len(breakdown.books.plan.measures))
    used = " OR ".join(f"s{n} <> 0" for n in numbers)
    siblings = f"greatest({', '.join(f'n{n}' for n in numbers)}) - 1"
    leads = _each(numbers, "abs(s{n}) >= top{n}")
    # Whether two sums are close is a judgement, no sum: doubles will do.
    near = _each(numbers, f"abs(CAST(s{{n}} - r{{n}} AS DOUBLE)) <= {ROUNDING} * abs(CAST(s{{n}} AS DOUBLE))")
    exact = f"{_each(numbers, 's{n} = r{n}')} AND {siblings} >= {MIN_SIBLINGS}"
    digits = f"greatest({', '.join(_digits(f's{n}') for n in numbers)})"
    rows = breakdown.books.engine.rows(
        f"SELECT k{depth}, min(label), count(*), count(*) FILTER ({leads}), count(*) FILTER ({leads} AND {near}), "
        f"count(*) FILTER ({leads} AND {exact}), coalesce(sum({digits}) FILTER ({leads} AND {exact}), 0) "
        f"FROM members WHERE ({used}) AND {siblings} >= 2 GROUP BY k{depth} "
        f"HAVING count(*) FILTER ({leads}) > 0 ORDER BY k{depth}"
    )
    names = ("code", "label", "cells", "leads", "near", "exact", "digits")
    return [Suspect(**dict(zip(names, row, strict=True))) for row in rows]


def _each(numbers: range, condition: str) -> str:
    """The condition, for every measure in which the member has money."""
    return "(" + " AND ".join(f"(s{n} = 0 OR {condition.format(n=n)})" for n in numbers) + ")"


def _digits(amount: str) -> str:
    """SQL for the number of significant digits of an amount."""
    return f"length(trim(replace(replace(CAST({amount} AS VARCHAR), '.', ''), '-', ''), '0'))"


def _is_sum(breakdown: Breakdown, suspect: Suspect) -> bool:
    names = (suspect.code, suspect.label)
    if any(is_total(name) for name in names):
        # "Total" is also an oil company, but seldom the largest payee by far.
        return 2 * suspect.leads >= suspect.cells
    if any(mentions_total(name) for name in names):
        return 2 * suspect.near >= suspect.cells
    # In a balanced budget revenue equals the sum of all spending, and nothing is counted twice.
    return (
        _has_one_direction(breakdown)
        and not mentions_revenue(names)
        and suspect.exact == suspect.cells
        and suspect.digits >= MIN_DIGITS
    )


def _has_one_direction(breakdown: Breakdown) -> bool:
    plan = breakdown.books.plan
    return Axis.DIRECTION in plan.axes or all(measure.direction for measure in plan.measures)


def _told(breakdown: Breakdown, depth: int, codes: list[str]) -> Finding:
    lead = breakdown.books.lead
    chosen = breakdown.books.engine.rows(
        f"SELECT k{depth} FROM members WHERE k{depth} IN ({', '.join(map(literal, codes))}) GROUP BY 1 "
        f"ORDER BY max(abs(s{lead})) DESC, 1 LIMIT {EXAMPLES}"
    )
    examples = [_example(breakdown, depth, code) for (code,) in chosen]
    message = (
        f"{counted(len(codes), 'member')} of {breakdown.name(depth)} "
        f"{'is a total' if len(codes) == 1 else 'are totals'}: {listed(examples, len(codes))}"
    )
    return checks.TOTAL_AMONG_MEMBERS.at(breakdown.place(depth), message, value=codes[0])


def _example(breakdown: Breakdown, depth: int, code: str) -> str:
    """The cell in which the member has most money."""
    books = breakdown.books
    measure = books.lead
    cell = [*books.axis_names(), *(f"k{level}" for level in range(1, depth))]
    order = ", ".join([f"abs(s{measure}) DESC", *cell])
    row = books.engine.row(
        f"SELECT {', '.join([*cell, 'label', f's{measure}', f'r{measure}', f'n{measure}'])} FROM members "
        f"WHERE k{depth} = {literal(code)} ORDER BY {order} LIMIT 1"
    )
    axes, parents = row[: len(books.plan.axes)], row[len(books.plan.axes) : len(cell)]
    label, amount, rest, members = row[len(cell) :]
    siblings = max(int(members) - (1 if amount else 0), 0)
    below = f", below {' / '.join(map(quoted, parents))}" if parents else ""
    return (
        f"{_named(code, label)} is {books.money(amount, axes)}{books.where(axes)}{below}, where "
        f"{counted(siblings, 'other member')} add up to {books.money(Decimal(rest), axes)}"
    )


def _named(code: str, label: str) -> str:
    if not code:
        return "the member without a code"
    return f"{quoted(code)} ({quoted(label)})" if label and label != code else quoted(code)
