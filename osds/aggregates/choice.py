"""What a person asks for: which dimensions are summed up, and in which formats. Values only."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace

from osds.aggregates.lattice import Skipped
from osds.aggregates.wanted import Wanted, read_wanted
from osds.errors import UsageError
from osds.fiscal.model import Dimension, FiscalModel
from osds.settings import Settings

CSV, PARQUET = "csv", "parquet"
FORMATS = (CSV, PARQUET)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The model without the dimensions that nobody wants, what that leaves out, and the formats of the cuboids.

    Besides, the cuboids to write whatever their size, and those to leave out.
    """

    model: FiscalModel
    skipped: tuple[Skipped, ...]
    formats: tuple[str, ...]
    add: tuple[Wanted, ...]
    drop: tuple[Wanted, ...]


def read_wish(model: FiscalModel, settings: Settings) -> Wish:
    """What `settings.only`, `settings.without`, `settings.add` and `settings.formats` ask for.

    Raises `UsageError` for a name that is not one of the model's dimensions or formats, for leaving out an axis, and for
    adding a cuboid of a dimension that is left out.
    """
    only, without = _names(settings.only), _names(settings.without)
    known = {dimension.name for dimension in model.dimensions}
    drop = tuple(name for name in without if name not in known and "+" in name)
    without = tuple(name for name in without if name not in drop)
    _check_dimensions(model, "only", only)
    _check_dimensions(model, "without", without)
    axes = model.axes
    for axis in axes:
        if axis.name in without:
            raise UsageError(
                f"without: {axis.name!r} cannot be left out, because amounts that differ in it are never added up",
                next_step="Take it out of `without`",
            )
    reasons = {d.name: _reason(d, only, without) for d in model.dimensions if d not in axes}
    kept = replace(model, dimensions=tuple(d for d in model.dimensions if not reasons.get(d.name)))
    summed = [d for d in kept.dimensions if d not in axes]
    return Wish(
        model=kept,
        add=tuple(read_wanted(name, summed, "add") for name in _names(settings.add)),
        drop=tuple(read_wanted(name, summed, "without") for name in drop),
        skipped=tuple(_skipped(d, reasons[d.name]) for d in model.dimensions if reasons.get(d.name)),
        formats=_formats(settings.formats),
    )


def _names(text: str | None) -> tuple[str, ...]:
    """Names separated by commas; one that holds a comma itself stands in double quotes, as in CSV."""
    if text is None:
        return ()
    try:
        (cells,) = csv.reader([text], skipinitialspace=True, strict=True)
    except (csv.Error, ValueError):
        raise UsageError(
            f"{text[:80]!r} is not a list of names", next_step="For instance: function, economic"
        ) from None
    return tuple(dict.fromkeys(filter(None, (cell.strip() for cell in cells))))


def _check_dimensions(model: FiscalModel, setting: str, names: Sequence[str]) -> None:
    known = [dimension.name for dimension in model.dimensions]
    for name in names:
        if name not in known:
            raise UsageError(
                f"{setting}: the dataset has no dimension {name[:80]!r}",
                next_step=f"Its dimensions: {', '.join(d.name for d in model.dimensions if d not in model.axes)}",
            )


def _reason(dimension: Dimension, only: Sequence[str], without: Sequence[str]) -> str:
    if dimension.name in without:
        return "it is left out by the setting `without`"
    return "it is not named by the setting `only`" if only and dimension.name not in only else ""


def _skipped(dimension: Dimension, reason: str) -> Skipped:
    return Skipped(dimensions=((dimension.name, tuple(level.key.name for level in dimension.levels)),), reason=reason)


def _formats(text: str) -> tuple[str, ...]:
    names = _names(text)
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"formats: {name[:80]!r} is not known", next_step=f"Known: {', '.join(FORMATS)}")
    if CSV not in names:
        raise UsageError("formats: cuboids are always written as csv", next_step="Give csv, or csv,parquet")
    return tuple(name for name in FORMATS if name in names)
