"""The amounts in the engine: how many digits they need, whether their totals fit, and the facts that they make.

The result is the view `facts_text`: one row per fact, attributes `a0, a1…` as text (empty text for no value), amounts
`m0, m1…` as exact decimals with the measure's factor applied, or NULL for no amount.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from osds.aggregates.checks import AMOUNT_OUT_OF_RANGE
from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, FactPlan, Group, Value
from osds.aggregates.money import MAX_DIGITS, Width, amount_sql, fits, scaled
from osds.aggregates.reading import literal
from osds.fiscal.model import Measure
from osds.report import Finding, Place

MAX_QUOTED = 80


@dataclass(frozen=True, kw_only=True)
class MeasureFacts:
    """What is known of one measure. `width` is that of the single amounts, factor applied; `empty` have no amount."""

    measure: Measure
    width: Width
    facts: int
    empty: int
    negative: bool


def spread_facts(engine: Engine, plan: FactPlan) -> tuple[tuple[MeasureFacts, ...], tuple[Finding, ...]]:
    """Make the view `facts_text` of the loaded `records`; or findings, if some amounts or totals have too many digits."""
    widths = _measure_widths(engine, plan)
    findings = [
        _too_wide(engine, plan, measure, width, columns)
        for measure, width, columns in zip(plan.measures, widths, _columns(plan), strict=True)
        if not fits(width, measure.factor)
    ]
    if findings:
        return (), tuple(findings)
    selects = " UNION ALL ".join(_group_sql(group, plan, widths) for group in plan.groups)
    engine.run(f"CREATE VIEW facts_text AS {selects}")
    known = _measure_facts(engine, plan, widths)
    return known, tuple(_too_much(engine, plan, known))


def _columns(plan: FactPlan) -> list[list[Column]]:
    """The columns of amounts of each measure."""
    by_group = (group.amounts for group in plan.groups)
    return [[column for column in columns if column is not None] for columns in zip(*by_group, strict=True)]


def _measure_widths(engine: Engine, plan: FactPlan) -> list[Width]:
    """The width of the raw amounts of each measure, over all its columns."""
    columns = list(dict.fromkeys(column for columns in _columns(plan) for column in columns))
    found = engine.row(f"SELECT {', '.join(_width_sql(plan.sql_name(column)) for column in columns)} FROM records")
    by_column = {c: Width(whole=found[2 * n], fraction=found[2 * n + 1]) for n, c in enumerate(columns)}
    return [reduce(Width.joined, (by_column[c] for c in columns)) for columns in _columns(plan)]


def _width_sql(text: str) -> str:
    return (
        f"coalesce(max(length(ltrim(split_part({text}, '.', 1), '+-0'))), 0), "
        f"coalesce(max(length(split_part({text}, '.', 2))), 0)"
    )


def _too_wide(engine: Engine, plan: FactPlan, measure: Measure, width: Width, columns: list[Column]) -> Finding:
    """The finding, with the longest amount as its example."""
    lengths = [engine.row(f"SELECT coalesce(max(length({plan.sql_name(c)})), 0) FROM records")[0] for c in columns]
    column = columns[lengths.index(max(lengths))]
    name = plan.sql_name(column)
    text, rows = engine.row(
        f"SELECT coalesce(min({name}), ''), count(*) FROM records WHERE length({name}) = {max(lengths)}"
    )
    message = (
        f"the amounts of {measure.name!r} have up to {width.whole} digits before and {width.fraction} after the "
        f"decimal point, times {measure.factor}; the longest is {text[:MAX_QUOTED]!r} (rows: {rows})"
    )
    return AMOUNT_OUT_OF_RANGE.at(Place(file=plan.file, field=column.name), message, value=text[:MAX_QUOTED])


def _group_sql(group: Group, plan: FactPlan, widths: list[Width]) -> str:
    attributes = [f"{_value_sql(value, plan)} AS a{n}" for n, value in enumerate(group.attributes)]
    amounts = [
        f"{_amount_sql(column, widths[n], plan.measures[n].factor, plan)} AS m{n}"
        for n, column in enumerate(group.amounts)
    ]
    return f"SELECT {', '.join(attributes + amounts)} FROM records"


def _value_sql(value: Value, plan: FactPlan) -> str:
    return literal(value) if isinstance(value, str) else f"coalesce({plan.sql_name(value)}, '')"


def _amount_sql(column: Column | None, width: Width, factor: Decimal, plan: FactPlan) -> str:
    return amount_sql("CAST(NULL AS VARCHAR)" if column is None else plan.sql_name(column), width, factor)


def _measure_facts(engine: Engine, plan: FactPlan, widths: list[Width]) -> tuple[MeasureFacts, ...]:
    found = engine.row(
        "SELECT "
        + ", ".join(f"count(m{n}), coalesce(bool_or(m{n} < 0), false)" for n in range(len(widths)))
        + " FROM facts_text"
    )
    known = []
    for n, (measure, columns) in enumerate(zip(plan.measures, _columns(plan), strict=True)):
        facts = plan.table.rows * len(columns)
        known.append(
            MeasureFacts(
                measure=measure,
                width=scaled(widths[n], measure.factor),
                facts=facts,
                empty=facts - found[2 * n],
                negative=found[2 * n + 1],
            )
        )
    return tuple(known)


def _too_much(engine: Engine, plan: FactPlan, known: tuple[MeasureFacts, ...]) -> Iterator[Finding]:
    """Findings where a sum could overflow: no sum of a cell is larger than the sum of all absolute amounts."""
    largest = engine.row(
        f"SELECT {', '.join(f'CAST(max(abs(m{n})) AS VARCHAR)' for n in range(len(known)))} FROM facts_text"
    )
    for n, one in enumerate(known):
        if largest[n] is None or _units(largest[n]) * one.facts < 10**MAX_DIGITS:
            continue
        units = 0
        for batch in engine.batches(f"SELECT CAST(abs(m{n}) AS VARCHAR), count(*) FROM facts_text GROUP BY 1"):
            units += sum(_units(amount) * count for amount, count in batch if amount is not None)
        if units >= 10**MAX_DIGITS:
            place = Place(file=plan.file, field=_columns(plan)[n][0].name)
            text = f"the amounts of {one.measure.name!r} add up to more than {MAX_DIGITS} digits"
            yield AMOUNT_OUT_OF_RANGE.at(place, f"{text}; the largest is {largest[n]}", value=largest[n])


def _units(amount: str) -> int:
    """An amount as a whole number of its last decimal place: Python's whole numbers never overflow."""
    return int(amount.replace(".", ""))
