"""The facts of one dataset, open for questions: with their totals and what the checks need to know of them.

The view `facts_text` has one row per fact: attributes `a0, a1…` as text (the axes first; empty for no value) and amounts
`m0, m1…` as exact decimals. The tables `records_0…` have one row per row of each table with money, see `Extract`.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, FactPlan, Hierarchy
from osds.aggregates.ledger import Ledger
from osds.audit.columns import date_sql, origin_sql
from osds.audit.words import MAX_QUOTED, joined, money, quoted
from osds.dataset.package import DataPackage
from osds.fiscal.model import Axis
from osds.report import Place

MONTHS = 12  # a budget has at most one version a month; more dates in a year are those of transactions


@dataclass(frozen=True, kw_only=True)
class Sum:
    """One measure in one cell: `count` amounts that add up to `amount`, of them `negatives` add up to `negative`."""

    count: int
    amount: Decimal
    negatives: int
    negative: Decimal

    @property
    def positive(self) -> Decimal:
        """What the amounts above zero add up to."""
        return self.amount - self.negative


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One combination of axis values, with the sum of each measure."""

    axes: tuple[str, ...]
    facts: int
    sums: tuple[Sum, ...]


@dataclass(frozen=True, kw_only=True)
class Books:
    """What is asked and what is known. `cells` are in the order of their axis values.

    `lead` is the measure with the most amounts, which examples are told in. `date` is the SQL expression of the full
    date of a fact, if there is one; `origin` is that of the number of its table. `transactional` is True where rows are
    payments, not lines of a budget.
    """

    engine: Engine
    package: DataPackage
    plan: FactPlan
    measures: tuple[MeasureFacts, ...]
    cells: tuple[Cell, ...]
    lead: int
    date: str | None
    origin: str
    transactional: bool

    def axis(self, axis: Axis) -> int | None:
        """The position of an axis among the axis values, if the dataset has it."""
        return self.plan.axes.index(axis) if axis in self.plan.axes else None

    def axis_names(self) -> list[str]:
        """The SQL names of the axis values."""
        return [f"a{position}" for position in range(len(self.plan.axes))]

    def at(self, position: int) -> Place:
        """The column that an attribute is read from; if it is in several tables, in the first one."""
        for table in self.plan.tables:
            for group in table.groups:
                value = group.attributes[position]
                if isinstance(value, Column):
                    extract = table.extract if value.lookup is None else table.lookups[value.lookup].extract
                    return Place(file=extract.file, field=value.name)
        return Place(file=self.plan.file)

    def at_measure(self, measure: int) -> Place:
        """The first column of a measure."""
        table, column = next(self.plan.amounts(measure))
        return Place(file=table.extract.file, field=column.name)

    def money(self, amount: Decimal, axes: Sequence[str], measure: int | None = None) -> str:
        """An amount of a cell with its currency."""
        stated = self.plan.measures[self.lead if measure is None else measure].currency
        position = self.axis(Axis.CURRENCY)
        return money(amount, stated if position is None else axes[position][:MAX_QUOTED] or None)

    def where(self, axes: Sequence[str], *, without: Iterable[Axis] = ()) -> str:
        """The axis values of a cell as words, the year first: ` in 2014, approved`; empty if there are none."""
        told = [
            value[:MAX_QUOTED] or f"no {axis}"
            for axis, value in zip(self.plan.axes, axes, strict=True)
            if axis is not Axis.CURRENCY and axis not in without
        ]
        return f" in {', '.join(told)}" if told else ""

    def names(self, codes: Sequence[str]) -> str:
        """The leaf codes of a fact's first dimensions, one code per hierarchy in order."""
        told = [
            f"{hierarchy.dimension.name} {quoted(code)}"
            for hierarchy, code in zip(self.plan.hierarchies, codes, strict=True)
            if code
        ]
        return joined(told[:3], len(told)) or "no code"

    def leaves(self) -> list[str]:
        """The SQL names of the leaf code of each hierarchy."""
        return [f"a{hierarchy.codes[-1]}" for hierarchy in self.plan.hierarchies]


def open_books(ledger: Ledger) -> Books:
    """What the ledger says in all, and how it is asked. It must have been opened with `columns.with_lines_and_dates`."""
    plan, model = ledger.plan, ledger.model
    date = date_sql(plan, model)
    amounts = [measure.facts - measure.empty for measure in ledger.measures]
    return Books(
        engine=ledger.engine,
        package=ledger.package,
        plan=plan,
        measures=ledger.measures,
        cells=_cells(ledger.engine, plan),
        lead=amounts.index(max(amounts)),
        date=date,
        origin=origin_sql(plan, model),
        transactional=_is_transactional(ledger.engine, ledger.package, date),
    )


def _is_transactional(engine: Engine, package: DataPackage, date: str | None) -> bool:
    stated = package.raw.get("granularity")
    if stated == "transactional":
        return True
    if stated == "aggregated" or date is None:
        return False
    dates = engine.row(f"SELECT max(n) FROM (SELECT count(DISTINCT {date}) AS n FROM facts_text GROUP BY a0)")[0]
    return (dates or 0) > MONTHS


def _cells(engine: Engine, plan: FactPlan) -> tuple[Cell, ...]:
    axes = [f"a{number}" for number in range(len(plan.axes))]
    sums = [
        f"count(m{n}), coalesce(sum(m{n}), 0), count(*) FILTER (m{n} < 0), coalesce(sum(m{n}) FILTER (m{n} < 0), 0)"
        for n in range(len(plan.measures))
    ]
    grouped = f"GROUP BY {', '.join(axes)} ORDER BY {', '.join(axes)}" if axes else "HAVING count(*) > 0"
    rows = engine.rows(f"SELECT {', '.join([*axes, 'count(*)', *sums])} FROM facts_text {grouped}")
    return tuple(_cell(row, len(axes)) for row in rows)


def _cell(row: tuple[object, ...], axes: int) -> Cell:
    texts, facts, figures = row[:axes], row[axes], row[axes + 1 :]
    return Cell(
        axes=tuple(str(text) for text in texts),
        facts=int(str(facts)),
        sums=tuple(_sum(figures[start : start + 4]) for start in range(0, len(figures), 4)),
    )


def _sum(figures: Sequence[object]) -> Sum:
    count, amount, negatives, negative = (Decimal(str(figure)) for figure in figures)
    return Sum(count=int(count), amount=amount, negatives=int(negatives), negative=negative)


def leaves_of(hierarchy: Hierarchy) -> str:
    """The SQL of the codes of a hierarchy, root first."""
    return ", ".join(f"a{position}" for position in hierarchy.codes)
