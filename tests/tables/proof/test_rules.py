"""Every rule, held to frictionless' own reader: what a rule accepts, frictionless accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from frictionless import Schema

from osds.tables.proof.columns import CONSTRAINTS, Column, read_columns
from osds.tables.proof.rules import rule_of
from scripts.fuzzes.tables import BOUND_VALUES, BOUNDS, KINDS, PATTERNS

# Cells that are odd for every type, beside those that are odd for one.
ODD = (
    "",
    " ",
    "NA",
    "-",
    "\x00",
    "\n",
    "'",
    "0",
    "1",
    "１",
    "true",
    "é" * 3,
    "None",
    "nan",
    "e",
    "+",
    ".",
    "1-2",
    "\\",
)
VERSION_2 = "https://datapackage.org/profiles/2.0/tableschema.json"


def constrained() -> Iterator[dict[str, Any]]:
    """Fields of every type with every constraint that the type knows, one at a time."""
    for stated, right, _ in KINDS.values():
        known = CONSTRAINTS[stated["type"]]
        values = BOUND_VALUES.get("day" if "format" in stated else stated["type"], ())
        constraints = [{bound: value} for bound in BOUNDS for value in values if bound in known]
        constraints += [{name: 3} for name in ("minLength", "maxLength") if name in known]
        if "enum" in known and stated["type"] not in {"geojson", "object", "array"}:
            constraints.append({"enum": [right(n) for n in range(9)]})
        yield from (stated, *({**stated, "constraints": constraint} for constraint in constraints))


def written() -> Iterator[dict[str, Any]]:
    """Fields whose values are written in another way than usual."""
    for pattern in PATTERNS:
        yield {"type": "string", "constraints": {"pattern": pattern}}
    for decimal, group, bare in (
        (",", ".", True),
        (".", ",", True),
        (",", "", True),
        (".", " ", True),
        (".", "", False),
    ):
        number = {"type": "number", "decimalChar": decimal, "groupChar": group, "bareNumber": bare}
        yield from (number, {**number, "constraints": {"minimum": 100}})
    for form in ("%Y%m%d", "%d/%m/%Y", "%m-%d-%Y", "%Y %m %d", "%d %B %Y", "%y-%m-%d"):
        yield {"type": "date", "format": form}
    yield {"type": "boolean", "trueValues": ["yes", "T"], "falseValues": ["no"]}


FIELDS = [{"name": "a", **field} for field in (*constrained(), *written())]
CELLS = sorted({*ODD, *(cell for _, right, odd in KINDS.values() for cell in (*odd, *(right(n) for n in range(12))))})
CELLS += [
    "20140131",
    "31/12/2014",
    "12-31-2014",
    "2014 12 31",
    "1.000,5",
    "1,000.5",
    "1 000.5",
    "$5",
    "5 €",
    "5 EUR",
    "-$5",
    "5-",
]


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE cells (c0 VARCHAR)")
    connection.executemany("INSERT INTO cells VALUES (?)", [(cell,) for cell in CELLS])
    return connection


def accepted(engine: duckdb.DuckDBPyConnection, rule: str) -> list[str]:
    return [cell for (cell,) in engine.execute(f"SELECT c0 FROM cells WHERE {rule}").fetchall()]


def unsound(field: dict[str, Any], cells: list[str]) -> list[str]:
    """Those of the cells that frictionless does not accept."""
    schema = Schema.from_descriptor({"$schema": VERSION_2, "fields": [field], "missingValues": []})
    read = schema.get_field("a").create_cell_reader()
    return [cell for cell in cells if read(cell)[1]]


def column(field: dict[str, Any]) -> Column:
    (found,) = read_columns({"fields": [field], "missingValues": []}, version=2)
    return found


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_rule_of__accepts_only_what_frictionless_accepts(
    engine: duckdb.DuckDBPyConnection, field: dict[str, Any]
) -> None:
    rule = rule_of(column(field), "c0")
    if rule is not None:
        assert unsound(field, accepted(engine, rule)) == []


@pytest.mark.parametrize(("kind", "field"), [(kind, {"name": "a", **stated}) for kind, (stated, _, _) in KINDS.items()])
def test_rule_of__accepts_what_is_usual(kind: str, field: dict[str, Any]) -> None:
    rule = rule_of(column(field), "c0")
    if rule is None:
        assert kind in {"email", "uri", "uuid", "binary", "object", "array", "geopoint", "geojson", "duration", "list"}
        return
    connection = duckdb.connect()
    for number in range(40):
        cell = KINDS[kind][1](number)
        assert connection.execute(f"SELECT {rule} FROM (SELECT ? AS c0)", [cell]).fetchone() == (True,), cell


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"any", "list"}])
def test_these_tests__notice_a_rule_that_is_too_weak(engine: duckdb.DuckDBPyConnection, kind: str) -> None:
    field = {"name": "a", **KINDS[kind][0]}
    if KINDS[kind][0] == {"type": "string"}:
        field["constraints"] = {"pattern": "GOV-[0-9]{3}"}
    assert unsound(field, accepted(engine, "TRUE"))


WEAKENED = {
    "integer": ("regexp_matches(c0, '^-?[0-9]+')", "TRY_CAST(c0 AS BIGINT) IS NOT NULL"),
    "number": ("regexp_matches(c0, '[0-9]')", "regexp_full_match(c0, '[-0-9.,]+')"),
    "date": ("TRY_CAST(c0 AS DATE) IS NOT NULL", "regexp_full_match(c0, '[0-9]{4}-[0-9]{2}-[0-9]{2}')"),
    "datetime": ("TRY_CAST(c0 AS TIMESTAMP) IS NOT NULL", "length(c0) >= 19"),
    "year": ("length(c0) = 4", "TRY_CAST(c0 AS INTEGER) IS NOT NULL"),
    "yearmonth": ("regexp_full_match(c0, '[0-9]{4}-[0-9]{2}')",),
    "time": ("length(c0) >= 8",),
}


@pytest.mark.parametrize(("kind", "rule"), [(kind, rule) for kind, rules in WEAKENED.items() for rule in rules])
def test_these_tests__notice_a_rule_that_is_a_little_too_weak(
    engine: duckdb.DuckDBPyConnection, kind: str, rule: str
) -> None:
    assert unsound({"name": "a", **KINDS[kind][0]}, accepted(engine, rule))
