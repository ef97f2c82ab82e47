"""What an examination can learn from a folder and its git alone, without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from osds.dataset.lfs import Pointer
from osds.dataset.package import Json
from osds.dataset.paths import path_problem
from osds.dataset.strict_json import MAX_BYTES as MAX_DESCRIPTOR
from osds.dataset.strict_json import load
from osds.doctor.facts import Folder, GitFacts, WorkflowFiles
from osds.edges.git.default import default_branch
from osds.edges.git.git import origin
from osds.edges.local.files import look, read_file
from osds.report import DESCRIPTOR_FILE
from osds.workflows.files import FOLDER, MAX_BYTES, NotAWorkflowError, Workflow, parse_workflow

_MOST = 100  # files of one kind that are looked at
_MEANT = re.compile(r"datapackage(json)?(txt|json)?\d?")
_WORKFLOW_FOLDERS = {".github", "github", "workflows", ".workflows"}  # in any case
_WORKFLOW_NAME = re.compile(r".+\.ya?ml", re.IGNORECASE)
_RIGHT_PLACE = re.compile(r"\.github/workflows/[^/]+\.ya?ml")


def top_of(folder: Path) -> Path | None:
    """The top of the work tree that a folder is in; None if it is in none."""
    folder = folder.resolve()
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def pointers_in(folder: Path, descriptor: Json | None) -> Mapping[str, Pointer]:
    """The data files of a descriptor that are git-lfs pointers here, by path."""
    found = {path: look(folder, path).pointer for path in _data_paths(descriptor)}
    return {path: pointer for path, pointer in found.items() if pointer is not None}


def folder_facts(folder: Path, pointers: Iterable[str]) -> Folder:
    """What the dataset's folder holds; `pointers` are data files that are git-lfs pointers here."""
    names = [path.name for path in _few(folder) if path.name != DESCRIPTOR_FILE]
    meant = [name for name in names if _MEANT.fullmatch(re.sub(r"[^a-z0-9]", "", name.lower()))]
    return Folder(
        descriptor=look(folder, DESCRIPTOR_FILE).kind != "missing",
        misnamed=tuple(meant[:_MOST]),
        pointers=tuple(pointers),
    )


def read_descriptor(folder: Path) -> Json | None:
    """The descriptor, if the folder has a readable one."""
    content = read_file(folder, DESCRIPTOR_FILE, MAX_DESCRIPTOR)
    return load(content)[0] if content is not None else None


def git_facts(top: Path | None) -> GitFacts | None:
    """What git knows of the work tree at `top`; None if there is none."""
    known = origin(top) if top is not None else None
    if known is None or top is None:
        return None
    default = default_branch(top, FOLDER)
    return GitFacts(
        url=known.url,
        branch=known.branch,
        default_branch=default.name if default else None,
        on_default=default.paths if default else None,
    )


def workflow_files(top: Path) -> WorkflowFiles:
    """The workflow files below a work tree's top, those that can be read, and those where GitHub does not look."""
    good: dict[str, Workflow] = {}
    broken: dict[str, int | None] = {}
    misplaced = []
    for path in sorted(set(_candidates(top))):
        content = read_file(top, path, MAX_BYTES)
        if content is None:
            continue
        in_place = _RIGHT_PLACE.fullmatch(path) is not None
        try:
            found = parse_workflow(path, content)
        except NotAWorkflowError as error:
            if in_place:
                broken[path] = error.line
            continue
        if in_place:
            good[path] = found
        elif found.calls:
            misplaced.append(path)
    return WorkflowFiles(good=good, broken=broken, misplaced=tuple(misplaced))


def _candidates(top: Path) -> Iterator[str]:
    """Relative paths of files that are workflows or may be meant as such: at the top, and two folders deep."""
    for place in _few(top):
        if place.is_file() and _WORKFLOW_NAME.fullmatch(place.name):
            yield place.name
        elif place.is_dir() and not place.is_symlink() and place.name.lower() in _WORKFLOW_FOLDERS:
            yield from (path.relative_to(top).as_posix() for path in _files_below(place))


def _files_below(folder: Path) -> Iterator[Path]:
    for place in _few(folder):
        if place.is_file():
            yield place
        elif place.is_dir() and not place.is_symlink():
            yield from (path for path in _few(place) if path.is_file())


def _few(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:_MOST]
    except OSError:  # what this user may not look into, nobody starts either
        return []


def _data_paths(descriptor: Json | None) -> Iterator[str]:
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    for resource in resources[:_MOST] if isinstance(resources, list) else []:
        path = resource.get("path") if isinstance(resource, dict) else None
        if isinstance(path, str) and "://" not in path and path_problem(path) is None:
            yield path
