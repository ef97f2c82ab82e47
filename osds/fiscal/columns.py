"""Compiling Fiscal Data Package 1.0: no `model`, but a `columnType` on each field (`osType` in the years before).

A columnType is a path such as `functional-classification:cofog:level2:code`: the concept, perhaps a scheme and a level, and
the role of the column. Pivoted tables give every measure column a `normalize` and describe the target in `extraFields`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from osds.dataset.package import DataPackage, Field, Json, Resource
from osds.fiscal import checks
from osds.fiscal.axes import mark_axes
from osds.fiscal.model import Amount, Attribute, Dimension, FiscalModel, Form, Level, Measure
from osds.fiscal.references import check_money, read_factor
from osds.report import Finding, in_descriptor

_LABEL_ROLES = {"label", "title", "name"}
_KEY_ROLES = {"code", "id"}
_OLD_SUFFIXES = {"part", "full"}  # `code:part`, `code:full` of the osType years
_DATE_ORDER = ("fiscal-year", "year", "month", "fiscal-month", "day")
_KINDS = {
    "date": "datetime",
    "fact": "fact",
    "budget-line-id": "fact",
    "transaction-id": "fact",
    "activity": "activity",
    "program": "activity",
    "project": "activity",
    "geo": "location",
    "administrator": "entity",
    "payer": "entity",
    "recipient": "entity",
    "supplier": "entity",
}


@dataclass(frozen=True, kw_only=True)
class _Column:
    """One typed column: of the file, or an extra field that exists only after the un-pivot."""

    name: str
    path: tuple[str, ...]
    raw: Mapping[str, Json]
    is_extra: bool

    @property
    def concept(self) -> str:
        return self.path[0]

    @property
    def is_label(self) -> bool:
        return len(self.path) > 1 and self.path[-1] in _LABEL_ROLES

    @property
    def stem(self) -> tuple[str, ...]:
        """The path without the column's role: a code and its label have the same stem."""
        return self.path[:-1] if self.path[-1] in _LABEL_ROLES | _KEY_ROLES else self.path

    @property
    def level(self) -> int:
        """The number in a segment such as `level2`; 0 without one."""
        found = (re.fullmatch(r"level([0-9]{1,2})", segment) for segment in self.path)
        return next((int(match.group(1)) for match in found if match), 0)


def has_column_types(package: DataPackage) -> bool:
    """True if any field of any table says what it means."""
    return any(_columns(resource) for resource in package.resources)


def compile_columns(package: DataPackage) -> tuple[FiscalModel | None, tuple[Finding, ...]]:
    """The model that the column types of the first table with money state, and the findings on it."""
    facts = next((r for r in package.resources if _has_money(r)), None)
    if facts is None:
        return None, (checks.NO_MEASURE.at(in_descriptor("/resources"), "no field has the columnType `value`"),)
    findings = tuple(_check(facts))
    if findings:
        return None, findings
    model = FiscalModel(
        form=Form.OS_TYPE if _is_old(facts) else Form.COLUMN_TYPE,
        measures=tuple(_measures(facts)),
        dimensions=mark_axes(_dimensions(facts)),
    )
    return model, tuple(_form_findings(model, facts))


def _columns(resource: Resource) -> list[_Column]:
    typed = [(f.name, f.column_type, f.raw, False) for f in resource.fields]
    typed += [(f.get("name", ""), f.get("columnType"), f, True) for f in _extra_fields(resource)]
    return [
        _Column(name=name, path=_path(column_type), raw=raw, is_extra=is_extra)
        for name, column_type, raw, is_extra in typed
        if isinstance(column_type, str) and _path(column_type)
    ]


def _path(column_type: str) -> tuple[str, ...]:
    segments = [segment for segment in column_type.split(":") if segment]
    while len(segments) > 1 and segments[-1] in _OLD_SUFFIXES:
        segments.pop()
    return tuple(segments)


def _extra_fields(resource: Resource) -> list[Mapping[str, Json]]:
    extra = resource.schema.get("extraFields")
    return [f for f in extra if isinstance(f, dict)] if isinstance(extra, list) else []


def _pivoted(resource: Resource) -> list[Field]:
    """The measure columns of a pivoted table."""
    return [f for f in resource.fields if isinstance(f.raw.get("normalize"), dict)]


def _has_money(resource: Resource) -> bool:
    return any(column.concept == "value" for column in _columns(resource)) or bool(_pivoted(resource))


def _is_old(resource: Resource) -> bool:
    return not any("columnType" in f.raw for f in resource.fields)


def _form_findings(model: FiscalModel, facts: Resource) -> Iterator[Finding]:
    if model.form is Form.OS_TYPE:
        yield checks.OS_TYPE_FORM.at(in_descriptor(f"{facts.pointer}/schema/fields"), "the fields carry `osType`")


def _check(facts: Resource) -> Iterator[Finding]:
    place = f"{facts.pointer}/schema/fields"
    money = {c.name for c in _columns(facts) if c.concept == "value" and not c.is_extra}
    for index, field in enumerate(facts.fields):
        if field.name in money or isinstance(field.raw.get("normalize"), dict):
            yield from check_money(field, f"{place}/{index}")
            if read_factor(field.raw.get("factor", 1)) is None:
                message = f"the factor of {field.name!r} is {field.raw['factor']}"
                yield checks.FACTOR_RANGE.at(in_descriptor(f"{place}/{index}/factor"), message)
    yield from _check_pivot(facts)


def _check_pivot(facts: Resource) -> Iterator[Finding]:
    pivoted = _pivoted(facts)
    extra = {f.get("name") for f in _extra_fields(facts)}
    keys = {name for field in pivoted for name in field.raw["normalize"]}
    for field in pivoted:
        missing = sorted(keys - field.raw["normalize"].keys())
        if missing:
            message = f"`normalize` of {field.name!r} says nothing of {', '.join(map(repr, missing))}"
            yield checks.NORMALIZE_INCOMPLETE.at(in_descriptor(f"{facts.pointer}/schema/fields"), message)
    unknown = sorted(keys - extra)
    if unknown:
        message = f"`normalize` names {', '.join(map(repr, unknown))}, which `extraFields` does not have"
        yield checks.NORMALIZE_INCOMPLETE.at(in_descriptor(f"{facts.pointer}/schema/extraFields"), message)


def _measures(facts: Resource) -> Iterator[Measure]:
    pivoted = _pivoted(facts)
    names = {f.name for f in pivoted}
    if pivoted:
        amounts = [
            Amount(field=f.name, fixed={key: str(value) for key, value in f.raw["normalize"].items()}) for f in pivoted
        ]
        target = next((f for f in _extra_fields(facts) if f.get("normalizationTarget")), pivoted[0].raw)
        yield _measure(facts, str(target.get("name", "value")), {**pivoted[0].raw, **target}, amounts)
    for column in _columns(facts):
        if column.concept == "value" and not column.is_extra and column.name not in names:
            yield _measure(facts, column.name, column.raw, [Amount(field=column.name, fixed={})])


def _measure(facts: Resource, name: str, raw: Mapping[str, Json], amounts: Sequence[Amount]) -> Measure:
    return Measure(
        name=name,
        title=_text(raw, "title") or name,
        resource=facts.name,
        amounts=tuple(amounts),
        currency=_text(raw, "currency"),
        factor=read_factor(raw.get("factor", 1)) or Decimal(1),
        direction=_text(raw, "direction"),
        phase=_text(raw, "phase"),
    )


def _text(raw: Mapping[str, Json], key: str) -> str | None:
    value = raw.get(key)
    return value if isinstance(value, str) and value else None


def _dimensions(facts: Resource) -> Iterator[Dimension]:
    columns = [c for c in _columns(facts) if c.concept != "value"]
    for concept in dict.fromkeys(c.concept for c in columns):
        own = [c for c in columns if c.concept == concept]
        schemes = dict.fromkeys(_scheme(c) for c in own)
        for scheme in schemes:
            name = concept if len(schemes) == 1 else f"{concept}-{scheme}"
            yield _dimension(facts, name, [c for c in own if _scheme(c) == scheme])


def _scheme(column: _Column) -> str:
    """Two classifications of one concept (GFSM and a national one) are two dimensions."""
    return column.path[1] if column.concept.endswith("-classification") and len(column.path) > 2 else ""


def _dimension(facts: Resource, name: str, columns: Sequence[_Column]) -> Dimension:
    concept = columns[0].concept
    keys = [c for c in columns if not c.is_label] or list(columns)
    labels = {c.stem: c for c in columns if c.is_label and c not in keys}
    return Dimension(
        name=name,
        title=name.replace("-", " "),
        kind=_KINDS.get(concept, "classification" if concept.endswith("-classification") else "other"),
        levels=tuple(
            Level(key=_attribute(facts, key), label=_attribute(facts, labels[key.stem]) if key.stem in labels else None)
            for key in sorted(keys, key=_order)
        ),
        axis=None,
    )


def _order(column: _Column) -> tuple[int, int]:
    """Levels by their number, parts of a date from the year down, everything else as the table has it."""
    part = column.path[-1]
    return column.level, _DATE_ORDER.index(part) if column.concept == "date" and part in _DATE_ORDER else 0


def _attribute(facts: Resource, column: _Column) -> Attribute:
    constant = column.raw.get("constant") if column.is_extra else None
    return Attribute(
        name=column.name,
        resource=facts.name,
        source=column.name if constant is None else None,
        constant=None if constant is None else str(constant),
    )
