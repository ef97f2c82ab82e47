"""What the tests of publishing share: small bundles, a reader who trusts nobody, a store that is watched, a sudden death."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from osds.commands.store.publish import Published, publish_bundle
from osds.edges.store.objects import ObjectStore, Stored, Version
from osds.progress import Silent
from osds.store.manifest import SourceFacts
from tests.store.publisher import DATASET, SOURCE

PREFIX = "datasets/os-data/budget"
CURRENT = f"{PREFIX}/datapackage.json"

ONE = {"apex.csv": b"value\n100.50\n", "by-year.csv": b"year,value\n2023,60.50\n2024,40\n", "by-old.csv": b"x\n"}
TWO = {"apex.csv": b"value\n100.50\n", "by-year.csv": b"year,value\n2023,60.50\n2025,40\n", "by-new.csv": b"\n"}
THREE = {"apex.csv": b"value\n3\n"}


def write_bundle(folder: Path, files: Mapping[str, bytes], *, generator: str = "osds 0.1.0") -> Path:
    """The smallest bundle with these files, as `osds aggregate` describes them."""
    folder.mkdir(exist_ok=True)
    resources = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        schema = {"fields": [{"name": "value", "type": "number"}], "missingValues": [""]}
        resource = {"name": Path(name).stem, "path": name, "format": "csv", "mediatype": "text/csv"}
        resources.append({**resource, "bytes": len(content), "hash": f"sha256:{digest}", "schema": schema})
    osds = {"format": "1.0", "generator": generator, "measures": {"amount": {"facts": 3}}}
    package = {"profile": "data-package", "name": "budget", "title": "Año", "resources": resources, "osds": osds}
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
    return folder


def publish(bundle: Path, store: ObjectStore, *, source: SourceFacts = SOURCE, dry_run: bool = False) -> Published:
    return publish_bundle(bundle, DATASET, source, store, dry_run=dry_run, progress=Silent())


def content(store: ObjectStore, key: str) -> bytes:
    found = store.get(key)
    assert found is not None, f"{key} is missing"
    return found[0]


def everything(store: ObjectStore) -> dict[str, bytes]:
    return {key: content(store, key) for key in store.list("datasets")}


def files_of(store: ObjectStore, key: str) -> dict[str, bytes]:
    """What a reader gets who follows one manifest, every hash and size compared."""
    manifest = json.loads(content(store, key))
    files = {}
    for resource in manifest["resources"]:
        found = content(store, f"{PREFIX}/{resource['path']}")
        assert resource["hash"] == f"sha256:{hashlib.sha256(found).hexdigest()}"
        assert resource["bytes"] == len(found)
        files[resource["path"].rpartition("/")[2]] = found
    bundle = content(store, f"{PREFIX}/{manifest['osds']['bundle']}")
    assert manifest["osds"]["bundle"] == f"objects/{hashlib.sha256(bundle).hexdigest()}/datapackage.json"
    return files


def sequence_of(store: ObjectStore) -> int:
    """The current sequence; every version up to it must be there, whole and chained, and the last one be current."""
    current = json.loads(content(store, CURRENT))["osds"]["sequence"]
    for sequence in range(1, current + 1):
        key = f"{PREFIX}/datapackage-{sequence:06}.json"
        osds = json.loads(content(store, key))["osds"]
        assert osds["sequence"] == sequence
        assert osds["previous"] == (f"datapackage-{sequence - 1:06}.json" if sequence > 1 else None)
        files_of(store, key)
    assert content(store, f"{PREFIX}/datapackage-{current:06}.json") == content(store, CURRENT)
    assert isinstance(current, int)
    return current


def plain_files(store: ObjectStore) -> dict[str, bytes]:
    return {key.rpartition("/")[2]: content(store, key) for key in store.list(f"{PREFIX}/aggregates")}


def assert_plain_paths_are_current(store: ObjectStore) -> None:
    plain = plain_files(store)
    described = plain.pop("datapackage.json")
    assert plain == files_of(store, CURRENT)
    bundle = json.loads(content(store, CURRENT))["osds"]["bundle"]
    assert described == content(store, f"{PREFIX}/{bundle}")


class Watched(ObjectStore):
    """A store that calls `watch(when, call, key)` before and after each call to the one it wraps."""

    def __init__(self, inner: ObjectStore, watch: Callable[[str, str, str], None]) -> None:
        self.url = inner.url
        self._inner = inner
        self._watch = watch

    def _watched(self, call: str, key: str, *args: Any, **kwargs: Any) -> Any:
        self._watch("before", call, key)
        result = getattr(self._inner, call)(key, *args, **kwargs)
        self._watch("after", call, key)
        return result

    def get(self, key: str) -> tuple[bytes, Version] | None:
        return self._watched("get", key)  # type: ignore[no-any-return]

    def create(self, key: str, content: bytes, **kwargs: Any) -> bool:
        return self._watched("create", key, content, **kwargs)  # type: ignore[no-any-return]

    def replace(self, key: str, content: bytes, **kwargs: Any) -> bool:
        return self._watched("replace", key, content, **kwargs)  # type: ignore[no-any-return]

    def put(self, key: str, content: bytes, **kwargs: Any) -> None:
        self._watched("put", key, content, **kwargs)

    def delete(self, key: str) -> None:
        self._watched("delete", key)

    def upload(self, key: str, read: Callable[[], Iterable[bytes]], **kwargs: Any) -> None:
        self._watched("upload", key, read, **kwargs)

    def stream(self, key: str, *, start: int = 0) -> Iterator[bytes] | None:
        return self._watched("stream", key, start=start)  # type: ignore[no-any-return]

    def list(self, prefix: str) -> Mapping[str, int]:
        return self._watched("list", prefix)  # type: ignore[no-any-return]

    def stored(self, prefix: str) -> Mapping[str, Stored]:
        return self._watched("stored", prefix)  # type: ignore[no-any-return]

    def children(self, prefix: str) -> tuple[tuple[str, ...], Mapping[str, Stored]]:
        return self._watched("children", prefix)  # type: ignore[no-any-return]


def calls_of(bundle: Path, store: ObjectStore, **options: Any) -> list[tuple[str, str]]:
    calls: list[tuple[str, str]] = []
    watched = Watched(store, lambda when, call, key: calls.append((call, key)) if when == "before" else None)
    publish(bundle, watched, **options)
    return calls


class Killed(BaseException):
    """Nothing of osds may catch it."""


class Killer:
    """Kills before or after call number `at`; from then on the process is dead, whatever thread it is in."""

    def __init__(self, when: str, at: int) -> None:
        self._when = when
        self._left = at
        self._dead = False
        self._lock = threading.Lock()

    def __call__(self, when: str, call: str, key: str) -> None:
        with self._lock:
            if when == self._when:
                self._left -= 1
                self._dead = self._dead or self._left < 0
            if self._dead:
                raise Killed


def writes(calls: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [call for call in calls if call[0] not in ("get", "list", "stored", "children", "stream")]
