"""A table's files as one file of UTF-8 text: unpacked, decoded and joined, so that the engine can read it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from osds.edges.unpacking import read_blocks
from osds.errors import OutsideError

BLOCK = 1 << 20  # bytes
_LINE_END = re.compile(rb"\r\n|\n|\r")


class NotPlainError(Exception):
    """Raised if files cannot be made one text: bytes that are no text in the encoding, a header without an end."""


def write_plain(
    folder: Path, paths: Sequence[str], target: Path, *, encoding: Callable[[bytes], str], header: bool
) -> None:
    """Write the parts of a table below `folder` to `target`; `encoding` tells it from the first bytes of the first part.

    Later parts lose their first line where there is a `header`, as in frictionless (schemes/multipart/loader.py).
    Raises `NotPlainError`, and `PackedError` as `read_blocks` does.
    """
    decoder: codecs.IncrementalDecoder | None = None
    try:
        with target.open("wb") as file:
            for number, path in enumerate(paths):
                for block in _part(folder, path, headless=header and number > 0):
                    if decoder is None:
                        decoder = codecs.getincrementaldecoder(encoding(block))()
                    file.write(decoder.decode(block).encode())
            if decoder is not None:
                file.write(decoder.decode(b"", final=True).encode())
    except (UnicodeError, LookupError) as error:
        raise NotPlainError(f"it cannot be decoded: {str(error)[:200]}") from error
    except OSError as error:
        raise OutsideError(
            f"{target} cannot be written: {error.strerror}", next_step="Make room on the disk"
        ) from error


def _part(folder: Path, path: str, *, headless: bool) -> Iterator[bytes]:
    for block in read_blocks(folder, path, BLOCK):
        if headless:
            end = _LINE_END.search(block)
            if end is None or end.end() == len(block):
                raise NotPlainError("a part has a very long header")
            yield block[end.end() :]
            headless = False
        else:
            yield block
