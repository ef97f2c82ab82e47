"""What the tests of registering share: a dataset's entry, a GitHub, a call with defaults, and what a registry then holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from osds.commands.registry.register import register
from osds.commands.registry.registries import Access
from osds.progress import Silent
from osds.registry.catalog import Entry, parse_catalog
from osds.registry.changes import parse_changes
from osds.registry.pull_request import Summary
from osds.registry.registration import FolderTarget, GitHubTarget, Registered
from osds.registry.template import registry_files
from tests.edges.git_backend import git
from tests.forge.people import REGISTRY, inhabit
from tests.forge.server import serve
from tests.forge.state import Forge

TIME = datetime(2026, 1, 31, 12, tzinfo=UTC)
FILES = registry_files(title="Registry", core_organisation="os-data")
SUMMARY = Summary(title="Budget", measures=("amount",), years=("2024",), totals=("amount: 1.00",), checked=("valid",))


@contextmanager
def github_with_registry(root: Path) -> Iterator[Forge]:
    """GitHub with the registry os-team/registry, which keeper may write and alice may not."""
    with serve(root) as forge:
        inhabit(forge)
        forge.add(REGISTRY, FILES, writers={"keeper"})
        yield forge


def access(server: Forge, token: str | None = "alice-token") -> Access:  # noqa: S107
    """How a run with this token reaches the double."""
    return Access(token=token, server_url=server.url, api_url=server.api_url, pause=0.001, timer=server.timer)


def registry(server: Forge, name: str = "registry") -> GitHubTarget:
    """The registry on the double."""
    return GitHubTarget(owner="os-team", repository=name, server_url=server.url)


def entry(name: str = "budget", owner: str = "alice") -> Entry:
    return Entry(url=f"https://github.com/{owner}/{name}", name=name, owner=owner)


def enter(target: Any, dataset: Entry | None = None, **options: Any) -> Registered:
    """Register with the defaults of these tests."""
    target = FolderTarget(folder=str(target)) if isinstance(target, Path) else target
    settings: dict[str, Any] = {"access": Access(), "clock": lambda: TIME, "progress": Silent(), "actor": "alice"}
    return register(dataset or entry(), options.pop("summary", SUMMARY), target, **(settings | options))


def catalog(folder: Path, commit: str = "HEAD") -> list[str]:
    """The ids in a catalog, which must be valid and fit its log."""
    text = git(folder, "show", f"{commit}:data/catalog.csv") + "\n"
    return [str(row.entry.id) for row in parse_catalog(text).rows]


def events(folder: Path) -> list[tuple[int, str, str]]:
    """Number, kind and dataset of every event."""
    recorded = parse_changes(git(folder, "show", "HEAD:data/changes.csv") + "\n")
    return [(r.id, r.event.event.value, f"{r.event.owner}/{r.event.name}") for r in recorded]


def is_clean(folder: Path) -> bool:
    """No damage, and the work tree shows the branch."""
    fsck = git(folder, "fsck", "--strict", "--no-dangling")
    return fsck == "" and git(folder, "status", "--porcelain") == ""
