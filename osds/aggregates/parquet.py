"""Cuboids as Apache Parquet beside their CSV, made from the proved file and compared with it.

One thread writes them, in the order of the CSV: then the same DuckDB makes the same bytes on any machine. The bytes do
change with the version of DuckDB.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.bundle import CuboidFile, Extra, schema
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.header import Header
from osds.aggregates.money import MAX_DIGITS
from osds.aggregates.reading import literal
from osds.aggregates.writing import measure
from osds.errors import BugError
from osds.progress import Progress


def write_parquet(
    plan: FactPlan,
    measures: Sequence[MeasureFacts],
    header: Header,
    files: Sequence[CuboidFile],
    folder: Path,
    *,
    memory: int,
    progress: Progress,
) -> tuple[Extra, ...]:
    """Write each of these CSV files of `folder` as Parquet too. Raises `BugError` if one reads otherwise than the CSV."""
    paths = [folder / file.file.name for file in files]
    extras = []
    with progress.task("Writing Parquet", len(files)) as task, open_engine(paths, memory=memory, threads=1) as engine:
        for file, source in zip(files, engine.sources, strict=True):
            columns = dict(zip(header.columns(file.cuboid), _types(measures, header, file), strict=True))
            _convert(engine, columns, source, file)
            target = folder / f"{file.file.name.removesuffix('.csv')}.parquet"
            shutil.move(engine.spare, target)
            details = {"schema": schema(file, plan, header), "osds": {"copy": file.file.name}}
            extras.append(
                Extra(
                    file=measure(target),
                    format="parquet",
                    mediatype="application/vnd.apache.parquet",
                    details=details,
                )
            )
            task.advance()
    return tuple(extras)


def _types(measures: Sequence[MeasureFacts], header: Header, file: CuboidFile) -> Iterator[str]:
    """The SQL type of each column: text, exact decimals, the number of facts."""
    texts = len(header.columns(file.cuboid)) - len(measures) - 1
    yield from ["VARCHAR"] * texts
    yield from (f"DECIMAL({MAX_DIGITS}, {known.width.fraction})" for known in measures)
    yield "BIGINT"


def _convert(engine: Engine, columns: dict[str, str], source: Path, file: CuboidFile) -> None:
    parquet = literal(str(engine.spare))
    typed = _csv_sql(source, columns, file)
    engine.run(f"COPY (SELECT * FROM {typed}) TO {parquet} (FORMAT parquet, COMPRESSION zstd)")
    text = _csv_sql(source, dict.fromkeys(columns, "VARCHAR"), file)
    copied = f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet({parquet})"
    lost, rows = engine.row(
        f"SELECT (SELECT count(*) FROM (SELECT * FROM {text} EXCEPT ALL {copied})), (SELECT count(*) FROM ({copied}))"
    )
    if lost or rows != file.cells:
        raise BugError(f"{file.file.name} as Parquet has {rows} rows and lacks {lost}, of {file.cells}")


def _csv_sql(source: Path, columns: dict[str, str], file: CuboidFile) -> str:
    named = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return (
        f"read_csv({literal(str(source))}, columns = {{{named}}}, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', strict_mode = true, parallel = false, max_line_size = {max(file.file.bytes, 1000)})"
    )
