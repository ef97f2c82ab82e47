"""The OpenSpending Data Package of mid 2015 (OSEP-04): `mapping` with `amount`, `date`, `id` and groups such as `payer`.

A group is an object of attributes (below `attributes` in the model of OpenSpending before 2014).
Source: the history of `osep-04.md` in openspending/osep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from osds.dataset.package import DataPackage, Json
from osds.fiscal.joins import find_joins
from osds.fiscal.migration.parts import (
    Raw,
    Written,
    elsewhere,
    measure_name,
    money,
    stated_currency,
    unread_columns,
)
from osds.fiscal.migration.sources import Source, find_sources, is_attribute, more_than_source
from osds.fiscal.migration.words_of_2015 import FACT, describe, key_and_label

_DAYS = ("date", "datetime", "yearmonth")


def write_2015(package: DataPackage, mapping: Mapping[str, Json]) -> Written:
    """The model that a mapping of 2015 means."""
    first = package.resources[0].name if package.resources else ""
    found = find_sources(package, mapping.get("amount"), first)
    if not found:
        return Written(model=None, notes=("The mapping names no column with an `amount`: say which holds the money",))
    return _Writer(package=package, mapping=mapping, amounts=tuple(dict.fromkeys(found))).write()


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """The steps of `write_2015`. `amounts` are the columns of the amount, one of each table with rows."""

    package: DataPackage
    mapping: Mapping[str, Json]
    amounts: tuple[Source, ...]

    @property
    def home(self) -> str:
        """The table that is meant where none is named, and whose columns stand for those of the others."""
        return self.amounts[0].resource

    def write(self) -> Written:
        notes: list[str] = []
        measures: Raw = {}
        for amount in self.amounts:
            name = measure_name("amount", amount.resource, measures)
            measures[name] = self._measure(self.mapping["amount"], amount, notes)
        if len(measures) > 1:
            notes.append(
                f"The amount of each table is a measure of its own ({', '.join(measures)}): to add them up, list the files "
                f"of tables with the same columns as the `path` of one resource, and keep one measure"
            )
        dimensions: Raw = {}
        for name, group in self._groups():
            sources = {key: source for key, value in group.items() if (source := self._source(value)) is not None}
            if not sources:
                notes.append(f"The mapping's {name!r} is left out: it names no column")
            elif _is_measure(group):
                measures[name] = self._measure(group[name], sources[name], notes)
            else:
                dimensions[name] = self._dimension(name, group, sources, notes)
        model: Raw = {"measures": measures, "dimensions": dimensions}
        unread = unread_columns(self.package, {source.resource for source in self.amounts}, model)
        if unread:
            notes.append(f"The mapping says nothing of the columns {', '.join(unread)}: they are not in the model")
        return Written(model=model, notes=tuple(dict.fromkeys(notes)))

    def _groups(self) -> Iterator[tuple[str, Raw]]:
        """Each dimension to be with its attributes, as written; what says something of the row itself comes last."""
        fact: Raw = {}
        for name, value in self.mapping.items():
            if name in FACT and is_attribute(value):
                fact[name] = value
            elif is_attribute(value) and name != "amount" and not self._is_code_of_another(name):
                code = self.mapping.get(f"{name}Id")
                yield name, {"id": code, "title": value} if is_attribute(code) else {name: value}
            elif not is_attribute(value):
                group = value if isinstance(value, dict) else {}
                attributes = group.get("attributes")
                yield name, attributes if isinstance(attributes, dict) else group
        if fact:
            yield "fact" if "fact" not in self.mapping else "transaction", fact

    def _is_code_of_another(self, name: str) -> bool:
        """True for `payerId` beside `payer`."""
        return name.endswith("Id") and is_attribute(self.mapping.get(name.removesuffix("Id")))

    def _measure(self, written: Json, source: Source, notes: list[str]) -> Raw:
        more = more_than_source(written)
        told, unknown = money(
            currency=more.pop("currency", None) or stated_currency(self.package, source.resource),
            phase=more.pop("phase", self.package.raw.get("status")),
            direction=more.pop("direction", self.package.raw.get("direction")),
        )
        notes += unknown
        if "currency" not in told:
            notes.append("The draft of 2015 meant USD where no currency was named; osds does not take that for granted")
        return {"source": source.field, **elsewhere(self.package, source.resource), **told, **more}

    def _dimension(self, name: str, group: Raw, sources: Mapping[str, Source], notes: list[str]) -> Raw:
        kind = describe(name)
        if len(sources) == 1 and kind.get("dimensionType") == "datetime":
            ((written, source),) = sources.items()
            part = self._name_of_date(source, notes)
            sources, group = {part: source}, {part: group[written]}
        key, label = key_and_label(sources)
        attributes: Raw = {}
        for part, source in sources.items():
            at_hand = self._at_hand(name, source) if part == key else source
            attributes[part] = {
                "source": at_hand.field,
                **elsewhere(self.package, at_hand.resource),
                **({"labelfor": key} if part == label else {}),
                **more_than_source(group[part]),
            }
        return {**kind, "attributes": attributes, "primaryKey": key}

    def _source(self, value: Json) -> Source | None:
        """Where an attribute comes from; of several tables, the one with the amounts."""
        found = find_sources(self.package, value, self.home)
        here = (source for source in found if source.resource == self.home)
        return next(here, found[0] if found else None)

    def _name_of_date(self, source: Source, notes: list[str]) -> str:
        """`date` or `year`, by the column's type."""
        resource = self.package.resource(source.resource)
        field = resource.field(source.field) if resource else None
        kind = field.type if field else "any"
        if kind not in {*_DAYS, "year"}:
            notes.append(
                f"The column {source.field!r} has the type {kind}: its values are taken for names of fiscal years; "
                f"give it the type `year`, or `date` if it holds days"
            )
        return "date" if kind in _DAYS else "year"

    def _at_hand(self, name: str, source: Source) -> Source:
        """The column beside the amounts that holds the same codes, if a foreign key says which one that is."""
        joins = find_joins(self.package, self.home, source.resource)
        columns = [join.fields[0] for join in joins if join.target_fields == (source.field,) and len(join.fields) == 1]
        chosen = columns if len(columns) == 1 else [column for column in columns if name in column]
        return Source(resource=self.home, field=chosen[0]) if len(chosen) == 1 else source


def _is_measure(group: Raw) -> bool:
    """True for a second amount, in the words of OpenSpending before 2014."""
    return len(group) == 1 and any(
        isinstance(value, dict) and value.get("type") == "measure" for value in group.values()
    )
