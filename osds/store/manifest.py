"""The manifest of a published version: a Data Package whose resources are objects, and what osds knows about it.

The manifest is written once, under its sequence number, and then becomes the dataset's `datapackage.json`, byte by byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from osds import __version__
from osds.dataset.package import Json
from osds.dataset.strict_json import MAX_BYTES, load
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.store.bundle import FORMAT, Bundle
from osds.store.layout import CURRENT, PLAIN, plain_key, split_object_key, version_key

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
    """One file of a published version. `bytes` is None for the bundle's descriptor, which is not a resource."""

    name: str
    sha256: str
    object_key: str
    bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A stored manifest: its bytes, and what the next publication must know of it."""

    content: bytes
    sequence: int
    identity: Identity
    files: tuple[PublishedFile, ...]  # the bundle's descriptor last

    @property
    def descriptor(self) -> PublishedFile:
        """The bundle's own descriptor."""
        return self.files[-1]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What makes two versions the same: everything but sequence, previous version, commit and version of osds."""

    content_sha256: str
    repository: str | None
    repository_id: int | None


def identify(bundle: Bundle, source: SourceFacts) -> Identity:
    """The identity that publishing `bundle` from `source` would have."""
    return Identity(
        content_sha256=bundle.content_sha256, repository=source.repository, repository_id=source.repository_id
    )


def render_manifest(bundle: Bundle, source: SourceFacts, sequence: int) -> bytes:
    """The manifest of version `sequence`: UTF-8 JSON, the same bytes for the same values.

    Raises `UsageError` if there are so many files that it becomes longer than a descriptor may be.
    """
    resources = [
        {**resource, "path": file.object_key}
        for resource, file in zip(bundle.raw["resources"], bundle.resources, strict=True)
    ]
    osds = {
        "format": FORMAT,
        "sequence": sequence,
        "previous": version_key(sequence - 1) if sequence > 1 else None,
        "source": {"repository": source.repository, "repository_id": source.repository_id, "commit": source.commit},
        "generator": f"osds {__version__}",
        "content": f"sha256:{bundle.content_sha256}",
        "bundle": bundle.descriptor.object_key,
        "files": {plain_key(file.name): file.object_key for file in bundle.files},
    }
    package = {**bundle.raw, "resources": resources, "osds": osds}
    content = (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()
    if len(content) > MAX_BYTES:  # the next publication could not read it
        raise UsageError(f"The manifest would have {len(content):,} bytes", next_step="Lower --max-files")
    return content


def parse_manifest(key: str, content: bytes) -> Manifest:
    """The manifest stored under `key` (for messages). Raises `OutsideError` if it is not one that osds wrote."""
    raw, findings = load(content, file=key)
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
    sizes = {resource["path"]: resource["bytes"] for resource in raw["resources"]}
    files = tuple(_read_file(plain, key, sizes) for plain, key in osds["files"].items())
    if not files or files[-1].object_key != osds["bundle"]:
        raise ValueError
    return Manifest(
        content=content,
        sequence=_sequence(osds),
        identity=Identity(
            content_sha256=osds["content"].removeprefix("sha256:"),
            repository=source["repository"],
            repository_id=source["repository_id"],
        ),
        files=files,
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
    return PublishedFile(name=name, sha256=sha256, object_key=key, bytes=size)


def _foreign(key: str, reason: str) -> OutsideError:
    return OutsideError(
        f"{key} in the store was not written by this version of osds: {reason}",
        next_step="It was left alone: update osds, or move that object away",
    )
