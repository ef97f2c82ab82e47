"""The bundle: a folder of aggregates with the Data Package that describes them, as `osds aggregate` writes it.

Only its descriptor is read here; comparing it with the files is for whoever has the folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from osds.dataset.identity import check_name
from osds.dataset.package import Json
from osds.dataset.strict_json import load
from osds.errors import UnsafeInputError
from osds.store.layout import CURRENT, MAX_MANIFEST_BYTES, check_filename, object_key

FORMAT = "1.0"
_HASH_PREFIX = "sha256:"


@dataclass(frozen=True, kw_only=True)
class BundleFile:
    """One file of the bundle, as described: `bytes` is its size, `sha256` is in hexadecimal."""

    name: str
    bytes: int
    sha256: str

    @property
    def object_key(self) -> str:
        """Where its content goes, relative to the dataset's prefix."""
        return object_key(self.sha256, self.name)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The descriptor's own bytes, its JSON, and its files: one per resource, in their order, then the descriptor."""

    content: bytes
    raw: Mapping[str, Json]
    name: str
    files: tuple[BundleFile, ...]

    @property
    def resources(self) -> tuple[BundleFile, ...]:
        """The files that are resources."""
        return self.files[:-1]

    @property
    def descriptor(self) -> BundleFile:
        """The descriptor as a file of the bundle."""
        return self.files[-1]

    @property
    def content_sha256(self) -> str:
        """The SHA-256 of what the bundle says, whichever version of osds wrote it and in whatever layout."""
        said = {**self.raw, "osds": {k: v for k, v in self.raw["osds"].items() if k != "generator"}}
        return hashlib.sha256(_canonical(said)).hexdigest()


def parse_bundle(content: bytes) -> Bundle:
    """The bundle that this descriptor describes. Raises `UnsafeInputError` for everything else."""
    raw, findings = load(content, file=CURRENT, limit=MAX_MANIFEST_BYTES)
    if not isinstance(raw, dict):
        raise _not_a_bundle(findings[0].message if findings else "it is not a JSON object")
    if not isinstance(raw.get("osds"), dict) or not isinstance(raw.get("name"), str):
        raise _not_a_bundle("it lacks a name or the osds block")
    if raw["osds"].get("format") != FORMAT:
        raise _not_a_bundle(f"its osds format is not {FORMAT}")
    resources = raw.get("resources")
    if not isinstance(resources, list) or not resources:
        raise _not_a_bundle("it has no resources")
    try:
        _canonical(raw)
    except ValueError:  # 1e999 is JSON, but infinite
        raise _not_a_bundle("it has a number that is too large") from None
    files = tuple(_read_file(index, resource) for index, resource in enumerate(resources))
    names = {file.name.casefold() for file in files} | {CURRENT}
    if len(names) != len(files) + 1:
        raise _not_a_bundle("two of its files have the same name")
    descriptor = BundleFile(name=CURRENT, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    return Bundle(content=content, raw=raw, name=check_name(raw["name"]), files=(*files, descriptor))


def _read_file(index: int, resource: Json) -> BundleFile:
    if not isinstance(resource, dict):
        raise _not_a_bundle(f"resource {index} is not an object")
    path, size, digest = resource.get("path"), resource.get("bytes"), resource.get("hash")
    if not isinstance(path, str) or not isinstance(digest, str) or not digest.startswith(_HASH_PREFIX):
        raise _not_a_bundle(f"resource {index} lacks a path or a sha256 hash")
    if type(size) is not int or size < 0:
        raise _not_a_bundle(f"resource {index} lacks its size in bytes")
    file = BundleFile(name=check_filename(path), bytes=size, sha256=digest.removeprefix(_HASH_PREFIX))
    object_key(file.sha256, file.name)  # refuses what is not a hash
    return file


def _canonical(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _not_a_bundle(reason: str) -> UnsafeInputError:
    return UnsafeInputError(
        f"The bundle's {CURRENT} cannot be used: {reason}", next_step="Make the bundle again with `osds aggregate`"
    )
