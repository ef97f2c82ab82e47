"""git-lfs: recognising the pointer that stands in place of a file, and a configuration that nobody else can use.

The pointer format is https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from osds.dataset import checks
from osds.dataset.addresses import host_problem, split_url, url_problem
from osds.report import Finding, Place

MAX_POINTER_BYTES = 1024
CONFIG_FILE = ".lfsconfig"

_VERSION = b"version https://git-lfs.github.com/spec/v1\n"
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SIZE = re.compile(rb"^size ([0-9]{1,18})$", re.MULTILINE)
_URL_LINE = re.compile(r"^\s*(?:push)?url\s*=\s*(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What a pointer says about the file it stands for: SHA-256 in hexadecimal, and size in bytes."""

    oid: str
    size: int


def read_pointer(content: bytes) -> Pointer | None:
    """The pointer that `content` is, or None if it is an ordinary file."""
    oid, size = _OID.search(content), _SIZE.search(content)
    if len(content) > MAX_POINTER_BYTES or not content.startswith(_VERSION) or oid is None or size is None:
        return None
    return Pointer(oid=oid.group(1).decode(), size=int(size.group(1)))


def check_config(text: str) -> tuple[Finding, ...]:
    """A finding for each URL in `.lfsconfig` that others cannot reach."""
    return tuple(
        checks.LFS_CONFIG.at(Place(file=CONFIG_FILE), f"the git-lfs server is {url!r}: {problem}", value=url)
        for url in _URL_LINE.findall(text)
        if (problem := _problem(url)) is not None
    )


def _problem(url: str) -> str | None:
    parts = split_url(url)
    if parts is None or parts.scheme in ("http", "https"):
        return url_problem(url)
    return host_problem(parts.hostname or "")  # git-lfs speaks ssh, too
