"""Every key of a dataset in the store, and how browsers may keep what is there.

    datasets/{owner}/{name}/datapackage.json             the current version: the commit point, compare-and-set
    datasets/{owner}/{name}/datapackage-{seq:06}.json    every version, create-only
    datasets/{owner}/{name}/objects/{sha256}/{filename}  file contents, create-only, shared between versions
    datasets/{owner}/{name}/aggregates/{filename}        OSEP-06's plain paths: copies of the current version

All functions but `dataset_prefix` give keys relative to that prefix, which is also how manifests write them.
"""

from __future__ import annotations

import re

from osds.dataset.identity import check_name, check_owner
from osds.errors import UnsafeInputError

CURRENT = "datapackage.json"
OBJECTS = "objects"
PLAIN = "aggregates"

# What never changes may be kept for ever; the rest is asked for again each time (RFC 9111 section 5.2.2, RFC 8246).
IMMUTABLE = "public, max-age=31536000, immutable"
CHANGING = "no-cache"

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Characters that Windows, URLs or shells give a meaning to.
_RESERVED = frozenset('/\\:*?"<>|#%')
_MAX_NAME_BYTES = 200


def dataset_prefix(owner: str, name: str) -> str:
    """The prefix of a dataset, without a final slash. Raises `UsageError` or `UnsafeInputError` as `check_name` does."""
    return f"datasets/{check_owner(owner)}/{check_name(name)}"


def version_key(sequence: int) -> str:
    """The key of the manifest of version `sequence`, which counts from 1."""
    return f"datapackage-{sequence:06}.json"


def object_key(sha256: str, filename: str) -> str:
    """The key of a file's content. Raises `UnsafeInputError` if the hash or the file name is not one."""
    if not _SHA256.fullmatch(sha256):
        raise UnsafeInputError(f"{sha256[:80]!r} is not a SHA-256 in lower case hexadecimal")
    return f"{OBJECTS}/{sha256}/{check_filename(filename)}"


def plain_key(filename: str) -> str:
    """The key of OSEP-06's plain path. Raises `UnsafeInputError` if the file name is not one."""
    return f"{PLAIN}/{check_filename(filename)}"


def split_object_key(key: str) -> tuple[str, str]:
    """The SHA-256 and the file name in an object's key. Raises `UnsafeInputError` if `object_key` would not write it."""
    folder, _, rest = key.partition("/")
    sha256, _, filename = rest.partition("/")
    if folder != OBJECTS or object_key(sha256, filename) != key:
        raise UnsafeInputError(f"{key[:200]!r} is not the key of an object")
    return sha256, filename


def check_filename(filename: str) -> str:
    """`filename` itself if it names one file on every system and in a URL path, else `UnsafeInputError`."""
    if (
        0 < len(filename.encode("utf-8", "replace")) <= _MAX_NAME_BYTES
        and filename.isprintable()
        and not _RESERVED.intersection(filename)
        and ".." not in filename
        and not filename.startswith((".", "~", " "))
        and not filename.endswith((".", " "))
    ):
        return filename
    raise UnsafeInputError(
        f"The file name {filename[:200]!r} cannot be published",
        next_step="Use letters, digits, '-', '_' and '.', without folders",
    )


def content_type(filename: str) -> str:
    """The media type that a file is served with; nothing is ever served as a page that a browser would run."""
    if filename.endswith(".csv"):
        return "text/csv; charset=utf-8"
    if filename.endswith(".json"):
        return "application/json"
    return "application/octet-stream"
