"""Objects in a bucket, or in a prefix of one: whole objects, create-only, compare-and-set, streams.

Keys and their meaning are `osds.store`'s. A call that fails for a moment is tried again here and nowhere else; after an
unclear conditional write the object is read again and compared, because the first try may have worked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from osds.edges.store.busy import is_ready
from osds.edges.store.object_errors import is_missing_object, passing, translate
from osds.edges.store.patience import Patience
from osds.errors import OutsideError

if TYPE_CHECKING:
    from obstore import Attributes, GetOptions, PutMode, UpdateVersion
    from obstore.store import ObjectStore as Client

PART = 8 * 1024 * 1024  # bytes of one part of a stream; what is not longer is one request
_PARTS_AT_ONCE = 8  # of a stream; one connection alone is slow over a long way

T = TypeVar("T")


class DifferentContentError(OutsideError):
    """Raised if a create-only key holds other content already."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """What compare-and-set compares: S3 goes by `e_tag`, GCS by `version`, a folder by the SHA-256 of the content."""

    e_tag: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An object as a listing has it: its size in bytes, and when the store says that it was last written."""

    bytes: int
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The connections of a store: for reading, for writing whole objects, and for streams of parts."""

    reading: Client
    writing: Client
    streaming: Client


class ObjectStore:
    """A bucket or a prefix of one; keys are relative, with `/`. Every method may raise `OutsideError` or `UsageError`."""

    def __init__(self, url: str, clients: Clients, patience: Patience | None = None) -> None:
        self.url = url
        self._clients = clients
        self._patience = patience or Patience()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def get(self, key: str) -> tuple[bytes, Version] | None:
        """The object's content and version; None if there is no such object."""

        def read() -> tuple[bytes, Version]:
            result = obstore.get(self._open(writing=False).reading, key)
            content = result.bytes().to_bytes()
            return content, Version(e_tag=result.meta["e_tag"], version=result.meta["version"])

        try:
            return self._persist(key, read)
        except (BaseError, OSError) as error:
            if is_missing_object(error):
                return None
            raise translate(error, store=self.url, key=key) from None

    def stream(self, key: str, *, start: int = 0) -> Iterator[bytes] | None:
        """The object's content from the byte `start` on, piece by piece; None if there is no such object.

        What was cut off goes on where it was cut; each piece may raise `OutsideError`.
        """
        pieces = self._pieces(key, start)
        first = next(pieces, b"")
        return None if first is None else (piece for part in ((first,), pieces) for piece in part if piece)

    def _pieces(self, key: str, start: int) -> Iterator[bytes | None]:
        """The pieces; a None first, and alone, if there is no such object."""
        for tried in count(1):
            options: GetOptions = {"range": {"offset": start}} if start else {}
            try:
                for piece in obstore.get(self._open(writing=False).reading, key, options=options).stream():
                    content = bytes(piece)
                    start += len(content)
                    yield content
            except (BaseError, OSError) as error:
                if is_missing_object(error):
                    yield None
                elif self._is_worth_waiting(error, tried, key):
                    continue
                else:
                    raise translate(error, store=self.url, key=key) from None
            return

    def create(
        self, key: str, content: bytes, *, content_type: str, cache_control: str, disposition: str | None = None
    ) -> bool:
        """Write a new object. False if it is there already with the same content; nothing is ever overwritten.

        Raises `DifferentContentError` if it is there with other content.
        """
        try:
            self._put(key, content, "create", _attributes(content_type, cache_control, disposition))
        except (BaseError, OSError) as error:
            # A put whose answer was lost is repeated, so "already exists" may be about our own first try.
            found = self.get(key)
            if found is not None and found[0] != content:
                found = self.get(key)  # a second look, before somebody is sent to search for who wrote it
            if found is not None and found[0] == content:
                return False
            if found is not None and isinstance(error, AlreadyExistsError):
                raise DifferentContentError(
                    f"{self.url}: {key} exists already with other content",
                    next_step="This key never changes: find out what wrote it, and remove it if osds did not",
                ) from None
            raise translate(error, store=self.url, key=key) from None
        return True

    def replace(
        self, key: str, content: bytes, *, expected: Version | None, content_type: str, cache_control: str
    ) -> bool:
        """Compare-and-set: write if the object is still `expected` (None: does not exist). False if it is not."""
        mode: PutMode = "create" if expected is None else _only(expected)
        try:
            self._put(key, content, mode, _attributes(content_type, cache_control, None))
        except (BaseError, OSError) as error:
            found = self.get(key)
            if found is not None and found[0] == content:
                return True
            if isinstance(error, (AlreadyExistsError, PreconditionError)) or is_missing_object(error):
                return False
            raise translate(error, store=self.url, key=key) from None
        return True

    def put(
        self, key: str, content: bytes, *, content_type: str, cache_control: str, disposition: str | None = None
    ) -> None:
        """Write the object, whole, whether there is one or not."""
        try:
            self._put(key, content, "overwrite", _attributes(content_type, cache_control, disposition))
        except (BaseError, OSError) as error:
            raise translate(error, store=self.url, key=key) from None

    def upload(
        self,
        key: str,
        read: Callable[[], Iterable[bytes]],
        *,
        content_type: str,
        cache_control: str,
        disposition: str | None = None,
    ) -> None:
        """Write the object from a stream, a few parts in memory at a time; `read` begins the stream anew for each try.

        Nobody sees a part of it: the object is there when all of it is. If `read` raises, there is none.
        """

        def send() -> None:
            obstore.put(
                self._open(writing=True).streaming,
                key,
                read(),
                attributes=self._kept(_attributes(content_type, cache_control, disposition)),
                use_multipart=True,
                chunk_size=PART,
                max_concurrency=_PARTS_AT_ONCE,
            )

        try:
            self._persist(key, send)
        except (BaseError, OSError) as error:
            raise translate(error, store=self.url, key=key) from None

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""
        try:
            self._persist(key, lambda: obstore.delete(self._open(writing=True).writing, key))
        except (BaseError, OSError) as error:
            if not is_missing_object(error):
                raise translate(error, store=self.url, key=key) from None

    def list(self, prefix: str) -> Mapping[str, int]:
        """All objects below `prefix` (whole path segments): key to size in bytes."""
        return {key: stored.bytes for key, stored in self.stored(prefix).items()}

    def stored(self, prefix: str) -> Mapping[str, Stored]:
        """All objects below `prefix` (whole path segments), with their size and age."""

        def read() -> Mapping[str, Stored]:
            chunks = obstore.list(self._open(writing=False).reading, prefix, chunk_size=1000)
            return {m["path"]: Stored(bytes=m["size"], modified=m["last_modified"]) for chunk in chunks for m in chunk}

        try:
            return self._persist(prefix, read)
        except (BaseError, OSError) as error:
            raise translate(error, store=self.url, key=prefix) from None

    def children(self, prefix: str) -> tuple[tuple[str, ...], Mapping[str, Stored]]:
        """One level below `prefix`: the keys of what are folders there, and the objects."""

        def read() -> tuple[tuple[str, ...], Mapping[str, Stored]]:
            found = obstore.list_with_delimiter(self._open(writing=False).reading, prefix)
            objects = {m["path"]: Stored(bytes=m["size"], modified=m["last_modified"]) for m in found["objects"]}
            return tuple(sorted(found["common_prefixes"])), objects

        try:
            return self._persist(prefix, read)
        except (BaseError, OSError) as error:
            raise translate(error, store=self.url, key=prefix) from None

    def _open(self, *, writing: bool) -> Clients:  # noqa: ARG002 (a folder has to be made first)
        return self._clients

    def _kept(self, attributes: Attributes) -> Attributes | None:
        """What this store keeps of the attributes."""
        return attributes

    def _put(self, key: str, content: bytes, mode: PutMode, attributes: Attributes) -> None:
        self._persist(
            key,
            lambda: obstore.put(
                self._open(writing=True).writing,
                key,
                content,
                mode=mode,
                attributes=self._kept(attributes),
                use_multipart=False,
            ),
        )

    def _persist(self, key: str, call: Callable[[], T]) -> T:
        """The result of `call`, which is about `key`, after as many tries as it is worth."""
        for tried in count(1):
            self._patience.keep_quiet()
            try:
                return call()
            except (BaseError, OSError) as error:
                if not self._is_worth_waiting(error, tried, key):
                    raise
        raise AssertionError

    def _is_worth_waiting(self, error: Exception, tried: int, key: str) -> bool:
        """True, after a while, if the call may succeed now."""
        moment = passing(error)
        if moment is None or not self._patience.wait(tried, answered=moment.answered, busy=moment.busy):
            return False
        return not moment.busy or is_ready(
            self._open(writing=False).reading, key, self._patience, tried + 1, store=self.url
        )


def _attributes(content_type: str, cache_control: str, disposition: str | None) -> Attributes:
    attributes: Attributes = {"Content-Type": content_type, "Cache-Control": cache_control}
    if disposition is not None:
        attributes["Content-Disposition"] = disposition
    return attributes


def _only(version: Version) -> UpdateVersion:
    """The condition that the object still has this version."""
    mode: UpdateVersion = {}
    if version.e_tag is not None:
        mode["e_tag"] = version.e_tag
    if version.version is not None:
        mode["version"] = version.version
    return mode
