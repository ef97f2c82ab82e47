"""The tables in the engine: codes and labels as they are written, amounts and years as they are read."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osds.aggregates.checks import LOOKUP_NOT_UNIQUE
from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, Extract, FactPlan, Lookup
from osds.aggregates.money import AmountText
from osds.aggregates.reading import literal
from osds.aggregates.records import rewrite_records
from osds.errors import BugError
from osds.report import Check, Finding, Place

MAX_QUOTED = 80
MAX_EXAMPLES = 3
MAX_LINE_SIZE = 2_000_000  # DuckDB's default, in bytes; it reserves memory for several lines of that size


def load_tables(engine: Engine, plan: FactPlan) -> tuple[Finding, ...]:
    """Load the columns that facts need, one table of the engine per extract: `c0, c1…`, NULL for no value.

    All of it is text still. Findings are cells that cannot be read, and keys of looked up tables that are not unique.
    Raises `BugError` if the engine sees another number of rows than a table was judged to have.
    """
    findings: list[Finding] = []
    for extract in plan.extracts:
        _load_text(engine, extract, _sources(engine, plan, extract))
        findings += _read_all(engine, extract)
    for lookup in (lookup for table in plan.tables for lookup in table.lookups):
        findings += _repeated_keys(engine, lookup)
    return tuple(dict.fromkeys(findings))  # several tables with money may look up the same one


def _sources(engine: Engine, plan: FactPlan, extract: Extract) -> Sequence[Path]:
    """The names under which the engine may read the files of one table."""
    before = plan.sources[: plan.sources.index(extract.table)]
    start = sum(len(table.paths) for table in before)
    return engine.sources[start : start + len(extract.table.paths)]


def _load_text(engine: Engine, extract: Extract, sources: Sequence[Path]) -> None:
    table = extract.table
    if engine.reads(_read_sql(extract, sources)) and _count(engine, extract) == table.rows:
        return
    # DuckDB refuses some text that Python reads, for instance LF and CRLF in one file, or a cell of megabytes.
    _load_spare(engine, extract, rewrite_records(table.paths, len(table.fields), engine.spare))


def load_copy(engine: Engine, extract: Extract, longest: int) -> None:
    """Load what stands in the engine's spare file, of records that were read before. `longest` is a size in bytes."""
    _load_spare(engine, extract, longest)
    _read_all(engine, extract)


def _load_spare(engine: Engine, extract: Extract, longest: int) -> None:
    engine.run(_read_sql(extract, (engine.spare,), line_size=longest))
    if _count(engine, extract) != extract.table.rows:
        rows, seen = extract.table.rows, _count(engine, extract)
        raise BugError(f"{extract.table.resource!r} has {rows} rows, but the engine sees {seen}")


def _read_all(engine: Engine, extract: Extract) -> list[Finding]:
    """Read what the engine has left to Python."""
    columns = _with_rest(engine, extract)
    return [finding for column in columns for finding in _read_rest(engine, extract, column)]


def _read_sql(extract: Extract, sources: Sequence[Path], line_size: int = 0) -> str:
    files = ", ".join(literal(str(source)) for source in sources)
    names = ", ".join(f"'t{n}': 'VARCHAR'" for n in range(len(extract.table.fields)))
    lines = _lines_sql(extract) if extract.lines else []
    texts = ", ".join([*(_text_sql(extract.sql_name(column), column) for column in extract.columns), *lines])
    columns = [_column_sql(extract.sql_name(column), column) for column in extract.columns]
    chosen = ", ".join([*columns, *(["line", "rest"] if lines else [])])
    return (
        # In two steps, so that no amount is read twice.
        f"CREATE OR REPLACE TABLE {extract.name} AS SELECT {chosen} FROM (SELECT {texts} FROM "
        f"read_csv([{files}], columns = {{{names}}}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', strict_mode = true, max_line_size = {max(line_size, MAX_LINE_SIZE)}))"
    )


def _lines_sql(extract: Extract) -> list[str]:
    """The hashes of a row. An amount counts as it is understood: `1` and ` 1 ` are the same."""
    cells = {f"coalesce(t{number}, '')": False for number in range(len(extract.table.fields))}
    for column in extract.columns:
        if isinstance(column.reading, AmountText):
            del cells[f"coalesce(t{column.position}, '')"]
            cells[f"coalesce({extract.sql_name(column)}, text_{extract.sql_name(column)})"] = True
    rest = [cell for cell, is_amount in cells.items() if not is_amount] or ["0"]
    return [f"hash({', '.join(cells)}) AS line", f"hash({', '.join(rest)}) AS rest"]


def _count(engine: Engine, extract: Extract) -> int:
    return int(engine.row(f"SELECT count(*) FROM {extract.name}")[0])


def _with_rest(engine: Engine, extract: Extract) -> list[Column]:
    """The columns with cells that only Python can read."""
    columns = [column for column in extract.columns if not column.is_verbatim]
    if not columns:
        return []
    odd = ", ".join(f"count(odd_{extract.sql_name(column)})" for column in columns)
    counts = engine.row(f"SELECT {odd} FROM {extract.name}")
    return [column for column, count in zip(columns, counts, strict=True) if count]


def _text_sql(name: str, column: Column) -> str:
    """The plain value as `c0`, and beside it, if it needs reading, what is written as `text_c0`."""
    text = f"coalesce(t{column.position}, '')"  # DuckDB reads an empty cell as NULL
    missing = f"{text} IN ({', '.join(literal(m) for m in column.missing)})" if column.missing else "false"
    written = f"CASE WHEN {missing} THEN NULL ELSE {text} END"
    if column.missing == ("",):  # as most tables have it
        written = f"nullif(t{column.position}, '')"
    if column.is_verbatim:
        return f"{written} AS {name}"
    return (
        f"{written} AS text_{name}, CASE WHEN {missing} THEN NULL ELSE {column.reading.plain_sql(text)} END AS {name}"
    )


def _column_sql(name: str, column: Column) -> str:
    """The plain value as `c0`, and what only Python can read as `odd_c0`."""
    return name if column.is_verbatim else f"{name}, CASE WHEN {name} IS NULL THEN text_{name} END AS odd_{name}"


def _read_rest(engine: Engine, extract: Extract, column: Column) -> list[Finding]:
    """Read each distinct text that is not plain, once, and put its plain value in place."""
    name, table = extract.sql_name(column), extract.name
    odd = f"odd_{name}"
    readable: list[tuple[str, str]] = []
    failed: dict[str, list[tuple[str, int, Check]]] = {}
    for text, rows in engine.rows(f"SELECT {odd}, count(*) FROM {table} WHERE {odd} IS NOT NULL GROUP BY 1 ORDER BY 1"):
        value = column.reading.read(text)
        if isinstance(value, str):
            readable.append((text, value))
        else:
            failed.setdefault(value.code, []).append((text, rows, value))
    if readable:
        engine.run("CREATE OR REPLACE TABLE readable (text VARCHAR, value VARCHAR)")
        engine.store("readable", ("VARCHAR", "VARCHAR"), readable)
        engine.run(f"UPDATE {table} SET {name} = value FROM readable WHERE {odd} = text")
    return [_unread(extract, column, texts) for texts in failed.values()]


def _unread(extract: Extract, column: Column, failed: list[tuple[str, int, Check]]) -> Finding:
    text, _, check = failed[0]
    rows = sum(count for _, count, _ in failed)
    others = f" and {len(failed) - 1} more texts like it" if len(failed) > 1 else ""
    message = f"{column.name!r} holds {text[:MAX_QUOTED]!r}{others} (rows: {rows})"
    return check.at(Place(file=extract.file, field=column.name), message, value=text[:MAX_QUOTED])


def _repeated_keys(engine: Engine, lookup: Lookup) -> list[Finding]:
    """A finding if one key stands in several rows: each fact would be there, and its money, as many times."""
    extract = lookup.extract
    columns = [column for _, column in lookup.keys]
    names = [extract.sql_name(column) for column in columns]
    found = engine.rows(
        f"SELECT {', '.join(names)}, count(*) FROM {extract.name} WHERE coalesce({', '.join(names)}) IS NOT NULL "
        f"GROUP BY {', '.join(names)} HAVING count(*) > 1 ORDER BY {', '.join(names)}"
    )
    if not found:
        return []
    examples = [" + ".join((text or "")[:MAX_QUOTED] for text in key) for *key, _ in found[:MAX_EXAMPLES]]
    listed = ", ".join(f"{text!r} ({row[-1]} rows)" for text, row in zip(examples, found, strict=False))
    more = f" and {len(found) - MAX_EXAMPLES} more" if len(found) > MAX_EXAMPLES else ""
    fields = ", ".join(repr(column.name) for column in columns)
    message = f"{fields} of {extract.table.resource!r} must find one row, but there are several for {listed}{more}"
    place = Place(file=extract.file, field=columns[0].name)
    return [LOOKUP_NOT_UNIQUE.at(place, message, value=examples[0])]
