"""Budget Data Package 0.1 and 0.2 (2014): columns have meaning by their names, and each resource says what it holds."""

from __future__ import annotations

import datetime

from osds.dataset.package import DataPackage, Resource
from osds.fiscal.migration.parts import Raw, Written, elsewhere, measure_name, money, unread_columns
from osds.fiscal.migration.words_of_2014 import DIMENSIONS, MEASURES, Meaning

_WORDS = {"currency", "fiscalPeriod", "fiscalYear", "status", "standard", "financialStatement"}
_LONGEST_YEAR = 400  # days; a fiscal period that is longer is not one year


def find_tables(package: DataPackage) -> list[Resource]:
    """The resources that are Budget Data Package tables."""
    return [
        r
        for r in package.resources
        if {"id", "amount"} <= {f.name for f in r.fields} and len(_WORDS & r.raw.keys()) > 1
    ]


def write_budget(package: DataPackage, tables: list[Resource]) -> Written:
    """The model of `tables`, each with amounts of its own phase and direction."""
    notes: list[str] = []
    year = None
    if not any(table.field("date") for table in tables):
        tables, year = _of_one_year(tables, notes)
    measures: Raw = {}
    for table in tables:
        _add_measures(package, table, measures, notes)
    dimensions = {} if year is None else {"date": _constant(year)}
    for meaning in DIMENSIONS:
        dimension = _dimension(package, tables, meaning)
        if dimension is not None:
            dimensions[meaning.name] = dimension
    model = {"measures": measures, "dimensions": dimensions}
    unread = unread_columns(package, [table.name for table in tables], model)
    if unread:
        notes.append(f"Budget Data Package gives the columns {', '.join(unread)} no meaning: they are not in the model")
    return Written(model=model, notes=tuple(dict.fromkeys(notes)))


def _constant(year: str) -> Raw:
    return {"dimensionType": "datetime", "attributes": {"year": {"constant": year}}, "primaryKey": "year"}


def _of_one_year(tables: list[Resource], notes: list[str]) -> tuple[list[Resource], str | None]:
    """The tables of the same fiscal year as the first, and that year: without dates, a model can say only one."""
    year = _fiscal_year(tables[0])
    same = [table for table in tables if _fiscal_year(table) == year]
    if year is None:
        notes.append("Nothing says of which year the figures are: add a dimension `date` with the fiscal year")
    else:
        notes.append(f"All rows are of the fiscal year {year}, because the resource says so and no column has a date")
    if len(same) < len(tables):
        others = ", ".join(repr(table.name) for table in tables if table not in same)
        notes.append(
            f"Figures of {others} are of other years and not in the model: add a column with the year to all tables"
        )
    return same, year


def _add_measures(package: DataPackage, table: Resource, measures: Raw, notes: list[str]) -> None:
    raw = table.raw
    for column, phase in MEASURES.items():
        if table.field(column) is not None:
            told, unknown = money(
                currency=raw.get("currency"),
                phase=phase or raw.get("status"),
                direction=raw.get("financialStatement", raw.get("type")),
            )
            notes += unknown
            name = measure_name(column, table.name, measures)
            measures[name] = {"source": column, **elsewhere(package, table.name), **told}


def _dimension(package: DataPackage, tables: list[Resource], meaning: Meaning) -> Raw | None:
    """The dimension in the first table that has it; columns of the same name in the others belong to it."""
    names = (*meaning.code, *meaning.title)
    table = next((table for table in tables if any(table.field(name) for name in names)), None)
    if table is None:
        return None
    place = elsewhere(package, table.name)
    code, title = (next((n for n in names if table.field(n)), None) for names in (meaning.code, meaning.title))
    attributes: Raw = {} if code is None else {meaning.key: {"source": code, **place}}
    if title is not None:
        attributes["title"] = {"source": title, **place, **({} if code is None else {"labelfor": meaning.key})}
    for name, column in meaning.others.items():
        if table.field(column) is not None:
            attributes[name] = {"source": column, **place}
    return {
        "dimensionType": meaning.kind,
        **({} if meaning.classification is None else {"classificationType": meaning.classification}),
        "attributes": attributes,
        "primaryKey": "title" if code is None else meaning.key,
    }


def _fiscal_year(table: Resource) -> str | None:
    """The year of the whole resource: `fiscalYear` (0.1) or `fiscalPeriod`, two dates with a slash between (0.2)."""
    year = table.raw.get("fiscalYear")
    if isinstance(year, (str, int)) and not isinstance(year, bool) and str(year):
        return str(year)
    start, _, end = str(table.raw.get("fiscalPeriod", "")).partition("/")
    try:
        first, last = datetime.date.fromisoformat(start), datetime.date.fromisoformat(end)
    except ValueError:
        return None
    if not datetime.timedelta(0) <= last - first <= datetime.timedelta(days=_LONGEST_YEAR):
        return None
    return str(first.year) if first.year == last.year else f"{first.year}-{last.year % 100:02}"
