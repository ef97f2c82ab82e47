"""Which files an update may change: the descriptor and the data that it names. Nothing else, whatever they are called."""

from __future__ import annotations

from osds.dataset.package import Json, read_package
from osds.dataset.paths import path_problem
from osds.dataset.preflight import wanted_files
from osds.dataset.strict_json import load
from osds.report import DESCRIPTOR_FILE
from osds.silence import SETTINGS_FILE


def data_paths(descriptor: bytes | None) -> frozenset[str]:
    """The paths that an update may write by this descriptor, itself among them; it alone if it cannot be read."""
    raw = load(descriptor)[0] if descriptor is not None else None
    named = wanted_files(read_package(raw)) if isinstance(raw, dict) and _has_resources(raw) else ()
    return frozenset({DESCRIPTOR_FILE, *(path for path in named if refusal(path) is None)})


def refusal(path: str) -> str | None:
    """Why no update may write `path`, in words; None if it may, where a descriptor names it."""
    problem = path_problem(path)
    if problem is not None:
        return problem
    if any(segment.startswith(".") for segment in path.split("/")):
        return "the path has a hidden part, as workflows and git's own files do"
    if path.casefold() == SETTINGS_FILE:
        return f"{SETTINGS_FILE} is for people to change"
    return None


def _has_resources(raw: dict[str, Json]) -> bool:
    resources = raw.get("resources")
    return isinstance(resources, list) and all(isinstance(each, dict) for each in resources)
