"""What a small S3 server keeps: buckets, objects and uploads in parts, with S3's conditions and error codes.

Contents are files in a folder and never whole in memory; what is known of them is in memory and ends with the process.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html, …/API_CompleteMultipartUpload.html
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from itertools import count
from pathlib import Path
from threading import RLock

LEAST_PART = 5 << 20  # bytes of every part but the last
BLOCK = 1 << 20
GENERATION = "x-goog-generation"


class RefusedError(Exception):
    """What S3 answers in place of doing it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Bytes that arrived and were found right: where they are, how many, their MD5 and what headers they came with."""

    path: Path
    size: int
    md5: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An object. `headers` are those that come back with it, among them the generation by which GCS compares."""

    pieces: tuple[Piece, ...]
    e_tag: str
    headers: Mapping[str, str]
    modified: str

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(piece.size for piece in self.pieces)

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, a block at a time."""
        for piece in self.pieces:
            if start < piece.size and end > 0:
                with piece.path.open("rb") as file:
                    file.seek(max(start, 0))
                    left = min(end, piece.size) - max(start, 0)
                    while left > 0 and (block := file.read(min(BLOCK, left))):
                        left -= len(block)
                        yield block
            start, end = start - piece.size, end - piece.size


class Shelf:
    """All that the server keeps. Every method is whole: it happens or it does not, also among many threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._buckets: dict[str, dict[str, Kept]] = {}
        self._uploads: dict[str, tuple[str, str, Mapping[str, str], dict[int, Piece]]] = {}
        self._generations = count(1)
        self._lock = RLock()

    def new_path(self) -> Path:
        """A file that nobody else uses."""
        return self.folder / uuid.uuid4().hex

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket; nothing happens if it is there."""
        with self._lock:
            self._buckets.setdefault(bucket, {})

    def new_bucket(self) -> str:
        """The name of a bucket that was just made."""
        name = f"bucket-{next(self._generations)}"
        self.make_bucket(name)
        return name

    def bucket(self, bucket: str) -> Mapping[str, Kept]:
        """A copy of the objects of a bucket, sorted by key."""
        with self._lock:
            return dict(sorted(self._bucket(bucket).items(), key=lambda item: item[0].encode()))

    def get(self, bucket: str, key: str) -> Kept:
        """The object."""
        with self._lock:
            return self._get(bucket, key)

    def put(
        self, bucket: str, key: str, pieces: Sequence[Piece], headers: Mapping[str, str], **conditions: str
    ) -> Kept:
        """Keep an object if the conditions hold: `if_match`, `if_none_match` and `if_generation`, as headers say them."""
        with self._lock:
            self._check(bucket, key, **conditions)
            e_tag = f'"{pieces[0].md5}"' if len(pieces) == 1 else _tag_of_parts(pieces)
            return self._keep(bucket, key, pieces, e_tag, headers)

    def copy(self, source: tuple[str, str], bucket: str, key: str, **conditions: str) -> Kept:
        """Keep the same content under another key."""
        with self._lock:
            found = self._get(*source)
            self._check(bucket, key, **conditions)
            self._bucket(bucket)[key] = replace(found, modified=formatdate(usegmt=True))
            return self._bucket(bucket)[key]

    def delete(self, bucket: str, key: str, **conditions: str) -> bool:
        """Remove an object; False if there is none."""
        with self._lock:
            if conditions.get("if_match"):
                self._check(bucket, key, **conditions)
            return self._bucket(bucket).pop(key, None) is not None

    def begin(self, bucket: str, key: str, headers: Mapping[str, str]) -> str:
        """The id of a new upload in parts."""
        with self._lock:
            self._bucket(bucket)
            upload = uuid.uuid4().hex
            self._uploads[upload] = (bucket, key, headers, {})
            return upload

    def add_part(self, upload: str, number: int, piece: Piece) -> None:
        """Keep a part; a later one with the same number takes its place."""
        with self._lock:
            self._upload(upload)[3][number] = piece

    def complete(self, upload: str, parts: Sequence[tuple[int, str]], **conditions: str) -> Kept:
        """Make the object of these parts (number, ETag)."""
        with self._lock:
            bucket, key, headers, there = self._upload(upload)
            if not parts or any(n not in there or there[n].md5 != tag.strip('"') for n, tag in parts):
                raise RefusedError(400, "InvalidPart")
            if list(parts) != sorted(parts):
                raise RefusedError(400, "InvalidPartOrder")
            pieces = [there[number] for number, _ in parts]
            if any(piece.size < LEAST_PART for piece in pieces[:-1]):
                raise RefusedError(400, "EntityTooSmall")
            self._check(bucket, key, **conditions)
            kept = self._keep(bucket, key, pieces, _tag_of_parts(pieces), headers)
            del self._uploads[upload]
            return kept

    def abort(self, upload: str) -> None:
        """Forget an upload."""
        with self._lock:
            self._upload(upload)
            del self._uploads[upload]

    def uploads(self) -> list[str]:
        """The keys of the uploads that were begun and neither completed nor aborted."""
        with self._lock:
            return [key for _, key, _, _ in self._uploads.values()]

    def _bucket(self, bucket: str) -> dict[str, Kept]:
        if bucket not in self._buckets:
            raise RefusedError(404, "NoSuchBucket")
        return self._buckets[bucket]

    def _keep(self, bucket: str, key: str, pieces: Sequence[Piece], e_tag: str, headers: Mapping[str, str]) -> Kept:
        headers = {**headers, GENERATION: str(next(self._generations))}
        kept = Kept(pieces=tuple(pieces), e_tag=e_tag, headers=headers, modified=formatdate(usegmt=True))
        self._bucket(bucket)[key] = kept
        return kept

    def _get(self, bucket: str, key: str) -> Kept:
        found = self._bucket(bucket).get(key)
        if found is None:
            raise RefusedError(404, "NoSuchKey")
        return found

    def _upload(self, upload: str) -> tuple[str, str, Mapping[str, str], dict[int, Piece]]:
        if upload not in self._uploads:
            raise RefusedError(404, "NoSuchUpload")
        return self._uploads[upload]

    def _check(
        self, bucket: str, key: str, *, if_match: str = "", if_none_match: str = "", if_generation: str = ""
    ) -> None:
        found = self._bucket(bucket).get(key)
        if if_generation and if_generation != (found.headers[GENERATION] if found else "0"):
            raise RefusedError(412, "PreconditionFailed")
        if if_match and found is None:
            raise RefusedError(404, "NoSuchKey")
        if (if_match and found is not None and found.e_tag != if_match) or (if_none_match and found is not None):
            raise RefusedError(412, "PreconditionFailed")


def _tag_of_parts(pieces: Sequence[Piece]) -> str:
    digest = hashlib.md5(b"".join(bytes.fromhex(piece.md5) for piece in pieces), usedforsecurity=False).hexdigest()
    return f'"{digest}-{len(pieces)}"'
