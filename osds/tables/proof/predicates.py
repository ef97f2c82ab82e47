"""The predicates over a row, in SQL, that together make it certainly good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from osds.tables.proof.columns import Column
from osds.tables.proof.engine import names
from osds.tables.proof.rules import rule_of
from osds.tables.proof.sql import all_of, one_of
from osds.tables.proof.table import Table


def refuse(table: Table) -> dict[int, str]:
    """For each column without a rule, the table of texts that frictionless refuses: every distinct one is asked for."""
    uncovered = [place for place, column in enumerate(table.plan.columns) if rule_of(column, f"c{place}") is None]
    if not uncovered:
        return {}
    from osds.tables.proof.distinct import refused_texts

    return {place: table.keep(f"refused{place}", ["VARCHAR"], refused_texts(table, place)) for place in uncovered}


def certainly_good(columns: Sequence[Column], refused: Mapping[int, str], keyed: Sequence[str] = ()) -> str:
    """All that makes a row good. `refused` names, for each column without a rule, the table of values that are not.

    `keyed` are further predicates. The value may be NULL, which is not true.
    """
    cells = [_good_cell(column, f"c{place}", refused.get(place)) for place, column in enumerate(columns)]
    return all_of([*(cell for cell in cells if cell != "TRUE"), _not_blank(columns), *keyed])


def _good_cell(column: Column, cell: str, refused: str | None) -> str:
    if refused is not None:
        return f"{cell} NOT IN (SELECT k0 FROM {refused})"
    rule, missing = rule_of(column, cell) or "FALSE", one_of(cell, column.missing)
    if column.required:
        return rule if missing == "FALSE" else all_of([f"NOT {missing}", *([f"({rule})"] if rule != "TRUE" else [])])
    if missing == "FALSE" or rule == "TRUE":
        return f"({rule})" if rule != "TRUE" else "TRUE"
    return f"({missing} OR ({rule}))"


def _not_blank(columns: Sequence[Column]) -> str:
    """A row of missing values only is an error. In a table of one column, an empty line and an empty cell look alike."""
    missing = [one_of(name, column.missing) for name, column in zip(names(len(columns)), columns, strict=True)]
    if len(columns) == 1:
        return f"c0 <> '' AND NOT {missing[0]}"
    if "FALSE" in missing or any(column.required for column in columns):
        return "TRUE"
    return f"NOT ({' AND '.join(missing)})"


def weight(count: int) -> str:
    """An expression over a row of so many columns: the bytes of its cells."""
    return " + ".join(f"strlen({cell})" for cell in names(count))
