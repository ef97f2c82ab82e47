"""What the tests of the merger share: a registry with its forge, pull requests on it, and runs of the merger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from osds.commands.registry.facts import FactFinder
from osds.commands.registry.judging import Judge
from osds.commands.registry.merge import Merged, merge
from osds.edges.git.objects import OSDS, Author, write_commit
from osds.edges.git.registry import LocalRegistry
from osds.progress import Silent
from osds.registry.catalog import CATALOG_FILE, parse_catalog
from osds.registry.changes import CHANGES_FILE, parse_changes
from osds.registry.template import registry_files
from tests.edges.git_backend import git, make_bare, tip
from tests.registry.own_forge import OwnForge

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
POLICY = b"title: Ours\nwaiting-hours: 0\n"


@dataclass
class Town:
    """A registry, its forge, and the time there."""

    root: Path
    policy: bytes = POLICY
    time: datetime = START
    forge: OwnForge = field(init=False)

    def __post_init__(self) -> None:
        self.forge = OwnForge(root=self.root, clock=lambda: self.time)
        files = registry_files(title="Ours", core_organisation="os-data")
        make_bare(self.forge.folder, files | {"osds.yml": self.policy})

    @property
    def folder(self) -> Path:
        return self.forge.folder

    @property
    def tip(self) -> str:
        return tip(self.folder, "main") or ""

    def later(self, **much: float) -> None:
        """Let time pass."""
        self.time += timedelta(**much)

    def text(self, path: str = CATALOG_FILE, commit: str = "refs/heads/main") -> str:
        return git(self.folder, "show", f"{commit}:{path}") + "\n"

    def ids(self) -> list[str]:
        """The datasets in the catalog, which must be in order."""
        keys = ["/".join(row.key) for row in parse_catalog(self.text()).rows]
        assert keys == sorted(keys)
        return keys

    def events(self) -> list[str]:
        """The events of the log, which must be in order."""
        return [f"{r.event.event} {r.event.owner}/{r.event.name}" for r in parse_changes(self.text(CHANGES_FILE))]

    def commit(self, files: Mapping[str, bytes], *, parent: str | None = None) -> str:
        """A commit on the registry's tip, or on another commit, which no branch has."""
        registry = LocalRegistry.open(self.folder)
        return write_commit(registry.git, parent or self.tip, files, "x\n", Author(identity=OSDS, time=self.time))

    def with_row(self, line: str, *, parent: str | None = None) -> str:
        """A commit that adds a line to the catalog, as a newcomer would: at its end."""
        return self.commit({CATALOG_FILE: (self.text(commit=parent or self.tip) + line + "\n").encode()}, parent=parent)

    def replacing(self, old: str, new: str, *, parent: str | None = None) -> str:
        """A commit that replaces a text in the catalog."""
        text = self.text(commit=parent or self.tip)
        assert old in text
        return self.commit({CATALOG_FILE: text.replace(old, new).encode()}, parent=parent)

    def row(self, full_name: str, name: str | None = None) -> str:
        owner, _, repository = full_name.partition("/")
        return f"https://github.com/{full_name},{name or repository},{owner},,,,"

    def ask_for(self, full_name: str, *, by: str | None = None, claim: str | None = None) -> int:
        """A pull request that adds a dataset, asked for by its owner."""
        self.forge.add_dataset(full_name, claim=claim)
        return self.forge.ask(by or full_name.partition("/")[0], self.with_row(self.row(full_name)))

    def ask_for_again(self, full_name: str) -> int:
        """The same for a dataset that is there already."""
        return self.forge.ask(full_name.partition("/")[0], self.with_row(self.row(full_name)))

    def judge(self, *, frozen: bool = False) -> Judge:
        return Judge(
            registry=LocalRegistry.open(self.folder),
            finder=FactFinder(self.forge, local=False),
            names=(self.forge.registry,),
            server_url=self.forge.server_url,
            forge=self.forge,
            frozen=frozen,
        )

    def merge(self, *, limit: int = 200, dry_run: bool = False, frozen: bool = False) -> Merged:
        """One run of the merger."""
        return merge(
            self.judge(frozen=frozen),
            self.forge,
            clock=lambda: self.time,
            progress=Silent(),
            limit=limit,
            dry_run=dry_run,
        )

    def outcome(self, number: int) -> str:
        """What a run says of one request: the outcome, and the codes of all reasons that stand in the way."""
        done = next(h for h in self.merge(dry_run=True).handled if h.request.number == number)
        assert not done.problem, done.problem
        against = [kind.code for kind in done.reasons if kind.outcome != "allow"]
        return " ".join([str(done.outcome), *against])
