"""What an examination reads of the registry, the store, and the git-lfs of the repository. Nothing is written anywhere."""

from __future__ import annotations

import os
from pathlib import Path

from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.commands.registry.forges import open_target
from osds.commands.registry.judging import read_catalog
from osds.commands.registry.recording import read_book
from osds.commands.registry.registries import Access
from osds.commands.store.place import Place, read_current
from osds.dataset.identity import DatasetId
from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import QuotaError
from osds.doctor import diagnoses, elsewhere
from osds.doctor.diagnosis import Found
from osds.doctor.facts import InRegistry
from osds.edges.git.registry import Registry
from osds.edges.store.objects import open_store
from osds.errors import OsdsError
from osds.registry.catalog import QUARANTINE, STATUS, Row
from osds.registry.lines import RegistryFileError
from osds.registry.registration import Target
from osds.registry.urls import comparable_url


def ask_registry(
    target: Target, access: Access, name: str, *, dataset: DatasetId | None, url: str | None
) -> InRegistry | Found:
    """What the registry says of a dataset, known by its id, its address or both; a fault if it cannot be read."""
    try:
        with open_target(target, access, depth=1) as registry:
            return _read(registry, name, dataset, url)
    except RegistryFileError as error:
        return elsewhere.REGISTRY_BROKEN.at(error.what)
    except OsdsError as error:
        return elsewhere.REGISTRY_UNREACHABLE.at(error.what)


def ask_store(url: str, endpoint: str | None, dataset: DatasetId | None) -> Found | None:
    """A fault if the store cannot be read, or is a folder that cannot be written; None if all is well."""
    try:
        store = open_store(url, endpoint=endpoint)
        if dataset is not None:
            read_current(Place(store=store, dataset=dataset))
        else:
            store.children("datasets")
    except OsdsError as error:
        return elsewhere.STORE_UNREADABLE.at(error.what)
    if Path(url).is_dir() and not os.access(url, os.W_OK):
        return elsewhere.STORE_READ_ONLY.at(url)
    return None


def ask_lfs(pointer: Pointer, url: str, access: LfsAccess) -> Found | None:
    """A fault if the host of the repository at `url` says that its git-lfs quota is spent. Nothing is fetched."""
    try:
        lfs_sources(None, url, access).announce([pointer])
    except QuotaError as error:
        return diagnoses.LFS_QUOTA.at(error.what)
    except OsdsError:  # `osds fetch` tells other troubles better
        return None
    return None


def _read(registry: Registry, name: str, dataset: DatasetId | None, url: str | None) -> InRegistry:
    catalog = read_catalog(registry)
    row: Row | None = catalog.by_url.get(comparable_url(url)) if url else None
    if row is None and dataset is not None:
        row = catalog.by_key.get((dataset.owner, dataset.name))
    if row is None:
        return InRegistry(name=name, listed=False)
    status = read_book(registry).statuses.get(row.key)
    return InRegistry(name=name, listed=True, quarantined=row.entry.extra.get(STATUS) == QUARANTINE, status=status)
