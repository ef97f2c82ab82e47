"""The contents of a backup on their way into the store: each under its hash, once, compared before it can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from osds.dataset.identity import DatasetId
from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import DamagedContentError, MissingContentError
from osds.edges.store.objects import ObjectStore
from osds.edges.web.lfs import Source
from osds.errors import OsdsError
from osds.store.backup import CONTENT_TYPE, OBJECTS, Bundle, Holding, LfsObject, backup_prefix, object_key
from osds.store.layout import IMMUTABLE

_AT_ONCE = 8 << 20  # bytes: what is not longer is one request, create-only
_BLOCK = 1 << 20


class Contents:
    """What a backup has, and what this run has `created` (keys) and `sent` (bytes). In a dry run nothing is fetched or sent.

    `failure` is why git-lfs content could not be had that may be had later.
    """

    def __init__(self, store: ObjectStore, dataset: DatasetId, lfs: Source, *, dry_run: bool) -> None:
        self.created: list[str] = []
        self.sent = 0
        self.failure: OsdsError | None = None
        self._store = store
        self._prefix = backup_prefix(dataset)
        self._lfs = lfs
        self._dry_run = dry_run
        self._present = store.list(f"{self._prefix}/{OBJECTS}")

    def has(self, sha256: str, size: int) -> bool:
        """True if the store has a content of that size under that hash."""
        return self._present.get(self._key(sha256)) == size

    def keep_bundle(self, bundle: Bundle, path: Path) -> None:
        """Send the bundle in the file `path`, unless it is there."""
        if not self.has(bundle.sha256, bundle.bytes):
            self._send(bundle.sha256, bundle.bytes, lambda: _blocks(path))

    def keep_lfs(self, objects: Sequence[LfsObject]) -> tuple[LfsObject, ...]:
        """Fetch and send what is not there; the objects, with what became of each."""
        wanted = [each for each in objects if not self.has(each.oid, each.bytes)]
        if wanted and not self._dry_run:
            self._announce(wanted)
        return tuple(replace(each, holding=self._keep(each) if each in wanted else Holding.KEPT) for each in objects)

    def _keep(self, wanted: LfsObject) -> Holding:
        if self.failure is not None:
            return Holding.AWAITED  # whatever ended the last one would end this one too
        error = self._send_lfs(wanted)
        if isinstance(error, (MissingContentError, DamagedContentError)):
            return Holding.MISSING
        self.failure = error
        return Holding.KEPT if error is None else Holding.AWAITED

    def _announce(self, wanted: Sequence[LfsObject]) -> None:
        try:
            self._lfs.announce([_pointer(each) for each in wanted])
        except OsdsError as error:
            self.failure = error

    def _send_lfs(self, wanted: LfsObject) -> OsdsError | None:
        """Send a git-lfs object. What fails at its source is returned; what fails at the store is raised."""
        failed: list[OsdsError] = []

        def read() -> Iterator[bytes]:
            try:
                yield from self._lfs.open(_pointer(wanted))
            except OsdsError as error:
                failed.append(error)
                raise

        try:
            self._send(wanted.oid, wanted.bytes, read)
        except Exception:
            if failed:
                return failed[-1]
            raise
        return None

    def _send(self, sha256: str, size: int, read: Callable[[], Iterable[bytes]]) -> None:
        key = self._key(sha256)
        if not self._dry_run:
            if size <= _AT_ONCE:
                content = b"".join(read())
                self._store.create(key, content, content_type=CONTENT_TYPE, cache_control=IMMUTABLE)
            else:
                self._store.upload(key, read, content_type=CONTENT_TYPE, cache_control=IMMUTABLE)
            self.sent += size
        self.created.append(key)

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}/{object_key(sha256)}"


def _pointer(wanted: LfsObject) -> Pointer:
    return Pointer(oid=wanted.oid, size=wanted.bytes)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
