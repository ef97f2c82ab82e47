"""The body of a request to the small S3 server, compared with what its headers say of it while it passes."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BufferedIOBase

from tests.store.s3_shelf import BLOCK, RefusedError

_HASHES = {"x-amz-checksum-sha256": "sha256", "x-amz-checksum-sha1": "sha1", "content-md5": "md5"}
_CRC = "x-amz-checksum-crc32"
_UNKNOWN = frozenset({"x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme"})  # the standard library has neither
_PAYLOAD = "x-amz-content-sha256"


class Body:
    """A body under way. `headers` have names in lower case; trailers join them when they arrive.

    `blocks` raises `RefusedError` for bytes that are not what the headers say, after the last one.
    """

    def __init__(self, stream: BufferedIOBase, headers: Mapping[str, str]) -> None:
        self.headers = dict(headers)
        self.size = 0
        self._stream = stream
        self._crc = 0
        promised = {*headers, headers.get("x-amz-trailer", "")}
        names = {"md5"} | {algorithm for name, algorithm in _HASHES.items() if name in promised}
        names |= {"sha256"} if re.fullmatch(r"[0-9a-f]{64}", headers.get(_PAYLOAD, "")) else set()
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in names}
        self._crc_wanted = _CRC in promised

    @property
    def md5(self) -> str:
        """In hexadecimal, of what has passed."""
        return self._hashes["md5"].hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """The bytes."""
        chunked = "aws-chunked" in self.headers.get("content-encoding", "")
        for block in self._chunks() if chunked else self._plain():
            self.size += len(block)
            for digest in self._hashes.values():
                digest.update(block)
            if self._crc_wanted:
                self._crc = zlib.crc32(block, self._crc)
            yield block
        self._compare()

    def _plain(self) -> Iterator[bytes]:
        yield from _exactly(self._stream.read, int(self.headers.get("content-length", 0)))

    def _chunks(self) -> Iterator[bytes]:
        """The bytes of a body in S3's own chunks, and their trailers.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
        """
        while size := int(self._stream.readline().partition(b";")[0], 16):
            yield from _exactly(self._stream.read, size)
            self._stream.readline()
        while line := self._stream.readline().strip():
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()

    def _compare(self) -> None:
        if _UNKNOWN & self.headers.keys():
            raise RefusedError(501, "NotImplemented")
        actual = {name: self._hashes[a].digest() for name, a in _HASHES.items() if a in self._hashes}
        actual[_CRC] = self._crc.to_bytes(4, "big")
        for name, digest in actual.items():
            if self.headers.get(name, said := base64.b64encode(digest).decode()) != said:
                raise RefusedError(400, "BadDigest")
        payload = self.headers.get(_PAYLOAD, "")
        if re.fullmatch(r"[0-9a-f]{64}", payload) and payload != self._hashes["sha256"].hexdigest():
            raise RefusedError(400, "XAmzContentSHA256Mismatch")


def _exactly(read: Callable[[int], bytes], left: int) -> Iterator[bytes]:
    while left > 0:
        block = read(min(BLOCK, left))
        if not block:
            raise RefusedError(400, "IncompleteBody")
        left -= len(block)
        yield block
