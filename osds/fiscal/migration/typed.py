"""Fiscal Data Package 1.0 (`columnType`, or the older `osType`) written out as a `model` of 0.3.

What osds reads from the column types is what the model states, so the sums stay the same. Only a pivoted table cannot
be said in 0.3: there, columns of different phase, direction or currency become measures of their own, and years or
other breakdowns across columns stay in 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from osds.dataset.package import DataPackage
from osds.fiscal.columns import compile_columns
from osds.fiscal.migration.parts import Raw, Written, elsewhere, money
from osds.fiscal.model import Amount, Attribute, Axis, Dimension, FiscalModel, Measure
from osds.report import Severity

_CLASSIFICATIONS = ("administrative", "functional", "economic")
_SAYABLE = {Axis.PHASE: "phase", Axis.DIRECTION: "direction", Axis.CURRENCY: "currency"}


def write_columns(package: DataPackage) -> Written:
    """The model that the column types state, if 0.3 can state it."""
    model, findings = compile_columns(package)
    if model is None:
        errors = tuple(f"First to correct: {f.message}" for f in findings if f.severity is Severity.ERROR)
        return Written(model=None, notes=errors)
    writer = _Writer(package=package, model=model)
    unsayable = list(writer.unsayable())
    if unsayable:
        return Written(model=None, notes=tuple(unsayable), stays=True)
    notes: list[str] = []
    measures = dict(writer.measures(notes))
    dimensions = dict(writer.dimensions(notes))
    return Written(model={"measures": measures, "dimensions": dimensions}, notes=tuple(dict.fromkeys(notes)))


@dataclass(frozen=True, kw_only=True)
class _Writer:
    package: DataPackage
    model: FiscalModel

    @property
    def fixed(self) -> set[str]:
        """The extra fields of which each amount column has a value of its own."""
        return {name for measure in self.model.measures for amount in measure.amounts for name in amount.fixed}

    def unsayable(self) -> Iterator[str]:
        """Why the table must stay pivoted."""
        for dimension in self.model.dimensions:
            across = sorted(self.fixed & {level.key.source for level in dimension.levels if level.key.source})
            if across and dimension.axis not in _SAYABLE:
                what = "years" if dimension.axis is Axis.YEAR else dimension.name
                yield (
                    f"The descriptor stays in Fiscal Data Package 1.0: `normalize` spreads {what} over columns "
                    f"({across[0]!r}), and 0.3 has no way to say that a column is one of them"
                )

    def measures(self, notes: list[str]) -> Iterator[tuple[str, Raw]]:
        for measure in self.model.measures:
            pivoted = any(amount.fixed for amount in measure.amounts)
            for amount in measure.amounts:
                yield (amount.field if pivoted else measure.name), self._measure(measure, amount, notes)
            if pivoted:
                columns = ", ".join(repr(amount.field) for amount in measure.amounts)
                notes.append(
                    f"The one measure {measure.name!r} is now a measure for each of its columns ({columns}): 0.3 has no "
                    f"`normalize`, so what `normalize` says stands on them as phase, direction or currency"
                )

    def _measure(self, measure: Measure, amount: Amount, notes: list[str]) -> Raw:
        said = self._fixed(amount)
        told, unknown = money(
            currency=said.get("currency", self._currency() or measure.currency),
            phase=said.get("phase", measure.phase),
            direction=said.get("direction", measure.direction),
        )
        notes += unknown
        title = self._title(measure, amount)
        factor = {} if measure.factor == 1 else {"factor": _number(measure.factor)}
        return {
            "source": amount.field,
            **elsewhere(self.package, measure.resource),
            **({} if title is None else {"title": title}),
            **told,
            **factor,
        }

    def _title(self, measure: Measure, amount: Amount) -> str | None:
        if not amount.fixed:
            return None if measure.title == measure.name else measure.title
        resource = self.package.resource(measure.resource)
        field = resource.field(amount.field) if resource else None
        return None if field is None or field.title == field.name else field.title

    def _currency(self) -> str | None:
        """The currency that is the same in all rows: 0.3 asks for it on each measure."""
        return next((d.levels[0].key.constant for d in self.model.dimensions if d.axis is Axis.CURRENCY), None)

    def _fixed(self, amount: Amount) -> dict[str, str]:
        """What `normalize` says of one column, in the words of a measure."""
        words = {d.levels[0].key.source: _SAYABLE[d.axis] for d in self.model.dimensions if d.axis in _SAYABLE}
        return {words[name]: value for name, value in amount.fixed.items() if name in words}

    def dimensions(self, notes: list[str]) -> Iterator[tuple[str, Raw]]:
        for dimension in self.model.dimensions:
            absent = [level.key.source for level in dimension.levels if not self._exists(level.key)]
            if not absent:
                yield dimension.name, self._dimension(dimension)
            elif not set(absent) <= self.fixed:
                notes.append(f"The dimension {dimension.name!r} is left out: no column is called {absent[0]!r}")

    def _dimension(self, dimension: Dimension) -> Raw:
        attributes = {}
        for level in dimension.levels:
            attributes[level.key.name] = self._attribute(level.key)
            if level.label is not None and self._exists(level.label):
                attributes[level.label.name] = {**self._attribute(level.label), "labelfor": level.key.name}
        keys = [level.key.name for level in dimension.levels]
        classified = next((kind for kind in _CLASSIFICATIONS if dimension.name.startswith(f"{kind}-class")), None)
        return {
            **({} if dimension.title == dimension.name else {"title": dimension.title}),
            "dimensionType": dimension.kind,
            **({} if classified is None else {"classificationType": classified}),
            "attributes": attributes,
            "primaryKey": keys[0] if len(keys) == 1 else keys,
        }

    def _attribute(self, attribute: Attribute) -> Raw:
        if attribute.constant is not None:
            return {"constant": attribute.constant}
        return {"source": attribute.source, **elsewhere(self.package, attribute.resource)}

    def _exists(self, attribute: Attribute) -> bool:
        resource = self.package.resource(attribute.resource)
        return attribute.constant is not None or bool(resource and resource.field(attribute.source or ""))


def _number(factor: Decimal) -> int | float:
    return int(factor) if factor == factor.to_integral_value() else float(factor)
