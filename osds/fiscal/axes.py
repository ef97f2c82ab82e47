"""Which dimensions are axes: the year, currency, phase and direction, across which nothing is ever summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from osds.fiscal.model import Axis, Dimension, Level

_BY_NAME = {
    "date": Axis.YEAR,
    "year": Axis.YEAR,
    "time": Axis.YEAR,
    "fiscal-year": Axis.YEAR,
    "fiscalyear": Axis.YEAR,
    "currency": Axis.CURRENCY,
    "value-currency": Axis.CURRENCY,
    "phase": Axis.PHASE,
    "direction": Axis.DIRECTION,
}
_YEAR_WORDS = ("year", "jahr", "año", "ano", "année", "annee", "anno", "rok", "jaar")


def mark_axes(dimensions: Iterable[Dimension]) -> tuple[Dimension, ...]:
    """The dimensions with at most one marked for each axis: by kind `datetime` first, then by name."""
    marked = list(dimensions)
    for axis in Axis:
        index = _find(marked, axis)
        if index is not None:
            levels = marked[index].levels
            marked[index] = replace(
                marked[index], axis=axis, levels=_year_first(levels) if axis is Axis.YEAR else levels
            )
    return tuple(marked)


def _find(dimensions: Sequence[Dimension], axis: Axis) -> int | None:
    by_kind = (i for i, d in enumerate(dimensions) if axis is Axis.YEAR and d.kind == "datetime")
    by_name = (i for i, d in enumerate(dimensions) if _BY_NAME.get(d.name.casefold().replace("_", "-")) is axis)
    return next(by_kind, next(by_name, None))


def _year_first(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    """The level that holds the year in front: some models list day, month, year."""
    return tuple(sorted(levels, key=lambda level: not _names_year(level)))


def _names_year(level: Level) -> bool:
    names = f"{level.key.name} {level.key.source or ''}".casefold()
    return any(word in names for word in _YEAR_WORDS) and "month" not in names
