"""The `bytes` and `hash` that a descriptor states of its files, brought up to date after an update."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from osds.dataset.package import Json
from osds.dataset.preflight import ALGORITHMS

_HASH = re.compile(r"(?:([A-Za-z0-9]+):)?[0-9A-Fa-f]+")


def restate(descriptor: Json, sizes: Mapping[str, int], digest: Callable[[str, str], str]) -> Json:
    """The descriptor with the right `bytes` and `hash` wherever it states them of files that are in `sizes`.

    `sizes` are bytes by path; `digest(path, algorithm)` is a hash in hexadecimal. Anything else stays as it is.
    """
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(descriptor, dict) or not isinstance(resources, list):
        return descriptor
    return {**descriptor, "resources": [_resource(each, sizes, digest) for each in resources]}


def _resource(resource: Json, sizes: Mapping[str, int], digest: Callable[[str, str], str]) -> Json:
    path = resource.get("path") if isinstance(resource, dict) else None
    paths: list[Json] = path if isinstance(path, list) else [path]
    if (
        not isinstance(resource, dict)
        or not paths
        or not all(isinstance(part, str) and part in sizes for part in paths)
    ):
        return resource
    new = dict(resource)
    if "bytes" in new:
        new["bytes"] = sum(sizes[part] for part in paths)
    if "hash" in new and len(paths) == 1:
        new["hash"] = _hash(new["hash"], paths[0], digest)
    return new


def _hash(stated: Json, path: str, digest: Callable[[str, str], str]) -> Json:
    """The new hash in the form of the old one: MD5 is the Data Package's default and goes without a prefix."""
    match = _HASH.fullmatch(stated) if isinstance(stated, str) else None
    algorithm = (match[1] or "md5").lower() if match else ""
    if match is None or algorithm not in ALGORITHMS:
        return stated
    return f"{match[1]}:{digest(path, algorithm)}" if match[1] else digest(path, algorithm)
