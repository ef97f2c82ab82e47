"""The bundle's folder on the local disk: what it says and what it holds must agree, byte by byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

from osds.edges.local.files import look, read_file
from osds.errors import UnsafeInputError, UsageError
from osds.progress import Progress
from osds.store.bundle import Bundle, BundleFile, parse_bundle
from osds.store.layout import CURRENT, MAX_MANIFEST_BYTES


def describe_bundle(folder: Path) -> Bundle:
    """What the descriptor of the bundle in `folder` says; its files are not looked at. Raises as `read_bundle` does."""
    content = read_file(folder, CURRENT, MAX_MANIFEST_BYTES)
    if content is None:
        raise UsageError(f"There is no bundle in {str(folder)!r}", next_step="Make one with `osds aggregate`")
    return parse_bundle(content)


def read_bundle(folder: Path, progress: Progress) -> Bundle:
    """The bundle in `folder`, every file compared with its size and hash; files that it does not list are ignored.

    Raises `UsageError` if there is no bundle, `UnsafeInputError` if it is not what its descriptor says.
    """
    bundle = describe_bundle(folder)
    with progress.task("Comparing the bundle with its hashes", total=len(bundle.resources)) as task:
        for file in bundle.resources:
            read_bundle_file(folder, file)
            task.advance()
    return bundle


def read_bundle_file(folder: Path, file: BundleFile) -> bytes:
    """The content of a file. Raises `UnsafeInputError` unless it is an ordinary file with the described size and hash."""
    facts = look(folder, file.name)
    content = read_file(folder, file.name, file.bytes) if facts.bytes == file.bytes else None
    if content is None or hashlib.sha256(content).hexdigest() != file.sha256:
        raise UnsafeInputError(
            f"The bundle's {file.name} is not the file that its {CURRENT} describes (found: {facts.kind.value})",
            next_step="It changed after it was made, or is a link: run `osds aggregate` again",
        )
    return content
