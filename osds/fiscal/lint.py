"""What is doubtful in a model that compiles: figures nobody can place, columns read twice, guesses left standing.

Each function of `LINTS` looks at one thing and yields its findings; none of them reads a table.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from osds.dataset.package import DataPackage, Json, Resource
from osds.fiscal import checks
from osds.fiscal.countries import IN_USE, MONEY
from osds.fiscal.iso4217 import CURRENCIES
from osds.fiscal.joins import column_attributes, fact_resources, find_route
from osds.fiscal.model import Axis, FiscalModel, Measure
from osds.fiscal.references import escape
from osds.report import Finding, in_descriptor

Lint = Callable[[DataPackage, FiscalModel], Iterator[Finding]]

_COUNTRY_MISTAKES = {"UK": "GB", "EL": "GR"}
# Words for a thousand or a million in front of a unit or in brackets, as headers of real budgets write them.
_SCALED_HEADER = re.compile(
    r"\b(thousands?|millions?|billions?|tausend|mio|mrd|mill?ones|miles|milhões|milhares|milliers|millards?|mld|tsd|000s)\b",
    re.IGNORECASE,
)


def lint(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    """All warnings on a compiled model and the descriptor around it."""
    for check in LINTS:
        yield from check(package, model)


def _currencies(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    has_axis = any(d.axis is Axis.CURRENCY for d in model.dimensions)
    for measure in model.measures:
        place = in_descriptor("/model/measures")
        if measure.currency is None and not has_axis:
            yield checks.CURRENCY_MISSING.at(place, f"the measure {measure.name!r} has no currency")
        elif measure.currency is not None and measure.currency not in CURRENCIES:
            message = f"the currency of {measure.name!r} is {measure.currency!r}"
            yield checks.CURRENCY_UNKNOWN.at(place, message, value=measure.currency)


def _foreign_money(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    """Old money is not foreign: budgets of the nineties are in the currency of then."""
    known = [code for code in _countries(package) if code in MONEY]
    own = {currency for code in known for currency in MONEY[code]}
    for measure in model.measures if known else ():
        if measure.currency in IN_USE and measure.currency not in own:
            message = f"the currency of {measure.name!r} is {measure.currency}, that of {', '.join(known)} is "
            message += " or ".join(sorted(own))
            place = in_descriptor(f"/model/measures/{escape(measure.name)}")
            yield checks.CURRENCY_FOREIGN.at(place, message, value=measure.currency)


def _countries(package: DataPackage) -> list[str]:
    stated = package.raw.get("countryCode")
    return [code for code in (stated if isinstance(stated, list) else [stated]) if isinstance(code, str)]


def _factors(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    for measure in model.measures:
        header = next((text for text in _headers(package, measure) if _SCALED_HEADER.search(text)), None)
        if header is not None and measure.factor == 1:
            message = f"the column of {measure.name!r} is headed {header!r}, but its factor is 1"
            yield checks.FACTOR_SUSPECT.at(in_descriptor("/model/measures"), message, value=header)


def _headers(package: DataPackage, measure: Measure) -> Iterator[str]:
    resource = package.resource(measure.resource)
    for amount in measure.amounts:
        field = resource.field(amount.field) if resource else None
        if field is not None:
            yield from (field.name, field.title)


def _shared_sources(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    users: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for dimension in model.dimensions:
        for key in {(a.resource, a.source) for a in (level.key for level in dimension.levels) if a.source}:
            users[key].append(dimension.name)
    for (_, source), names in users.items():
        if len(names) > 1:
            message = f"the column {source!r} is read by the dimensions {' and '.join(names)}"
            yield checks.SOURCE_SHARED.at(in_descriptor("/model/dimensions"), message, value=source)


def _left_out(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    """Adding up such a table silently would be as wrong as leaving it out silently, so somebody must say which."""
    named = fact_resources(model)
    known = {_columns(resource): resource.name for resource in package.resources if resource.name in named}
    for resource in package.resources:
        twin = known.get(_columns(resource))
        if resource.name in named or not (twin or _has_money(resource)):
            continue
        why = f"has the same columns as {twin!r}" if twin else "has columns of money"
        message = f"the table {resource.name!r} {why}, but no measure names it"
        yield checks.FACTS_LEFT_OUT.at(in_descriptor(resource.pointer), message, value=resource.name)


def _columns(resource: Resource) -> frozenset[tuple[str, str]]:
    return frozenset((field.name, field.type) for field in resource.fields)


def _has_money(resource: Resource) -> bool:
    return any((f.column_type or "").split(":")[0] == "value" or "normalize" in f.raw for f in resource.fields)


def _incomplete(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    for dimension in model.dimensions:
        for resource in fact_resources(model):
            columns = [a for a in column_attributes(dimension) if find_route(package, model, resource, a) is None]
            if columns:
                names = ", ".join(repr(attribute.name) for attribute in columns)
                message = f"the money in {resource!r} has no {names} of the dimension {dimension.name!r}"
                place = in_descriptor(f"/model/dimensions/{escape(dimension.name)}")
                yield checks.DIMENSION_INCOMPLETE.at(place, message, value=resource)


def _country(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    for code in _countries(package):
        if code not in MONEY:
            meant = _COUNTRY_MISTAKES.get(code.upper(), code.upper())
            hint = f"; {meant!r} may be" if meant in MONEY else ""
            yield checks.COUNTRY_CODE.at(in_descriptor("/countryCode"), f"{code!r} is not a country{hint}", value=code)


def _period(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    period = package.raw.get("fiscalPeriod")
    if period is None:
        if not any(dimension.axis is Axis.YEAR for dimension in model.dimensions):
            message = "nobody says which time the money is for: there is no date dimension and no `fiscalPeriod`"
            yield checks.PERIOD_UNKNOWN.at(in_descriptor(), message)
        return
    start, end = (_date(period.get(key)) if isinstance(period, dict) else None for key in ("start", "end"))
    if start is None or end is None or end < start:
        message = "`fiscalPeriod` does not have a start and, on or after it, an end"
        yield checks.FISCAL_PERIOD.at(in_descriptor("/fiscalPeriod"), message)


def _date(value: Json) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _licence(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    if not (package.raw.get("licenses") or package.raw.get("license")):
        yield checks.NO_LICENCE.at(in_descriptor(), "there is no licence")


def _guesses(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    stated = package.raw.get("model")
    for kind in ("measures", "dimensions"):
        parts = stated.get(kind) if isinstance(stated, dict) else None
        guessed = [name for name, raw in (parts or {}).items() if isinstance(raw, dict) and raw.get("guess")]
        if guessed:
            message = f"{len(guessed)} of the {kind} are guesses: {', '.join(guessed)}"
            yield checks.MODEL_GUESSED.at(in_descriptor(f"/model/{kind}"), message)


LINTS: tuple[Lint, ...] = (
    _currencies,
    _foreign_money,
    _factors,
    _shared_sources,
    _left_out,
    _incomplete,
    _country,
    _period,
    _licence,
    _guesses,
)
