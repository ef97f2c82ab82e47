"""A backup of a dataset's repository in the store: its keys, what a version of it says, and when there is a new one.

    backup/{owner}/{name}/versions/{seq:06}.json    every version, create-only: the last one is the current one
    backup/{owner}/{name}/objects/{sha256}          git bundles and git-lfs objects, each once

A version names all that is needed to restore it: a chain of bundles, of which each holds what was new when it was made,
and the git-lfs objects. Nothing is ever deleted: a branch that was overwritten, or a repository that is gone, changes what
the next version says, not what the earlier ones hold. All functions but `backup_prefix` give keys relative to that prefix.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from osds import __version__
from osds.dataset.identity import DatasetId, check_name, check_owner
from osds.dataset.strict_json import MAX_BYTES, load
from osds.errors import OutsideError, UnsafeInputError, UsageError

BACKUPS = "backup"
VERSIONS = "versions"
OBJECTS = "objects"
FORMAT = "osds-backup-1"
MOST_BUNDLES = 20  # in a chain; after that one bundle of everything begins a new one
CONTENT_TYPE = "application/octet-stream"

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REF = re.compile(r"refs/(heads|tags)/[^\x00-\x20\x7f~^:?*\[\\]+")
_CHECK = re.compile(rb'"check": "sha256:([0-9a-f]{64})"')


class State(StrEnum):
    """Of a repository: `gone` if it was deleted, hidden or emptied, and what the version names is the last that was seen."""

    KEPT = "kept"
    GONE = "gone"


class Holding(StrEnum):
    """Of a git-lfs object: `missing` if its own repository does not have it, `awaited` if it could not be had this time."""

    KEPT = "kept"
    MISSING = "missing"
    AWAITED = "awaited"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A git bundle among the objects."""

    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class LfsObject:
    """A git-lfs object that some commit refers to."""

    oid: str
    bytes: int
    holding: Holding


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a repository refers to: `refs` are branches and tags to the ids of objects, `head` the branch of HEAD."""

    head: str | None
    refs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Backup:
    """One version. `made` is a time in ISO 8601, `told` says why a repository counts as gone."""

    sequence: int
    made: str
    state: State
    told: str
    repository: str
    repository_id: int | None
    licences: tuple[str, ...]
    snapshot: Snapshot
    bundles: tuple[Bundle, ...]
    lfs: tuple[LfsObject, ...]

    @property
    def size(self) -> int:
        """Bytes of all that this version needs, as far as it is kept."""
        kept = sum(each.bytes for each in self.lfs if each.holding is Holding.KEPT)
        return kept + sum(bundle.bytes for bundle in self.bundles)

    @property
    def wanted(self) -> tuple[LfsObject, ...]:
        """The git-lfs objects that are not kept, and may be one day."""
        return tuple(each for each in self.lfs if each.holding is not Holding.KEPT)


def backup_prefix(dataset: DatasetId) -> str:
    """The prefix of a dataset's backup, without a final slash."""
    return f"{BACKUPS}/{check_owner(dataset.owner)}/{check_name(dataset.name)}"


def backup_key(sequence: int) -> str:
    """The key of version `sequence`, which counts from 1."""
    return f"{VERSIONS}/{sequence:06}.json"


def object_key(sha256: str) -> str:
    """The key of a content. Raises `UnsafeInputError` if that is not a SHA-256."""
    if not _SHA256.fullmatch(sha256):
        raise UnsafeInputError(f"{sha256[:80]!r} is not a SHA-256 in lower case hexadecimal")
    return f"{OBJECTS}/{sha256}"


def sequences(keys: Collection[str]) -> list[int]:
    """The numbers of the versions among these keys, in order."""
    found = (re.fullmatch(rf"(?:.*/)?{VERSIONS}/([0-9]{{6,9}})\.json", key) for key in keys)
    return sorted(int(match[1]) for match in found if match)


def is_unchanged(last: Backup | None, seen: Snapshot) -> bool:
    """True if the last version says already what was seen."""
    return last is not None and last.state is State.KEPT and last.snapshot == seen


def known_tips(last: Backup | None) -> tuple[str, ...]:
    """The objects whose history the last version has, so that a new bundle may leave it out; none to begin a new chain."""
    if last is None or len(last.bundles) >= MOST_BUNDLES:
        return ()
    return tuple(sorted(set(last.snapshot.refs.values())))


def is_taken_down(dataset: DatasetId, takedowns: Collection[str]) -> bool:
    """True if the keeper has decided that this dataset is neither backed up nor restored."""
    return str(dataset).casefold() in {name.casefold() for name in takedowns}


def check_takedown(dataset: DatasetId, takedowns: Collection[str]) -> None:
    """Raise `UsageError` if `is_taken_down`."""
    if is_taken_down(dataset, takedowns):
        raise UsageError(
            f"{dataset} is on the list of datasets that are neither backed up nor restored",
            next_step="Whoever keeps the list knows why",
        )


def parse_takedowns(text: str) -> frozenset[str]:
    """The names in a list of takedowns: `owner/name` on a line, `#` begins a comment. Raises as `DatasetId.parse` does."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(str(DatasetId.parse(line)) for line in lines if line)


def render_backup(backup: Backup) -> bytes:
    """The version as JSON that carries its own checksum. Raises `UnsafeInputError` if it is longer than can be read."""
    document = {
        "format": FORMAT,
        "generator": f"osds {__version__}",
        **{key: value for key, value in asdict(backup).items() if key != "snapshot"},
        "head": backup.snapshot.head,
        "refs": dict(sorted(backup.snapshot.refs.items())),
        "check": f"sha256:{'0' * 64}",
    }
    content = (json.dumps(document, indent=1) + "\n").encode()
    if len(content) > MAX_BYTES:
        raise UnsafeInputError(
            f"The repository has {len(backup.snapshot.refs):,} branches and tags and {len(backup.lfs):,} git-lfs objects, "
            "which is more than a backup lists"
        )
    return _with_check(content, hashlib.sha256(content).hexdigest())


def parse_backup(key: str, content: bytes) -> Backup:
    """The version stored under `key` (for messages). Raises `OutsideError` if it is damaged or not one of ours."""
    match = _CHECK.search(content)
    if match is None or hashlib.sha256(_with_check(content, "0" * 64)).hexdigest() != match[1].decode():
        raise _damaged(key, "its checksum is another")
    raw, _ = load(content, file=key)
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(key, f"it is not of the format {FORMAT}") from None


def _with_check(content: bytes, digest: str) -> bytes:
    return _CHECK.sub(f'"check": "sha256:{digest}"'.encode(), content)


def _read(raw: Any) -> Backup:  # noqa: ANN401 (any JSON)
    if raw["format"] != FORMAT or type(raw["sequence"]) is not int:
        raise ValueError
    refs = {_matching(_REF, name): _matching(_OID, oid) for name, oid in raw["refs"].items()}
    return Backup(
        sequence=raw["sequence"],
        made=str(raw["made"]),
        state=State(raw["state"]),
        told=str(raw["told"]),
        repository=str(raw["repository"]),
        repository_id=raw["repository_id"],
        licences=tuple(str(each) for each in raw["licences"]),
        snapshot=Snapshot(head=None if raw["head"] is None else _matching(_REF, raw["head"]), refs=refs),
        bundles=tuple(Bundle(sha256=_matching(_SHA256, b["sha256"]), bytes=int(b["bytes"])) for b in raw["bundles"]),
        lfs=tuple(
            LfsObject(oid=_matching(_SHA256, o["oid"]), bytes=int(o["bytes"]), holding=Holding(o["holding"]))
            for o in raw["lfs"]
        ),
    )


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError
    return text


def _damaged(key: str, reason: str) -> OutsideError:
    return OutsideError(
        f"{key} in the store is damaged, or was not written by osds: {reason}",
        next_step="Restore an earlier version with --at, and look what happened to the store",
    )
