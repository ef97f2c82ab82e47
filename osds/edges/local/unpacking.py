"""The bytes of a table's file, unpacked on the way, block by block. Nothing is written, and no more than a block is held."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from osds.dataset import checks
from osds.dataset.packed import MAX_ZIP_DIRECTORY, Member, PackedError, check_members, check_unpacked, packing_of
from osds.errors import OutsideError

_END = b"PK\x05\x06"  # APPNOTE 4.3.16, end of central directory record: 22 bytes and a comment
_END_64 = b"PK\x06\x07"
_MAX_COMMENT = 65_535
# What the unpackers of the standard library raise for files that are damaged, or made to be so.
_NOT_PACKED = (
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
)


def read_blocks(folder: Path, path: str, size: int) -> Iterator[bytes]:
    """The blocks of an ordinary file below `folder`, at most `size` bytes each. Raises `PackedError`, or `OutsideError`."""
    try:
        with (folder / path).open("rb") as file:
            match packing_of(path):
                case "gz":
                    yield from _bounded(file, _members(file, size))
                case "zip":
                    yield from _member(file, size)
                case _:
                    yield from iter(lambda: file.read(size), b"")
    except _NOT_PACKED as error:
        raise _damaged(error) from error
    except OSError as error:
        if error.errno is None:  # the unpackers', not the system's
            raise _damaged(error) from error
        raise OutsideError(f"{path} cannot be read: {error.strerror}", next_step="Check its permissions") from error


def _damaged(error: Exception) -> PackedError:
    return PackedError(checks.PACKED_UNUSUAL, f"it cannot be unpacked: {str(error)[:200]}")


def _member(file: BinaryIO, size: int) -> Iterator[bytes]:
    _check_directory(file)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        check_members([Member(name=member.filename, encrypted=bool(member.flag_bits & 1)) for member in members])
        with archive.open(members[0]) as unpacked:
            yield from _bounded(file, iter(lambda: unpacked.read(size), b""))


def _check_directory(file: BinaryIO) -> None:
    """`zipfile` reads the whole list of members at once; look how long it is before that."""
    length = file.seek(0, 2)
    file.seek(max(0, length - 22 - 20 - _MAX_COMMENT))
    tail = file.read()
    place = tail.rfind(_END)
    stated = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    if stated > MAX_ZIP_DIRECTORY or _END_64 in tail:
        raise PackedError(checks.PACKED_UNUSUAL, "the zip file's list of members is longer than that of one plain file")


def _members(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The members of a gz file (RFC 1952, section 2.2), one behind the other, each checked against its own checksum.

    Zero bytes behind a member are padding, as for Python's `gzip`. That unpacks some kilobytes at a time and asks for the
    interpreter in between; this unpacks a whole block, while another thread looks at the last one.
    """
    packed = file.read(size)
    while packed:
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while not member.eof:
            block = member.decompress(packed, size)
            packed = member.unused_data if member.eof else member.unconsumed_tail
            if block:
                yield block
            elif not packed and not member.eof and not (packed := file.read(size)):
                raise EOFError("the file ends in the middle")
        while not (packed := packed.lstrip(b"\0")) and (more := file.read(size)):
            packed = more


def _bounded(file: BinaryIO, unpacked: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of what is unpacked from the file, until they are more than they may be."""
    packed = os.fstat(file.fileno()).st_size
    count = 0
    for block in unpacked:
        count += len(block)
        check_unpacked(packed, count)
        yield block
