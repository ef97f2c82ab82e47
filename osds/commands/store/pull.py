"""`osds store pull`: a published version as a folder, every byte verified.

    FOLDER/datapackage.json       describes all of it, with the paths below
    FOLDER/aggregates/…           the sums, as `osds aggregate` wrote them
    FOLDER/data/…                 the dataset's own files, if they are published, at their paths in the dataset
    FOLDER/.osds-pull.json        what was pulled: the next pull compares

A file is there whole or not at all; what was cut off goes on where it was cut. A store that offers an older version than
was pulled before is refused: going back is publishing anew (`osds store rollback`), so nobody honest does that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.commands.parallel import in_parallel
from osds.commands.store.memory import Memory, read_memory, write_memory
from osds.commands.store.place import Place, require_current, require_version
from osds.edges.web.downloads import fetch, has_content, remove_file, write_file
from osds.errors import OutsideError, UnsafeInputError
from osds.progress import Progress
from osds.store import layout
from osds.store.manifest import Manifest, PublishedFile

DATA = "data"


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """The version in the folder: how many files were fetched or were there already, and what `removed` belongs to none."""

    dataset: str
    sequence: int
    folder: str
    fetched: tuple[str, ...]
    bytes: int
    kept: int
    removed: tuple[str, ...]
    note: str


def pull(place: Place, folder: Path, sequence: int | None, *, dry_run: bool, progress: Progress) -> Pulled:
    """Bring version `sequence`, or the current one, into `folder`.

    Raises `UsageError` if there is no such version, `OutsideError` if something is damaged, `UnsafeInputError` if the store
    offers an older version than was pulled before.
    """
    memory = read_memory(folder)
    manifest = _current(place, memory) if sequence is None else _version(place, sequence)
    wanted = _paths(manifest)
    missing = {path: file for path, file in wanted.items() if not has_content(folder / path, file.sha256)}
    mine = {} if memory is None or memory.dataset != str(place.dataset) else memory.files
    removed = tuple(path for path, sha256 in mine.items() if path not in wanted and has_content(folder / path, sha256))
    size = 0
    if not dry_run:
        size = sum(
            in_parallel(lambda path: _fetch(place, folder / path, missing[path]), list(missing), "Fetching", progress)
        )
        for path in removed:
            remove_file(folder, path)
        write_file(folder / layout.CURRENT, _describe(manifest, wanted))
        write_memory(folder, place, manifest, {path: file.sha256 for path, file in wanted.items()})
    return Pulled(
        dataset=str(place.dataset),
        sequence=manifest.sequence,
        folder=str(folder),
        fetched=tuple(missing),
        bytes=size,
        kept=len(wanted) - len(missing),
        removed=removed,
        note=_note(manifest),
    )


def _current(place: Place, memory: Memory | None) -> Manifest:
    """The current version, if its own file says the same and nothing newer was pulled before."""
    manifest = require_current(place)
    own = place.store.get(place.key(layout.version_key(manifest.sequence)))
    if own is None or own[0] != manifest.content:
        raise _damaged(layout.CURRENT)
    if memory is None or memory.dataset != str(place.dataset):
        return manifest
    known = memory.sequence == manifest.sequence
    if memory.sequence > manifest.sequence or (known and memory.manifest != manifest.hash):
        raise UnsafeInputError(
            f"{place.store.url} offers version {manifest.sequence} of {place.dataset}, but version {memory.sequence} "
            "was pulled before: the store was set back, or is not the one that it was",
            next_step=f"Ask its keeper. If that is right, pull it with --version {manifest.sequence}",
        )
    return manifest


def _version(place: Place, sequence: int) -> Manifest:
    """A version by its number, compared with what the next one says of it, or with the commit point if it is the last."""
    manifest = require_version(place, sequence)
    current = require_current(place)
    if current.sequence == sequence:
        said = current.hash
    elif current.sequence < sequence:
        raise _damaged(layout.CURRENT)
    else:
        said = require_version(place, sequence + 1).raw["osds"].get("previous_hash")
    if said is not None and said != manifest.hash:
        raise _damaged(layout.version_key(sequence))
    return manifest


def _paths(manifest: Manifest) -> Mapping[str, PublishedFile]:
    """Where each file goes in the folder. Two that would have the same path on some system are refused."""
    found = {f"{layout.PLAIN}/{file.path}": file for file in manifest.files}
    found |= {f"{DATA}/{file.path.removeprefix(f'{DATA}/')}": file for file in manifest.data}
    if len({path.casefold() for path in found}) != len(manifest.files) + len(manifest.data):
        raise UnsafeInputError("Two files of this version would have the same path", next_step="Pull another version")
    return found


def _fetch(place: Place, target: Path, file: PublishedFile) -> int:
    size = fetch(
        lambda start: place.store.stream(place.key(file.object_key), start=start), target, file.sha256, file.bytes
    )
    if size is None:
        raise _damaged(file.object_key)
    return size


def _describe(manifest: Manifest, wanted: Mapping[str, PublishedFile]) -> bytes:
    """The manifest with the paths of the folder in the place of keys."""
    local = {file.object_key: path for path, file in wanted.items()}

    def moved(path: object) -> object:
        return [moved(part) for part in path] if isinstance(path, list) else local.get(str(path), path)

    resources = [{**resource, "path": moved(resource["path"])} for resource in manifest.raw["resources"]]
    return (json.dumps({**manifest.raw, "resources": resources}, ensure_ascii=False, indent=2) + "\n").encode()


def _note(manifest: Manifest) -> str:
    rollback = manifest.raw["osds"].get("rollback")
    if not isinstance(rollback, dict):
        return ""
    reason = f": {rollback['reason']}" if rollback.get("reason") else ""
    return f"It is version {rollback.get('to')} again{reason}"


def _damaged(key: str) -> OutsideError:
    return OutsideError(
        f"{key} is missing or is not what was published", next_step="`osds store verify` says what is damaged"
    )
