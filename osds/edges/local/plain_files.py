"""A table's files as one file of UTF-8 text: unpacked, decoded and joined, so that the engine can read it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from osds.edges.local.unpacking import read_blocks
from osds.errors import OutsideError

_LINE_END = re.compile(rb"\r\n|\n|\r")
_AS_IT_IS = ("utf-8", "utf-8-sig")


class NotPlainError(Exception):
    """Raised if files cannot be made one text: bytes that are no text in the encoding, a header without an end."""


def write_plain(
    folder: Path, paths: Sequence[str], target: Path, *, size: int, encoding: Callable[[bytes], str], header: bool
) -> Iterator[bytes]:
    """Write the parts of a table below `folder` to `target`, and yield what is written, about `size` bytes at a time.

    `encoding` tells it from the first bytes, `size` of them if there are so many; UTF-8 is taken as it is, also where it
    is none. Later parts lose their first line where there is a `header`, as in frictionless (schemes/multipart/loader.py).
    Unpacking goes on in a thread while the last block is looked at. Raises `NotPlainError`, and `PackedError` as
    `read_blocks` does.
    """
    parts = (_part(folder, path, size, headless=header and number > 0) for number, path in enumerate(paths))
    try:
        with target.open("wb") as file, ThreadPoolExecutor(max_workers=1) as pool:
            written = _written(_decoded(chain.from_iterable(parts), size, encoding), file.write)
            coming = pool.submit(next, written, None)
            while (block := coming.result()) is not None:
                coming = pool.submit(next, written, None)
                yield block
    except (UnicodeError, LookupError) as error:
        raise NotPlainError(f"it cannot be decoded: {str(error)[:200]}") from error
    except OSError as error:
        raise OutsideError(
            f"{target} cannot be written: {error.strerror}", next_step="Make room on the disk"
        ) from error


def _written(blocks: Iterator[bytes], write: Callable[[bytes], object]) -> Iterator[bytes]:
    for block in blocks:
        write(block)
        yield block


def _decoded(blocks: Iterator[bytes], size: int, encoding: Callable[[bytes], str]) -> Iterator[bytes]:
    """The blocks as UTF-8. What is no text must be noticed here only if no other reader will see these bytes."""
    first = b""
    while len(first) < size and (block := next(blocks, b"")):
        first += block
    name = encoding(first)
    if name in _AS_IT_IS:
        yield first
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(name)()
    for block in chain((first,), blocks):
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()


def _part(folder: Path, path: str, size: int, *, headless: bool) -> Iterator[bytes]:
    for block in read_blocks(folder, path, size):
        if headless:
            end = _LINE_END.search(block)
            if end is None or end.end() == len(block):
                raise NotPlainError("a part has a very long header")
            yield block[end.end() :]
            headless = False
        else:
            yield block
