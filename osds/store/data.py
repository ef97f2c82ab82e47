"""The dataset's own files as they are published: which there are, and the resources that name them in a manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from osds.dataset.lfs import Pointer
from osds.dataset.package import Json, Resource
from osds.errors import UsageError
from osds.store.layout import object_key

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """One file of the dataset: its POSIX `path` there, its size and SHA-256, and the git-lfs pointer in its place."""

    path: str
    bytes: int
    sha256: str
    encoding: str = "utf-8"
    pointer: Pointer | None = None

    @property
    def name(self) -> str:
        """The name that it is published under, without folders."""
        return self.path.rpartition("/")[2]

    @property
    def object_key(self) -> str:
        """Where its content goes, relative to the dataset's prefix."""
        return object_key(self.sha256, self.name)


@dataclass(frozen=True, kw_only=True)
class DataUrl:
    """A resource, or a part of one, that is at an address of its own already, and the hash that the descriptor states."""

    url: str


DataPart = DataFile | DataUrl


@dataclass(frozen=True, kw_only=True)
class DataResource:
    """One resource of the dataset, in parts that stand in its order."""

    resource: Resource
    parts: tuple[DataPart, ...]

    def described(self, taken: Iterable[str]) -> dict[str, Json]:
        """The resource as the manifest describes it, under a name that is not `taken`."""
        raw = {key: value for key, value in self.resource.raw.items() if key not in ("path", "data", "url")}
        name = self.resource.name
        raw["name"] = name if name not in taken else f"data-{name}"
        paths = [part.object_key if isinstance(part, DataFile) else part.url for part in self.parts]
        raw["path"] = paths[0] if len(paths) == 1 else paths
        if len(self.parts) == 1 and isinstance(self.parts[0], DataFile):
            raw |= {"bytes": self.parts[0].bytes, "hash": f"sha256:{self.parts[0].sha256}"}
        elif len(self.parts) > 1:  # `bytes` and `hash` are of one file; those of the parts are in the osds block
            raw = {key: value for key, value in raw.items() if key not in ("bytes", "hash")}
        return raw


@dataclass(frozen=True, kw_only=True)
class Data:
    """What is published of the dataset itself; by default nothing."""

    resources: tuple[DataResource, ...] = ()

    @property
    def files(self) -> tuple[DataFile, ...]:
        """Its files, each content under each name once."""
        found = (p for resource in self.resources for p in resource.parts if isinstance(p, DataFile))
        return tuple({file.object_key: file for file in found}.values())

    @property
    def unhashed(self) -> tuple[str, ...]:
        """The addresses whose content nobody can compare, because the descriptor states no hash."""
        return tuple(
            part.url
            for resource in self.resources
            for part in resource.parts
            if isinstance(part, DataUrl) and not (len(resource.parts) == 1 and resource.resource.raw.get("hash"))
        )

    @property
    def entries(self) -> list[dict[str, Json]]:
        """What the manifest's osds block says of them: one entry per part."""
        return [_entry(resource.resource, part) for resource in self.resources for part in resource.parts]

    def content_sha256(self, bundle: str) -> str:
        """The SHA-256 of what a version says: of the bundle's if there is no data, else of both."""
        if not self.resources:
            return bundle
        said = [bundle, [[dict(one.resource.raw), one.described(())] for one in self.resources], self.entries]
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


NO_DATA = Data()


def choose_resources(resources: Iterable[Resource], wanted: str | None) -> tuple[Resource, ...]:
    """The resources that `publish-data` names: all, or some by name; inline data has no file and is left out.

    Raises `UsageError` for a name that the dataset does not have.
    """
    if wanted is None:
        return ()
    with_files = {resource.name: resource for resource in resources if resource.paths}
    if wanted.strip() == ALL:
        return tuple(with_files.values())
    names = [name.strip() for name in wanted.split(",")]
    unknown = [name for name in names if name not in with_files]
    if unknown:
        raise UsageError(
            f"publish-data names {unknown[0]!r}, which is no resource with a file",
            next_step=f"Give `all`, or some of: {', '.join(with_files)}",
        )
    return tuple(with_files[name] for name in dict.fromkeys(names))


def _entry(resource: Resource, part: DataPart) -> dict[str, Json]:
    if isinstance(part, DataUrl):
        return {"resource": resource.name, "url": part.url, "hash": resource.raw.get("hash")}
    return {
        "resource": resource.name,
        "path": part.path,
        "object": part.object_key,
        "bytes": part.bytes,
        "hash": f"sha256:{part.sha256}",
    }
