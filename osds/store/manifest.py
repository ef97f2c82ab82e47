"""The manifest of a published version: a Data Package whose resources are objects, and what osds knows about it.

The manifest is written once, under its sequence number, and then becomes the dataset's `datapackage.json`, byte by byte.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from osds import __version__
from osds.dataset.package import Json
from osds.dataset.paths import path_problem
from osds.dataset.strict_json import load
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.store.bundle import Bundle
from osds.store.data import Data
from osds.store.gate import Loss
from osds.store.layout import CURRENT, MAX_MANIFEST_BYTES, PLAIN, plain_key, split_object_key, version_key

FORMAT = "1.1"  # a minor step adds keys: 1.1 has previous_hash, data, accepted and rollback
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_USER_IN_URL = re.compile(r"://[^/]*@")


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """Where the data came from: the repository's URL and numeric id, and the commit (hexadecimal); None if unknown.

    Raises `UsageError` for a URL with a user or password in it, which would be published, and for an odd commit.
    """

    repository: str | None = None
    repository_id: int | None = None
    commit: str | None = None

    def __post_init__(self) -> None:
        if self.repository is not None and (_USER_IN_URL.search(self.repository) or not self.repository.isprintable()):
            raise UsageError("The repository's URL must not hold a user or password", next_step="Correct --url")
        if self.commit is not None and not _COMMIT.fullmatch(self.commit):
            raise UsageError(f"{self.commit[:80]!r} is not the full id of a commit")


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """One file of a published version. `bytes` is None for the bundle's descriptor, which is not a resource.

    `path` is where a reader who wants files in folders would put it, relative and POSIX.
    """

    name: str
    sha256: str
    object_key: str
    bytes: int | None
    path: str


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What the gate would have held back, and why a person let it through."""

    reason: str
    losses: tuple[Loss, ...]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A stored manifest: its bytes and its JSON, and what the next publication must know of it."""

    content: bytes
    raw: Mapping[str, Json]
    sequence: int
    identity: Identity
    files: tuple[PublishedFile, ...]  # of the bundle, its descriptor last
    data: tuple[PublishedFile, ...]  # of the dataset itself

    @property
    def descriptor(self) -> PublishedFile:
        """The bundle's own descriptor."""
        return self.files[-1]

    @property
    def objects(self) -> Mapping[str, PublishedFile]:
        """Everything that it refers to, by key."""
        return {file.object_key: file for file in (*self.files, *self.data)}

    @property
    def hash(self) -> str:
        """What the next version says of this one."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What makes two versions the same: everything but sequence, previous version, commit and version of osds."""

    content_sha256: str
    repository: str | None
    repository_id: int | None


def identify(bundle: Bundle, source: SourceFacts, data: Data) -> Identity:
    """The identity that publishing `bundle` and `data` from `source` would have."""
    return Identity(
        content_sha256=data.content_sha256(bundle.content_sha256),
        repository=source.repository,
        repository_id=source.repository_id,
    )


def render_manifest(
    bundle: Bundle, source: SourceFacts, previous: Manifest | None, data: Data, accepted: Accepted | None
) -> bytes:
    """The manifest of the version after `previous`: UTF-8 JSON, the same bytes for the same values.

    Raises `UsageError` if there are so many files that it becomes longer than a manifest may be.
    """
    resources = [
        {**resource, "path": file.object_key}
        for resource, file in zip(bundle.raw["resources"], bundle.resources, strict=True)
    ]
    for resource in data.resources:
        resources.append(resource.described({known["name"] for known in resources}))
    osds: dict[str, Json] = {
        **_chain(previous),
        "source": {"repository": source.repository, "repository_id": source.repository_id, "commit": source.commit},
        "content": f"sha256:{data.content_sha256(bundle.content_sha256)}",
        "bundle": bundle.descriptor.object_key,
        "files": {plain_key(file.name): file.object_key for file in bundle.files},
        "data": data.entries,
    }
    if accepted is not None:
        osds["accepted"] = {"reason": accepted.reason, "losses": [asdict(loss) for loss in accepted.losses]}
    return _render({**bundle.raw, "resources": resources, "osds": osds})


def render_rollback(target: Manifest, previous: Manifest, reason: str | None) -> bytes:
    """The manifest of the version after `previous` that says again what `target` said."""
    kept = {key: value for key, value in target.raw["osds"].items() if key not in ("accepted", "rollback")}
    rollback = {"to": target.sequence, "reason": reason}
    return _render({**target.raw, "osds": {**kept, **_chain(previous), "rollback": rollback}})


def _chain(previous: Manifest | None) -> dict[str, Json]:
    return {
        "format": FORMAT,
        "sequence": previous.sequence + 1 if previous else 1,
        "previous": version_key(previous.sequence) if previous else None,
        "previous_hash": previous.hash if previous else None,
        "generator": f"osds {__version__}",
    }


def _render(package: Mapping[str, Json]) -> bytes:
    content = (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()
    if len(content) > MAX_MANIFEST_BYTES:  # the next publication could not read it
        raise UsageError(f"The manifest would have {len(content):,} bytes", next_step="Lower --max-files")
    return content


def parse_manifest(key: str, content: bytes) -> Manifest:
    """The manifest stored under `key` (for messages). Raises `OutsideError` if it is not one that osds wrote."""
    raw, findings = load(content, file=key, limit=MAX_MANIFEST_BYTES)
    if not isinstance(raw, dict):
        raise _foreign(key, findings[0].message if findings else "it is not a JSON object")
    try:
        return _read_manifest(raw, content)
    except (KeyError, TypeError, AttributeError, ValueError, UnsafeInputError):
        raise _foreign(key, "it is not a manifest of format 1") from None


def _read_manifest(raw: Mapping[str, Json], content: bytes) -> Manifest:
    osds = raw["osds"]
    source = osds["source"]
    if osds["format"].partition(".")[0] != FORMAT.partition(".")[0]:
        raise ValueError
    resources = (resource for resource in raw["resources"] if isinstance(resource["path"], str))
    sizes = {resource["path"]: resource.get("bytes") for resource in resources}
    files = tuple(_read_file(plain, key, sizes) for plain, key in osds["files"].items())
    if not files or files[-1].object_key != osds["bundle"]:
        raise ValueError
    return Manifest(
        content=content,
        raw=raw,
        sequence=_sequence(osds),
        identity=Identity(
            content_sha256=osds["content"].removeprefix("sha256:"),
            repository=source["repository"],
            repository_id=source["repository_id"],
        ),
        files=files,
        data=tuple(_read_data(osds.get("data", []))),
    )


def _sequence(osds: Mapping[str, Json]) -> int:
    sequence = osds["sequence"]
    if type(sequence) is not int or sequence < 1:
        raise ValueError
    if osds["previous"] != (version_key(sequence - 1) if sequence > 1 else None):
        raise ValueError
    return sequence


def _read_file(plain: str, key: str, sizes: Mapping[str, int]) -> PublishedFile:
    sha256, name = split_object_key(key)
    if plain != f"{PLAIN}/{name}":
        raise ValueError
    size = None if name == CURRENT else sizes[key]
    if name != CURRENT and type(size) is not int:
        raise ValueError
    return PublishedFile(name=name, sha256=sha256, object_key=key, bytes=size, path=name)


def _read_data(entries: Json) -> Iterator[PublishedFile]:
    for entry in entries:
        if "url" in entry:
            continue  # at an address of its own
        sha256, name = split_object_key(entry["object"])
        path = entry["path"]
        if type(entry["bytes"]) is not int or entry["hash"] != f"sha256:{sha256}" or path_problem(path):
            raise ValueError
        yield PublishedFile(name=name, sha256=sha256, object_key=entry["object"], bytes=entry["bytes"], path=path)


def _foreign(key: str, reason: str) -> OutsideError:
    return OutsideError(
        f"{key} in the store was not written by this version of osds: {reason}",
        next_step="It was left alone: update osds, or move that object away",
    )
