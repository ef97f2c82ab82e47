"""The fact table in the engine: codes and labels as they are written, amounts and years as they are read."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, FactPlan
from osds.aggregates.reading import literal
from osds.aggregates.records import rewrite_records
from osds.errors import BugError
from osds.report import Check, Finding, Place

MAX_QUOTED = 80
MAX_LINE_SIZE = 2_000_000  # DuckDB's default, in bytes; it reserves memory for several lines of that size


def load_table(engine: Engine, plan: FactPlan) -> tuple[Finding, ...]:
    """Load the columns that facts need into `records`: `c0, c1…`, NULL for no value.

    All of it is text still. Findings are cells that cannot be read. Raises `BugError` if the engine sees another
    number of rows than the table was judged to have.
    """
    _load_text(engine, plan)
    findings: list[Finding] = []
    for column in _with_rest(engine, plan):
        findings += _read_rest(engine, plan, column)
    return tuple(findings)


def _load_text(engine: Engine, plan: FactPlan) -> None:
    if engine.reads(_read_sql(plan, engine.sources)) and _count(engine) == plan.table.rows:
        return
    # DuckDB refuses some text that Python reads, for instance LF and CRLF in one file, or a cell of megabytes.
    longest = rewrite_records(plan.table.paths, len(plan.table.fields), engine.spare)
    engine.run(_read_sql(plan, (engine.spare,), line_size=longest))
    if _count(engine) != plan.table.rows:
        raise BugError(f"{plan.table.resource!r} has {plan.table.rows} rows, but the engine sees {_count(engine)}")


def _read_sql(plan: FactPlan, sources: Sequence[Path], line_size: int = 0) -> str:
    files = ", ".join(literal(str(source)) for source in sources)
    names = ", ".join(f"'t{n}': 'VARCHAR'" for n in range(len(plan.table.fields)))
    chosen = ", ".join(_column_sql(plan.sql_name(column), column) for column in plan.columns)
    return (
        f"CREATE OR REPLACE TABLE records AS SELECT {chosen} FROM read_csv([{files}], columns = {{{names}}}, "
        "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"max_line_size = {max(line_size, MAX_LINE_SIZE)})"
    )


def _count(engine: Engine) -> int:
    return int(engine.row("SELECT count(*) FROM records")[0])


def _with_rest(engine: Engine, plan: FactPlan) -> list[Column]:
    """The columns with cells that only Python can read."""
    columns = [column for column in plan.columns if not column.is_verbatim]
    counts = engine.row(f"SELECT {', '.join(f'count(odd_{plan.sql_name(c)})' for c in columns)} FROM records")
    return [column for column, count in zip(columns, counts, strict=True) if count]


def _column_sql(name: str, column: Column) -> str:
    """The plain value as `c0`, and what only Python can read as `odd_c0`."""
    text = f"coalesce(t{column.position}, '')"  # DuckDB reads an empty cell as NULL
    missing = f"{text} IN ({', '.join(literal(m) for m in column.missing)})" if column.missing else "false"
    plain = column.reading.plain_sql(text)
    if column.is_verbatim:
        return f"CASE WHEN {missing} THEN NULL ELSE {text} END AS {name}"
    return (
        f"CASE WHEN {missing} THEN NULL ELSE {plain} END AS {name}, "
        f"CASE WHEN {missing} OR ({plain}) IS NOT NULL THEN NULL ELSE {text} END AS odd_{name}"
    )


def _read_rest(engine: Engine, plan: FactPlan, column: Column) -> list[Finding]:
    """Read each distinct text that is not plain, once, and put its plain value in place."""
    name = plan.sql_name(column)
    odd = f"odd_{name}"
    readable: list[tuple[str, str]] = []
    failed: dict[str, list[tuple[str, int, Check]]] = {}
    for text, rows in engine.rows(f"SELECT {odd}, count(*) FROM records WHERE {odd} IS NOT NULL GROUP BY 1 ORDER BY 1"):
        value = column.reading.read(text)
        if isinstance(value, str):
            readable.append((text, value))
        else:
            failed.setdefault(value.code, []).append((text, rows, value))
    if readable:
        engine.run("CREATE OR REPLACE TABLE readable (text VARCHAR, value VARCHAR)")
        engine.store("readable", ("VARCHAR", "VARCHAR"), readable)
        engine.run(f"UPDATE records SET {name} = value FROM readable WHERE {odd} = text")
    return [_unread(plan, column, texts) for texts in failed.values()]


def _unread(plan: FactPlan, column: Column, failed: list[tuple[str, int, Check]]) -> Finding:
    text, _, check = failed[0]
    rows = sum(count for _, count, _ in failed)
    others = f" and {len(failed) - 1} more texts like it" if len(failed) > 1 else ""
    message = f"{column.name!r} holds {text[:MAX_QUOTED]!r}{others} (rows: {rows})"
    return check.at(Place(file=plan.file, field=column.name), message, value=text[:MAX_QUOTED])
