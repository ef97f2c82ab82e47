"""The one fiscal model, whichever form the descriptor states it in. Values only; see `compile` for how they come about.

The words are those of the Fiscal Data Package and of OpenSpending's cube engine (babbage): a *measure* is an amount of
money, a *dimension* is a way to break it down, with *attributes*; its ordered *levels* form a *hierarchy*.
Figures of different currency, phase or direction are never added up, nor are years: such dimensions are *axes*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Axis(StrEnum):
    """What keeps two amounts apart for ever: cuboids always keep these columns."""

    YEAR = "year"
    CURRENCY = "currency"
    PHASE = "phase"
    DIRECTION = "direction"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """One column of money. `fixed` maps extra fields to the value they have on this column (FDP 1.0 `normalize`)."""

    field: str
    fixed: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An amount of money: the columns that hold it, and what the figures mean.

    The real amount is the raw figure times `factor`, in `currency` (ISO 4217). Several `amounts` are one measure spread
    over columns (one per year, one per phase): each column gives facts of its own.
    """

    name: str
    title: str
    resource: str
    amounts: tuple[Amount, ...]
    currency: str | None
    factor: Decimal
    direction: str | None
    phase: str | None


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A property of a dimension: a column (`source`) of `resource`, or one `constant` for all rows."""

    name: str
    resource: str
    source: str | None
    constant: str | None


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of a hierarchy: the attribute that holds the code and, if there is one, the attribute that names it."""

    key: Attribute
    label: Attribute | None


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A way to break the money down. `levels` go from the root to the leaf; a code is unique only below its parent.

    `kind` is FDP 0.3's `dimensionType` (datetime, entity, classification, activity, fact, location, other).
    """

    name: str
    title: str
    kind: str
    levels: tuple[Level, ...]
    axis: Axis | None


class Form(StrEnum):
    """The notation in which a descriptor states its model."""

    MODEL = "model"
    MAPPING = "mapping"
    RESOURCE_MODEL = "resource-model"
    COLUMN_TYPE = "columnType"
    OS_TYPE = "osType"


@dataclass(frozen=True, kw_only=True)
class FiscalModel:
    """Measures and dimensions of one dataset, complete and without dangling references."""

    form: Form
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]

    @property
    def axes(self) -> tuple[Dimension, ...]:
        """The dimensions that are never summed across, in the order of `Axis`."""
        found = {d.axis: d for d in reversed(self.dimensions) if d.axis is not None}
        return tuple(found[axis] for axis in Axis if axis in found)
