"""The amounts in the engine: how many digits they need, whether their totals fit, and the facts that they make.

The result is the view `facts_text`: one row per fact, attributes `a0, a1…` as text (empty text for no value), amounts
`m0, m1…` as exact decimals with the measure's factor applied, or NULL for no amount.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from osds.aggregates.checks import AMOUNT_OUT_OF_RANGE
from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, FactPlan, FactTable, Group, Value
from osds.aggregates.money import MAX_DIGITS, Width, amount_sql, fits, scaled, width_of
from osds.aggregates.reading import literal
from osds.fiscal.model import Measure
from osds.report import Finding, Place

MAX_QUOTED = 80
SMALL_DIGITS = 18  # the width of DuckDB's largest decimal in 64 bits


_Where = tuple[str, str]  # a table of the engine, and one of its columns


@dataclass(frozen=True, kw_only=True)
class MeasureFacts:
    """What is known of one measure. `width` is that of the single amounts, factor applied; `empty` have no amount.

    `raw` is the width of what is written; `largest` the largest amount whatever its sign, in plain notation, if any.
    """

    measure: Measure
    raw: Width
    width: Width
    largest: str | None
    facts: int
    empty: int
    negative: bool

    @property
    def total_sql(self) -> str:
        """The DuckDB type that holds every sum of amounts: in 64 bits, which are faster than 128, where these suffice."""
        digits = MAX_DIGITS
        if self.width.fraction <= SMALL_DIGITS and _units(self.largest or "0") * self.facts < 10**SMALL_DIGITS:
            digits = SMALL_DIGITS
        return f"DECIMAL({digits}, {self.width.fraction})"


def spread_facts(engine: Engine, plan: FactPlan) -> tuple[tuple[MeasureFacts, ...], tuple[Finding, ...]]:
    """Make the view `facts_text` of the loaded tables; or findings, if some amounts or totals have too many digits.

    The columns of amounts, loaded as text, are exact decimals from here on.
    """
    own = _widths(engine, plan)
    widths = [reduce(Width.joined, (own[place] for place in _places(plan, n))) for n in _numbers(plan)]
    findings = [
        _too_wide(engine, plan, number, width)
        for number, width in enumerate(widths)
        if not fits(width, plan.measures[number].factor)
    ]
    if findings:
        return (), tuple(findings)
    for (table, name), width in own.items():
        engine.run(f"ALTER TABLE {table} ALTER {name} TYPE {width.sql}")
    engine.run(f"CREATE VIEW facts_text AS {facts_sql(plan, widths)}")
    known = _measure_facts(engine, plan, widths)
    return known, tuple(_too_much(engine, plan, known))


def facts_sql(plan: FactPlan, widths: Sequence[Width]) -> str:
    """The facts of loaded tables, where the amounts of each measure are written in so many digits at most."""
    selects = (_group_sql(table, group, plan, widths) for table in plan.tables for group in table.groups)
    return " UNION ALL ".join(selects)


def _widths(engine: Engine, plan: FactPlan) -> dict[_Where, Width]:
    """The width of the raw amounts in every column of amounts."""
    places = dict.fromkeys(place for n in _numbers(plan) for place in _places(plan, n))
    return {(table, name): _width(engine, table, name) for table, name in places}


def _places(plan: FactPlan, measure: int) -> Iterator[_Where]:
    return ((table.extract.name, table.extract.sql_name(column)) for table, column in plan.amounts(measure))


def _numbers(plan: FactPlan) -> range:
    return range(len(plan.measures))


def _width(engine: Engine, table: str, text: str) -> Width:
    """The widest whole part, without sign and leading zeros, and the widest fraction, of plain (ASCII) numbers."""
    point = f"instr({text}, '.')"
    fraction = f"coalesce(max(CASE WHEN {point} > 0 THEN strlen({text}) - {point} ELSE 0 END), 0)"
    longest, places = engine.row(f"SELECT coalesce(max(strlen({text})), 0), {fraction} FROM {table}")
    roomy = Width(whole=longest, fraction=places)
    if roomy.digits <= MAX_DIGITS:  # then every amount is a decimal without loss, and decimals are faster than text
        largest = engine.row(f"SELECT CAST(max(abs(CAST({text} AS {roomy.sql}))) AS VARCHAR) FROM {table}")[0]
        return Width(whole=width_of(largest or "").whole, fraction=places)
    tail = f"CASE WHEN {point} > 0 THEN strlen({text}) - {point} + 1 ELSE 0 END"
    whole = engine.row(f"SELECT coalesce(max(strlen(ltrim({text}, '+-0')) - {tail}), 0) FROM {table}")[0]
    return Width(whole=whole, fraction=places)


def _too_wide(engine: Engine, plan: FactPlan, number: int, width: Width) -> Finding:
    """The finding, with the longest amount as its example."""
    measure = plan.measures[number]
    longest = []
    for table, column in plan.amounts(number):
        name = table.extract.sql_name(column)
        size = engine.row(f"SELECT coalesce(max(length({name})), 0) FROM {table.extract.name}")[0]
        longest.append((size, table.extract, column))
    size, extract, column = max(longest, key=lambda one: one[0])
    name = extract.sql_name(column)
    text, rows = engine.row(
        f"SELECT coalesce(min({name}), ''), count(*) FROM {extract.name} WHERE length({name}) = {size}"
    )
    message = (
        f"the amounts of {measure.name!r} have up to {width.whole} digits before and {width.fraction} after the "
        f"decimal point, times {measure.factor}; the longest is {text[:MAX_QUOTED]!r} (rows: {rows})"
    )
    return AMOUNT_OUT_OF_RANGE.at(Place(file=extract.file, field=column.name), message, value=text[:MAX_QUOTED])


def _group_sql(table: FactTable, group: Group, plan: FactPlan, widths: Sequence[Width]) -> str:
    attributes = [f"{_value_sql(value, table)} AS a{n}" for n, value in enumerate(group.attributes)]
    amounts = [
        f"{_amount_sql(column, widths[n], plan.measures[n].factor, table)} AS m{n}"
        for n, column in enumerate(group.amounts)
    ]
    joins = [_join_sql(table, number) for number in range(len(table.lookups))]
    return f"SELECT {', '.join(attributes + amounts)} FROM {table.extract.name} r {' '.join(joins)}"


def _join_sql(table: FactTable, number: int) -> str:
    """The join with a looked up table. As for frictionless, a part of a key may be empty on both sides, but not all."""
    keys = table.lookups[number].keys
    same = [f"{table.sql(theirs)} IS NOT DISTINCT FROM {table.sql(own)}" for own, theirs in keys]
    given = f"coalesce({', '.join(table.sql(theirs) for _, theirs in keys)}) IS NOT NULL"
    return f"LEFT JOIN {table.lookups[number].extract.name} l{number} ON {' AND '.join(same)} AND {given}"


def _value_sql(value: Value, table: FactTable) -> str:
    return literal(value) if isinstance(value, str) else f"coalesce({table.sql(value)}, '')"


def _amount_sql(column: Column | None, width: Width, factor: Decimal, table: FactTable) -> str:
    return amount_sql("CAST(NULL AS VARCHAR)" if column is None else table.sql(column), width, factor)


def _measure_facts(engine: Engine, plan: FactPlan, widths: list[Width]) -> tuple[MeasureFacts, ...]:
    found = engine.row(
        "SELECT "
        + ", ".join(
            f"count(m{n}), coalesce(min(m{n}) < 0, false), CAST(max(abs(m{n})) AS VARCHAR)" for n in _numbers(plan)
        )
        + " FROM facts_text"
    )
    known = []
    for n, measure in enumerate(plan.measures):
        facts = sum(table.extract.table.rows for table, _ in plan.amounts(n))
        known.append(
            MeasureFacts(
                measure=measure,
                raw=widths[n],
                width=scaled(widths[n], measure.factor),
                largest=found[3 * n + 2],
                facts=facts,
                empty=facts - found[3 * n],
                negative=found[3 * n + 1],
            )
        )
    return tuple(known)


def _too_much(engine: Engine, plan: FactPlan, known: tuple[MeasureFacts, ...]) -> Iterator[Finding]:
    """Findings where a sum could overflow: no sum of a cell is larger than the sum of all absolute amounts."""
    for n, one in enumerate(known):
        if one.largest is None or _units(one.largest) * one.facts < 10**MAX_DIGITS:
            continue
        units = 0
        for batch in engine.batches(f"SELECT CAST(abs(m{n}) AS VARCHAR), count(*) FROM facts_text GROUP BY 1"):
            units += sum(_units(amount) * count for amount, count in batch if amount is not None)
        if units >= 10**MAX_DIGITS:
            table, column = next(plan.amounts(n))
            place = Place(file=table.extract.file, field=column.name)
            text = f"the amounts of {one.measure.name!r} add up to more than {MAX_DIGITS} digits"
            yield AMOUNT_OUT_OF_RANGE.at(place, f"{text}; the largest is {one.largest}", value=one.largest)


def _units(amount: str) -> int:
    """An amount as a whole number of its last decimal place: Python's whole numbers never overflow."""
    return int(amount.replace(".", ""))
