"""Keys in the engine: which values stand twice, and which are not where a foreign key says they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from osds.tables.proof.keys import KeyPart, key_part
from osds.tables.proof.plan import Reference
from osds.tables.proof.table import Table
from osds.tables.proof.unproven import UnprovenError

_COMPARABLE = ({"integer", "number"},)


@dataclass(frozen=True, kw_only=True)
class Key:
    """Columns in which no two rows may agree. With `nulls`, a part without a value is compared like any other."""

    columns: tuple[int, ...]
    nulls: bool

    def measures(self, table: Table) -> list[str]:
        """Two counts over a table, which are equal only if no key stands twice: keys, and distinct ones at the least.

        This holds where every key is certain, as it is in rows that are certainly good.
        """
        values = values_of(table, self.columns)
        # Two keys may have one hash, which only makes them doubtful.
        value = values[0] if not self.nulls and len(values) == 1 else f"hash({', '.join(values)})"
        if not self.nulls and len(values) > 1:
            value = f"CASE WHEN {_known(values)} THEN {value} END"
        return ["count(*)" if self.nulls else f"count({value})", f"count(DISTINCT {value})"]


def parts_of(table: Table, columns: Sequence[int]) -> list[KeyPart]:
    """How the columns of a key are compared. Raises `UnprovenError` if one cannot be."""
    return [key_part(table.plan.columns[place], f"c{place}") for place in columns]


def values_of(table: Table, columns: Sequence[int]) -> list[str]:
    """The expressions that are compared."""
    return [part.value for part in parts_of(table, columns)]


def repeated(table: Table, keys: Sequence[Key]) -> list[str]:
    """For each key that stands twice anywhere, a predicate: the row has a key that does.

    All rows of a repeated key are doubted, so that frictionless sees each group whole, in the order of the file.
    """
    return [found for number, key in enumerate(keys) if (found := _repeated(table, key, f"repeated{number}"))]


def _repeated(table: Table, key: Key, name: str) -> str | None:
    values = _exact_values(table, key.columns, name)
    groups = ", ".join(f"{value} AS k{n}" for n, value in enumerate(values))
    known = "TRUE" if key.nulls else _known(values)
    table.engine.execute(
        f"CREATE TEMP TABLE {name} AS SELECT {groups} FROM {table.everything} WHERE {known} GROUP BY ALL HAVING count(*) > 1"
    )
    (count,) = table.engine.execute(f"SELECT count(*) FROM {name}").fetchone() or (0,)
    return _is_in(name, values) if count else None


def _known(values: Sequence[str]) -> str:
    return " AND ".join(f"{value} IS NOT NULL" for value in values)


def _exact_values(table: Table, columns: Sequence[int], name: str) -> list[str]:
    """The expressions of a key, also where a cell is not in the certain form: those are read by frictionless."""
    from osds.tables.proof.distinct import read_values

    exact = []
    for place, part in zip(columns, parts_of(table, columns), strict=True):
        cell = f"c{place}"
        texts = table.texts(cell, f"NOT coalesce({part.certain}, FALSE)") if part.certain != "TRUE" else []
        if not texts:
            exact.append(part.value)
            continue
        kind, values = read_values(table, place, texts)
        other = table.keep(f"{name}_{place}", ("VARCHAR", kind), texts, values)
        found = f"(SELECT any_value(k1) FROM {other} WHERE k0 = {cell})"
        exact.append(f"CASE WHEN coalesce({part.certain}, FALSE) THEN {part.value} ELSE {found} END")
    return exact


def refers(table: Table, reference: Reference, target: Table, number: int) -> str:
    """A predicate: the foreign key has no value, or one that certainly stands in the target."""
    places = [_place(target, name) for name in reference.target_names]
    own, others = parts_of(table, reference.columns), parts_of(target, places)
    for mine, other in zip(own, others, strict=True):
        if mine.kind != other.kind and {mine.kind, other.kind} not in _COMPARABLE:
            raise UnprovenError(f"a foreign key from {mine.kind} to {other.kind}")
    name = f"target{number}"
    columns = ", ".join(f"{value} AS k{n}" for n, value in enumerate(_exact_values(target, places, name)))
    target.engine.execute(f"CREATE TEMP TABLE {name} AS SELECT DISTINCT {columns} FROM {target.source}")
    values = [part.value for part in own]
    certain = " AND ".join(part.certain for part in own)
    empty = " AND ".join(f"{value} IS NULL" for value in values)
    return f"({certain} AND (({empty}) OR {_is_in(name, values)}))"


def _place(target: Table, name: str) -> int:
    for place, column in enumerate(target.plan.columns):
        if column.name == name:
            return place
    raise UnprovenError("a foreign key refers to a column that is not there")


def _is_in(table: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"coalesce({values[0]} IN (SELECT k0 FROM {table} WHERE k0 IS NOT NULL), FALSE)"
    same = " AND ".join(f"{table}.k{n} IS NOT DISTINCT FROM {value}" for n, value in enumerate(values))
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
