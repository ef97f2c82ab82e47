"""Judging the files a descriptor names, from facts about them, before any parser opens one. Pure.

`edges.files` gathers the facts: `wanted_files` says of which paths, `wanted_hashes` which hashes to compute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from osds.dataset import checks
from osds.dataset.lfs import Pointer
from osds.dataset.package import DataPackage, Resource
from osds.dataset.paths import is_url, path_problem
from osds.report import Finding, Place, in_descriptor

ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
_HASH = re.compile(r"(?:(?P<algorithm>[A-Za-z0-9]+):)?(?P<hex>[0-9A-Fa-f]+)")


class FileKind(StrEnum):
    """What stands at a path. `SPECIAL` is a device, a pipe or a socket."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symlink"
    SPECIAL = "special"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What is known of one path without parsing it. `bytes` is the size; `pointer` is set for a git-lfs pointer."""

    kind: FileKind
    bytes: int = 0
    pointer: Pointer | None = None


MISSING = FileFacts(kind=FileKind.MISSING)


def wanted_files(package: DataPackage) -> tuple[str, ...]:
    """The safe paths that a descriptor names; for a URL the local file of the same name, where a pointer may lie."""
    paths = (path.rsplit("/", 1)[-1] if is_url(path) else path for r in package.resources for path in r.paths)
    return tuple(dict.fromkeys(path for path in paths if path_problem(path) is None))


def check_files(package: DataPackage, files: Mapping[str, FileFacts]) -> Iterator[Finding]:
    """Findings on the files of all resources."""
    for resource in package.resources:
        for path in resource.paths:
            yield from _check_url(resource, path, files) if is_url(path) else _check_path(resource, path, files)
        yield from _check_bytes(resource, files)


def readable(resource: Resource, files: Mapping[str, FileFacts]) -> bool:
    """True if every part of the table is an ordinary file of this dataset, or the rows stand in the descriptor."""
    return all(
        path_problem(path) is None
        and files.get(path, MISSING).kind is FileKind.FILE
        and files.get(path, MISSING).pointer is None
        for path in resource.paths
    )


def _check_url(resource: Resource, path: str, files: Mapping[str, FileFacts]) -> Iterator[Finding]:
    local = path.rsplit("/", 1)[-1]
    pointer = files.get(local, MISSING).pointer
    if pointer is not None:
        yield _pointer_finding(local, pointer)
    message = f"the table {resource.name!r} is not checked: it lies at another address"
    yield checks.PATH_REMOTE.at(in_descriptor(f"{resource.pointer}/path"), message, value=path)


def _check_path(resource: Resource, path: str, files: Mapping[str, FileFacts]) -> Iterator[Finding]:
    problem = path_problem(path)
    if problem is not None:
        yield checks.PATH_UNSAFE.at(in_descriptor(f"{resource.pointer}/path"), problem, value=path)
        return
    facts = files.get(path, MISSING)
    match facts.kind:
        case FileKind.MISSING:
            yield checks.FILE_MISSING.at(Place(file=path), f"{path} is missing (resource {resource.name!r})")
        case FileKind.FILE if facts.pointer is not None:
            yield _pointer_finding(path, facts.pointer)
        case FileKind.FILE:
            pass
        case kind:
            yield checks.PATH_UNSAFE.at(Place(file=path), f"{path} is or lies behind a {kind}, not an ordinary file")


def _pointer_finding(path: str, pointer: Pointer) -> Finding:
    message = f"{path} is a git-lfs pointer; the data, {pointer.size:,} bytes, has not been fetched"
    return checks.LFS_POINTER.at(Place(file=path), message, value=f"sha256:{pointer.oid}")


def _check_bytes(resource: Resource, files: Mapping[str, FileFacts]) -> Iterator[Finding]:
    stated = resource.raw.get("bytes")
    if not isinstance(stated, int) or not resource.paths or not readable(resource, files):
        return
    actual = sum(files[path].bytes for path in resource.paths)
    if stated != actual:
        message = f"`bytes` says {stated:,}, but the file has {actual:,}"
        yield checks.BYTES_STALE.at(Place(file=resource.paths[0], pointer=f"{resource.pointer}/bytes"), message)


@dataclass(frozen=True, kw_only=True)
class StatedHash:
    """The hash that a descriptor states for the one file of a resource."""

    resource: Resource
    path: str
    algorithm: str
    hex: str


def wanted_hashes(package: DataPackage, files: Mapping[str, FileFacts]) -> Iterator[StatedHash | Finding]:
    """The hashes to compare, or a finding where the stated one cannot be; plain hexadecimal is md5 (Data Package 1.0)."""
    for resource in package.resources:
        stated = resource.raw.get("hash")
        if not isinstance(stated, str) or not resource.paths or not readable(resource, files):
            continue
        match = _HASH.fullmatch(stated)
        algorithm = ((match and match["algorithm"]) or "md5").lower()
        if match is None or algorithm not in ALGORITHMS or len(resource.paths) > 1:
            place = in_descriptor(f"{resource.pointer}/hash")
            yield checks.HASH_UNKNOWN.at(place, f"the hash of {resource.name!r} was not checked", value=stated)
        else:
            yield StatedHash(resource=resource, path=resource.paths[0], algorithm=algorithm, hex=match["hex"].lower())


def check_hash(stated: StatedHash, actual: str) -> Iterator[Finding]:
    """A finding if the file's hash (hexadecimal) is not the stated one."""
    if actual != stated.hex:
        message = f"the {stated.algorithm} of {stated.path} is {actual}, not {stated.hex} as the descriptor states"
        yield checks.HASH_WRONG.at(Place(file=stated.path), message)
