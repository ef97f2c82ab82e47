"""`osds doctor`: gather what can be known of a dataset's or a registry's automation, then name what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from osds import __version__
from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.doctor.folder import folder_facts, git_facts, pointers_in, read_descriptor, top_of, workflow_files
from osds.commands.doctor.github import Asked, ask_github
from osds.commands.doctor.reading import ask_lfs, ask_registry, ask_store
from osds.commands.registry.registries import Access, open_github
from osds.dataset.identity import DatasetId
from osds.doctor import diagnoses
from osds.doctor.diagnosis import Examination, Found
from osds.doctor.examine import examine
from osds.doctor.facts import Facts, InRegistry
from osds.doctor.registry_folder import RegistryFolder, examine_registry
from osds.doctor.trust import MAX_POLICY, read_trust
from osds.edges.local.files import read_file
from osds.errors import OsdsError, UsageError
from osds.registry.catalog import CATALOG_FILE, parse_catalog
from osds.registry.changes import CHANGES_FILE, parse_changes
from osds.registry.dataset_facts import read_name
from osds.registry.policy import POLICY_FILE, parse_policy
from osds.registry.registration import GitHubTarget, Target
from osds.registry.status import STATUS_FILE, parse_statuses

_MAX_FILE = 64 * 1024 * 1024  # bytes, of a registry's file


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to look at beside the folder. `offline` asks nobody."""

    registry: Target | None = None
    registry_name: str = ""
    store: str | None = None
    endpoint: str | None = None
    trust_policy: Path | None = None
    offline: bool = False
    problem: str = ""  # with osds.yml
    access: Access = field(default_factory=Access)
    lfs: LfsAccess = field(default_factory=LfsAccess)


@dataclass(kw_only=True)
class _Notes:
    """What an examination gathers on its way."""

    looked_at: list[str]
    not_asked: list[str]
    troubles: list[Found] = field(default_factory=list)

    def examination(self, about: str, found: tuple[Found, ...]) -> Examination:
        return Examination(about=about, found=found, looked_at=tuple(self.looked_at), not_asked=tuple(self.not_asked))


def is_registry(folder: Path) -> bool:
    """True if a folder holds a registry, and not a dataset."""
    return (folder / CATALOG_FILE).is_file()


def examine_dataset(folder: Path, wanted: Wanted, now: datetime) -> Examination:
    """Examine the dataset in a folder."""
    descriptor, top = read_descriptor(folder), top_of(folder)
    pointers, git = pointers_in(folder, descriptor), git_facts(top)
    url = git.url if git else None
    dataset = _dataset(read_name(descriptor), url)
    asked = _ask_github(url, wanted)
    notes = _Notes(looked_at=["the folder", "its workflow files", "git"], not_asked=asked.not_asked)
    notes.looked_at += ["GitHub"] if asked.github else []
    notes.troubles += [diagnoses.SETTINGS.at(wanted.problem)] if wanted.problem else []
    notes.troubles += asked.troubles
    if pointers and url and not wanted.offline:
        notes.troubles += filter(None, [ask_lfs(next(iter(pointers.values())), url, wanted.lfs)])
    registry = _ask_registry(wanted, dataset, url, notes)
    notes.troubles += _ask_store(wanted, dataset, notes)
    facts = Facts(
        version=__version__,
        now=now,
        folder=folder_facts(folder, pointers),
        files=workflow_files(top or folder),
        git=git,
        github=asked.github,
        registry=registry,
        trust=read_trust(_read(wanted.trust_policy)) if wanted.trust_policy else None,
        server_time=asked.server_time,
        troubles=tuple(notes.troubles),
    )
    about = str(dataset) if dataset else f"the dataset in {folder.resolve()}"
    return notes.examination(about, examine(facts))


def examine_registry_folder(folder: Path, wanted: Wanted) -> Examination:
    """Examine the registry in a folder."""
    broken, policy = _registry_files(folder)
    git = git_facts(top_of(folder))
    asked = _ask_github(git.url if git else None, wanted)
    facts = RegistryFolder(
        version=__version__,
        files=workflow_files(folder),
        broken=broken,
        frozen=policy,
        has_remote=bool(git and git.url),
        workflows=asked.github.workflows if asked.github else None,
        pinned_only=asked.github.pinned_only if asked.github else None,
        actions=asked.github.actions if asked.github else None,
        troubles=tuple(asked.troubles),
    )
    looked_at = ("its files", "its workflow files", "git", *(["GitHub"] if asked.github else []))
    return Examination(
        about=f"the registry in {folder}",
        found=examine_registry(facts),
        looked_at=looked_at,
        not_asked=tuple(asked.not_asked),
    )


def _ask_github(url: str | None, wanted: Wanted) -> Asked:
    server = wanted.access.server_url
    if url is None or not url.lower().startswith(f"{server.lower()}/"):
        return Asked(not_asked=["GitHub (the repository is not there)"])
    if wanted.offline or not wanted.access.token:
        return Asked(not_asked=[f"GitHub ({'--offline' if wanted.offline else 'there is no token: set OSDS_TOKEN'})"])
    registry = wanted.registry.full_name if isinstance(wanted.registry, GitHubTarget) else None
    with open_github(wanted.access) as github:
        return ask_github(github, url=url, server_url=server, registry=registry)


def _ask_registry(wanted: Wanted, dataset: DatasetId | None, url: str | None, notes: _Notes) -> InRegistry | None:
    if wanted.registry is None:
        notes.not_asked.append("a registry (none is given: --registry, or `registry` in osds.yml)")
        return None
    if wanted.offline:
        notes.not_asked.append("the registry (--offline)")
        return None
    notes.looked_at.append("the registry")
    said = ask_registry(wanted.registry, wanted.access, wanted.registry_name, dataset=dataset, url=url)
    if isinstance(said, Found):
        notes.troubles.append(said)
        return None
    return said


def _ask_store(wanted: Wanted, dataset: DatasetId | None, notes: _Notes) -> list[Found]:
    if wanted.store is None:
        notes.not_asked.append("a store (none is given: --store, or `store` in osds.yml)")
        return []
    if wanted.offline and "://" in wanted.store:
        notes.not_asked.append("the store (--offline)")
        return []
    notes.looked_at.append("the store")
    if "://" in wanted.store:
        notes.not_asked.append("whether the store can be written (that would take writing into it)")
    found = ask_store(wanted.store, wanted.endpoint, dataset)
    return [found] if found is not None else []


def _registry_files(folder: Path) -> tuple[Mapping[str, str], bool]:
    """The files that cannot be read, each with the reason, and whether the registry is frozen."""
    broken, frozen = {}, False
    readers: dict[str, Callable[[str], object]] = {
        CATALOG_FILE: parse_catalog,
        CHANGES_FILE: parse_changes,
        POLICY_FILE: parse_policy,
        STATUS_FILE: parse_statuses,
    }
    for path, parse in readers.items():
        content = read_file(folder, path, _MAX_FILE)
        try:
            if content is not None:
                parsed = parse(content.decode("utf-8"))
                frozen = frozen or getattr(parsed, "freeze", False)
        except OsdsError as error:
            broken[path] = error.what
        except UnicodeDecodeError as error:
            broken[path] = f"not UTF-8 at byte {error.start}"
    return broken, frozen


def _dataset(name: str | None, url: str | None) -> DatasetId | None:
    """The dataset's id, if name and owner can be known."""
    try:
        return DatasetId(owner=(url or "").split("/")[3], name=name or "") if name and url else None
    except (OsdsError, IndexError):
        return None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_POLICY + 1)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", next_step="Give the file with the policy"
        ) from error
