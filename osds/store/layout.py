"""Every key of a dataset in the store, and how browsers may keep what is there.

    datasets/{owner}/{name}/datapackage.json             the current version: the commit point, compare-and-set
    datasets/{owner}/{name}/datapackage-{seq:06}.json    every version, create-only
    datasets/{owner}/{name}/objects/{sha256}/{filename}  file contents, create-only, shared between versions
    datasets/{owner}/{name}/aggregates/{filename}        OSEP-06's plain paths: copies of the current version
    datasets/{owner}/{name}/publishing/{sha256}.json     what a publisher is about to refer to, while it is at it
    datasets/{owner}/{name}/gc.json                      whether unreferenced objects are being removed

Nothing is compressed at rest: the bytes of an object are the bytes that its hash is of, a part of a Parquet file can be
asked for by range, and `curl` gets CSV and not gzip. A CDN compresses text on the way for whoever accepts it.

Beside `datasets/`, what a registry tells lies below `registry/` (`osds.news.layout`).

All functions but `dataset_prefix` give keys relative to that prefix, which is also how manifests write them.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from osds.dataset.identity import check_name, check_owner
from osds.errors import UnsafeInputError

CURRENT = "datapackage.json"
OBJECTS = "objects"
PLAIN = "aggregates"
DATASETS = "datasets"
NEWS = "registry"
PUBLISHING = "publishing"
GC = "gc.json"
MAX_MANIFEST_BYTES = 64 * 1024 * 1024  # of a manifest, and of the descriptor of a bundle: enough for 50,000 files

# What never changes may be kept for ever; the rest is asked for again each time (RFC 9111 section 5.2.2, RFC 8246).
IMMUTABLE = "public, max-age=31536000, immutable"
CHANGING = "no-cache"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"datapackage-([0-9]{6,12})\.json")
_ENCODING = re.compile(r"[A-Za-z0-9._-]{1,40}")
_TYPES = {
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "gz": "application/gzip",
}
# Characters that Windows, URLs or shells give a meaning to.
_RESERVED = frozenset('/\\:*?"<>|#%')
_MAX_NAME_BYTES = 200


def dataset_prefix(owner: str, name: str) -> str:
    """The prefix of a dataset, without a final slash. Raises `UsageError` or `UnsafeInputError` as `check_name` does."""
    return f"{DATASETS}/{check_owner(owner)}/{check_name(name)}"


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


def intent_key(sha256: str) -> str:
    """The key under which a publisher of the content `sha256` says what it is about to refer to."""
    return f"{PUBLISHING}/{sha256}.json"


def sequence_of(key: str) -> int | None:
    """The sequence number in the key of a version, relative or whole; None if it is not one."""
    match = _VERSION.fullmatch(key.rpartition("/")[2])
    return int(match[1]) if match and int(match[1]) > 0 and version_key(int(match[1])) == match[0] else None


def content_type(filename: str, encoding: str = "utf-8") -> str:
    """The media type that a file is served with; nothing is ever served as a page that a browser would run.

    `encoding` is that of a CSV file, as the descriptor names it; an odd one is left out.
    """
    if filename.endswith(".csv"):
        return f"text/csv; charset={encoding}" if _ENCODING.fullmatch(encoding) else "text/csv"
    return _TYPES.get(filename.rpartition(".")[2], "application/octet-stream")


def disposition(dataset: str, filename: str) -> str:
    """The name to save a file under (RFC 6266), so that the `apex.csv` of two datasets do not look the same.

    CSV and JSON may be shown; everything else is only ever saved.
    """
    kind = "inline" if filename.endswith((".csv", ".json")) else "attachment"
    name = f"{dataset}-{filename}"
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in name)
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{extended}'
