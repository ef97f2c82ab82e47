"""The door: which form a descriptor has, and the descriptor with a `model` of Fiscal Data Package 0.3 in its place.

Forms are looked for in the order in which `fiscal.compile` reads them, so a dataset means the same before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from osds.dataset.descriptor import check_structure
from osds.dataset.package import DataPackage, Json, read_package
from osds.fiscal import checks
from osds.fiscal.columns import has_column_types
from osds.fiscal.compile import compile_model
from osds.fiscal.lint import lint
from osds.fiscal.migration.budget import find_tables, write_budget
from osds.fiscal.migration.draft2015 import write_2015
from osds.fiscal.migration.drafts import write_draft, write_resource_model
from osds.fiscal.migration.parts import Raw, Written, put_after, put_in_place_of
from osds.fiscal.migration.typed import write_columns
from osds.fiscal.migration.words_of_2015 import WORDS
from osds.report import Severity

_TOLD = {  # of the warnings, those that a person who accepts a model should know
    checks.CURRENCY_MISSING.code,
    checks.CURRENCY_UNKNOWN.code,
    checks.FACTOR_SUSPECT.code,
    checks.FACTS_LEFT_OUT.code,
    checks.DIMENSION_INCOMPLETE.code,
}


class State(StrEnum):
    """Whether there is a new descriptor, the present one is to stay, or no model can be made of it."""

    MIGRATED = "migrated"
    CURRENT = "current"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, kw_only=True)
class Migration:
    """The new descriptor, None where there is none, and what a person should know, in sentences without full stops."""

    state: State
    descriptor: Raw | None
    notes: tuple[str, ...]


def migrate(raw: Json) -> Migration:
    """The descriptor `raw` with its meaning in a `model` of 0.3 at the top; everything else in it is kept, in order."""
    broken = check_structure(raw)
    if broken:
        return _impossible(*(f"First to correct: {f.place.pointer or 'the descriptor'} {f.message}" for f in broken))
    if "model" in raw:
        return Migration(state=State.CURRENT, descriptor=None, notes=())
    written, descriptor = _write(read_package(raw), raw)
    if descriptor is None:
        state = State.CURRENT if written.stays else State.IMPOSSIBLE
        return Migration(state=state, descriptor=None, notes=written.notes)
    notes = dict.fromkeys((*written.notes, *_still_to_do(descriptor)))
    return Migration(state=State.MIGRATED, descriptor=descriptor, notes=tuple(notes))


def _impossible(*notes: str) -> Migration:
    return Migration(state=State.IMPOSSIBLE, descriptor=None, notes=notes)


def _write(package: DataPackage, raw: Mapping[str, Json]) -> tuple[Written, Raw | None]:
    """The model and the descriptor with it."""
    home = next((r.name for r in package.resources if "model" in r.raw), None)
    if home is not None:
        return _move_up(package, raw, home)
    place = _find_mapping(raw, _is_draft)
    if place is not None:
        return _replace(raw, place, write_draft(package, _mapping(raw, place)))
    if has_column_types(package):
        return _add(raw, write_columns(package))
    place = _find_mapping(raw, lambda mapping: bool(WORDS & mapping.keys()))
    if place is not None:
        return _replace(raw, place, write_2015(package, _mapping(raw, place)))
    tables = find_tables(package)
    if tables:
        return _add(raw, write_budget(package, tables))
    note = (
        "The descriptor says nowhere what the columns mean: add `model`, or let `osds init` guess one in a new folder"
    )
    return Written(model=None, notes=(note,)), None


def _move_up(package: DataPackage, raw: Mapping[str, Json], home: str) -> tuple[Written, Raw | None]:
    owner = next(r for r in package.resources if "model" in r.raw)
    model = owner.raw["model"]
    if not isinstance(model, dict):
        return Written(model=None, notes=(f"First to correct: the `model` of {home!r} must be object",)), None
    left = [repr(r.name) for r in package.resources if "model" in r.raw and r is not owner]
    notes = (f"Only the model of {home!r} counts; those of {', '.join(left)} stay where they are",) if left else ()
    written = write_resource_model(package, home, model)
    resources = list(raw["resources"])
    resources[owner.index] = {key: value for key, value in owner.raw.items() if key != "model"}
    moved = {**raw, "resources": resources}
    return Written(model=written.model, notes=notes), put_after("resources", moved, written.model or {})


def _is_draft(mapping: Mapping[str, Json]) -> bool:
    return bool(mapping.get("measures") or mapping.get("dimensions"))


def _find_mapping(raw: Mapping[str, Json], wanted: Callable[[Mapping[str, Json]], bool]) -> tuple[str, ...] | None:
    """The keys that lead to a `mapping` of the wanted kind, if there is one."""
    places: tuple[tuple[str, ...], ...] = (("mapping",), ("openspending", "mapping"))
    return next((place for place in places if wanted(_mapping(raw, place))), None)


def _mapping(raw: Mapping[str, Json], place: tuple[str, ...]) -> Mapping[str, Json]:
    value: Json = raw
    for key in place:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _replace(raw: Mapping[str, Json], place: tuple[str, ...], written: Written) -> tuple[Written, Raw | None]:
    """The model where the mapping stood; `openspending` stays if there is more in it."""
    if written.model is None:
        return written, None
    if len(place) == 1:
        return written, put_in_place_of(place[0], raw, written.model)
    rest = {key: value for key, value in raw["openspending"].items() if key != "mapping"}
    if not rest:
        return written, put_in_place_of("openspending", raw, written.model)
    return written, put_after("openspending", {**raw, "openspending": rest}, written.model)


def _add(raw: Mapping[str, Json], written: Written) -> tuple[Written, Raw | None]:
    return written, None if written.model is None else put_after("resources", raw, written.model)


def _still_to_do(descriptor: Raw) -> Iterator[str]:
    """What validation will find in the new model that a person must put right."""
    package = read_package(descriptor)
    model, findings = compile_model(package)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            yield f"To correct: {finding.place.pointer} {finding.message}"
    for finding in lint(package, model) if model is not None else ():
        if finding.code in _TOLD:
            yield f"To check: {finding.message}. {finding.advice}"
