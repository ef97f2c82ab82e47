"""CSV files: the cells that osds hands on, against Python's strict `csv` and DuckDB. All agree, or osds refuses the file.

What osds hands on is what `osds.tables.reading` gives to whoever adds up. It passes the looks of `osds.tables.intake` and
the judge first, as in `osds validate`; a file with an error there is refused.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from random import Random

import duckdb

from osds.commands.dataset.looking import look_into
from osds.dataset.package import read_package
from osds.progress import Silent
from osds.report import Finding, Severity
from osds.tables.asking import ask
from osds.tables.judge import judge
from osds.tables.proof.scan import scan
from osds.tables.reading import plain_text
from osds.tables.text import TableText
from scripts.fuzzes.trying import Mismatch, try_seeds

Cells = list[list[str]]
Frozen = tuple[tuple[str, ...], ...]

TEXTS = (
    "a",
    "b c",
    "1",
    "0,5",
    "",
    " ",
    "é",
    "字",
    '"',
    '""',
    "a\nb",
    "a\r\nb",
    "x,y",
    'a, "b"',
    "#x",
    "'",
    "\\",
    "-",
    "\t",
)
ODD = (b"\0", b"\r", b'"', b",", b"\n", b"\xff", b"\xef\xbb\xbf", b";", b"\\", b"\xc2\x85", b"\xe2\x80\xa8", b"\x0c")
ENDS = (b"\n", b"\r\n")
DELIMITERS = (",", ",", ",", ";", "\t", "|")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Nothing beside the common ones."""


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of what was found; one file after the other is written below `folder`."""
    (folder / "scratch").mkdir()
    yield from try_seeds(lambda random: try_one(random, folder), options)


def try_one(random: Random, folder: Path) -> str:
    """Write a file and compare; `refused`, or who agreed. Raises `Mismatch`."""
    delimiter = random.choice(DELIMITERS)
    width = random.randint(1, 4)
    content = _content(random, width, delimiter)
    stated = random.random() < 0.7 or (width == 1 and delimiter != ",")  # nobody can guess it from one column
    (folder / "a.csv").write_bytes(content)
    table = _ours(folder, width, delimiter if stated else None)
    if table is None:
        return "refused"
    strict, handed_on = _strict(content, delimiter), _strict(table.paths[0].read_bytes(), ",")
    told = f"{content!r}, delimiter {delimiter!r}"
    if strict != handed_on and handed_on == _strict(content, delimiter, skip=True):
        return (
            "same but for blanks before cells, which frictionless guesses away"  # unless `skipInitialSpace` is stated
        )
    if strict is None or handed_on != strict:
        raise Mismatch(f"{told}: osds hands on {handed_on!r}, Python reads {strict!r}")
    if _duckdb(table.paths[0], ",", len(strict[0])) not in {None, _frozen(strict)}:
        raise Mismatch(f"{told}: DuckDB reads something else in what osds hands on than {strict!r}")
    theirs = _duckdb(folder / "a.csv", delimiter, len(strict[0]))
    if theirs is None:
        return "same as Python; DuckDB refuses"
    if theirs != _frozen(strict):
        raise Mismatch(f"{told}: DuckDB reads {theirs!r}, osds and Python {strict!r}")
    return "same as Python and DuckDB"


def _content(random: Random, width: int, delimiter: str) -> bytes:
    """The bytes of a file that is mostly in order."""
    end = random.choice(ENDS)
    rows = [_row(random, [f"c{n}" for n in range(width)], delimiter, quoted=0.1)]
    for _ in range(random.randint(0, 5)):
        count = width if random.random() < 0.99 else random.randint(0, width + 1)
        rows.append(_row(random, [random.choice(TEXTS) for _ in range(count)], delimiter, quoted=random.random()))
    content = end.join(rows) + (end if random.random() < 0.8 else b"")
    if random.random() < 0.1:
        content = b"\xef\xbb\xbf" + content
    for _ in range(random.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2))):
        place = random.randint(0, len(content))
        gone = random.randint(0, 1)
        content = content[:place] + (random.choice(ODD) if random.random() < 0.8 else b"") + content[place + gone :]
    return content


def _row(random: Random, cells: list[str], delimiter: str, *, quoted: float) -> bytes:
    """A record; a cell that needs quotes gets them, mostly."""
    texts = []
    for cell in cells:
        needed = any(character in cell for character in f'{delimiter}"\r\n')
        quote = random.random() < (0.99 if needed else quoted)
        texts.append('"' + cell.replace('"', '""') + '"' if quote else cell)
    return delimiter.join(texts).encode()


def _ours(folder: Path, width: int, delimiter: str | None) -> TableText | None:
    """The table as osds hands it on; None if osds finds an error, or doubts where the rows end."""
    resource = {"name": "a", "path": "a.csv", "encoding": "utf-8"}
    fields = [{"name": f"c{n}", "type": "string"} for n in range(width)]
    dialect = {"dialect": {"delimiter": delimiter}} if delimiter else {}
    package = read_package({"name": "x", "resources": [{**resource, **dialect, "schema": {"fields": fields}}]})
    looked = look_into(
        folder,
        package,
        package.resources,
        {r.name for r in package.resources},
        memory=1 << 30,
        scan=scan,
        progress=Silent(),
    )
    findings: list[Finding] = list(looked.findings)
    if findings:
        return None
    (verdict,) = judge(folder, package, {"a"}, ask=ask, proofs=looked.proofs, limit_errors=1, progress=Silent())
    if any(finding.severity is Severity.ERROR for finding in verdict.findings):
        return None
    return plain_text(folder, package, verdict.facts, scratch=folder / "scratch", progress=Silent())


def _strict(content: bytes, delimiter: str, *, skip: bool = False) -> Cells | None:
    """The cells, header first, as Python's strict reader sees them; None if it refuses. Labels are read without blanks."""
    try:
        lines = io.StringIO(content.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), newline="")
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=skip) if row]
    except (csv.Error, UnicodeDecodeError):
        return None
    return [[label.strip() for label in row] if n == 0 else row for n, row in enumerate(rows)]


def _duckdb(path: Path, delimiter: str, width: int) -> Frozen | None:
    """The same as DuckDB sees them; None if it refuses. It has no empty text, so NULL is one."""
    options = "header = false, all_varchar = true, auto_detect = false, strict_mode = true, quote = '\"', escape = '\"'"
    names = ", ".join(f"'t{n}': 'VARCHAR'" for n in range(width))
    sql = f"SELECT * FROM read_csv(?, delim = ?, columns = {{{names}}}, {options})"
    try:
        with duckdb.connect() as engine:
            found = engine.execute(sql, [str(path), delimiter]).fetchall()
    except duckdb.Error:
        return None
    rows = [["" if cell is None else cell for cell in row] for row in found]
    return _frozen([[label.strip() for label in row] if n == 0 else row for n, row in enumerate(rows)])


def _frozen(cells: Cells) -> Frozen:
    return tuple(tuple(row) for row in cells)
