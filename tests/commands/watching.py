"""What the tests of the watchdog share: a GitHub with a registry and datasets, and days that pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from osds.commands.registry.watch import Watched, watch
from osds.edges.git.git import Remote
from osds.edges.git.registry import open_remote
from osds.edges.github.github import GitHub
from osds.edges.github.waiting import Patience
from osds.progress import Silent
from osds.registry.changes import parse_changes
from osds.registry.status import EMPTY_BOOK, StatusBook, parse_statuses
from osds.registry.template import registry_files
from tests.edges.git_backend import git
from tests.forge.people import REGISTRY, inhabit
from tests.forge.server import serve
from tests.forge.state import Forge
from tests.forge.values import Run, Workflow

PATH = ".github/workflows/osds.yml"
CALL = "openspending/osds/.github/workflows/core-data.yml@v0"
DAY = 86_400.0
SERVER = "https://github.com"


def caller(cron: str = "17 5 * * *", uses: str = CALL) -> bytes:
    """A workflow that calls osds on a schedule."""
    return f'on:\n  schedule:\n    - cron: "{cron}"\njobs:\n  data:\n    uses: {uses}\n'.encode()


@contextmanager
def github_with(root: Path, *names: str, policy: str = "grace-days: 7\n", catalog: str = "") -> Iterator[Forge]:
    """GitHub with os-team/registry, which lists alice's datasets of these names; an app keeps the registry."""
    with serve(root) as forge:
        inhabit(forge)
        forge.tokens["app-token"].permissions["actions"] = "write"
        rows = "".join(f"{SERVER}/alice/{name},{name},alice,\n" for name in sorted(names))
        files = registry_files(title="Ours", core_organisation="os-data")
        files |= {"data/catalog.csv": (catalog or f"url,name,owner,core\n{rows}").encode(), "osds.yml": policy.encode()}
        forge.add(REGISTRY, files, writers={"keeper"})
        for name in names:
            forge.add(f"alice/{name}", {"datapackage.json": b"{}", PATH: caller()})
        yield forge


def promise(forge: Forge, name: str, *, age: float = 100 * DAY, state: str = "active") -> Workflow:
    """Let GitHub know the workflow of alice's dataset, since `age` seconds."""
    return forge.add_workflow(f"alice/{name}", PATH, age=age, state=state)


def ran(forge: Forge, workflow: Workflow, *, ago: float = 0, conclusion: str | None = "success") -> None:
    """A run that the schedule started `ago` seconds ago."""
    workflow.runs.append(Run(forge.next_id(), forge.timer.now() - ago, conclusion=conclusion))


def look(
    forge: Forge,
    *,
    token: str = "app-token",  # noqa: S107
    requests: int = 600,
    dry_run: bool = False,
    patience: Patience | None = None,
) -> Watched:
    """One run of the watchdog, now."""
    remote = Remote(url=f"{forge.url}/{REGISTRY}", token=token, timer=forge.timer)
    with (
        GitHub(forge.api_url, token, pause=0, timer=forge.timer, patience=patience) as github,
        open_remote(remote, depth=None) as registry,
    ):
        return watch(
            registry,
            github,
            own=REGISTRY,
            server_url=SERVER,
            clock=lambda: now(forge),
            progress=Silent(),
            requests=requests,
            dry_run=dry_run,
        )


def now(forge: Forge) -> datetime:
    """The time on the double."""
    return datetime.fromtimestamp(forge.timer.now(), UTC)


def book(forge: Forge) -> StatusBook:
    """The statuses in the registry."""
    folder = forge.repositories[REGISTRY].folder
    listed = git(folder, "ls-tree", "--name-only", "HEAD", "data/")
    return parse_statuses(git(folder, "show", "HEAD:data/status.json") + "\n") if "status" in listed else EMPTY_BOOK


def told(forge: Forge) -> list[str]:
    """Every event in the log: dataset, kind and detail."""
    text = git(forge.repositories[REGISTRY].folder, "show", "HEAD:data/changes.csv") + "\n"
    return [f"{r.event.name} {r.event.event} {r.event.detail}" for r in parse_changes(text)]
