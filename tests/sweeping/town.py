"""A registry in a folder with thirty datasets in git repositories of their own, five of them broken in different ways."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from osds.commands.registry.init import init_registry
from osds.registry.catalog import CATALOG_FILE, Entry, parse_catalog
from osds.registry.changes import CHANGES_FILE, parse_changes
from osds.registry.status import STATUS_FILE, StatusBook, parse_statuses
from tests.edges.git_backend import GIT, git, make_bare
from tests.samples import ROWS, descriptor

OWNER = "town"
GOOD = tuple(f"budget-{n:02}" for n in range(25))
LINK = {"budget.csv": b"/etc/passwd"}  # what the dataset `link` has instead of a table
SLOW = {"fields": [{"name": "code", "type": "string", "constraints": {"pattern": "(a|a)+b"}}]}


@dataclass(frozen=True, kw_only=True)
class Town:
    """`registry` is the registry, a work tree or bare; `git` holds the datasets' bare repositories, if they are files."""

    registry: Path
    git: Path = Path()

    def write(self, path: str, text: str) -> None:
        """Commit a file of the registry, as a keeper would."""
        (self.registry / path).write_text(text, encoding="utf-8")
        git(self.registry, "commit", "--quiet", "--all", "--message", "By hand")

    def change(self, name: str, files: Mapping[str, bytes]) -> str:
        """Give the repository of a dataset a new commit; its id."""
        add_commit(self.git / name, files)
        return self.head(name)

    def head(self, name: str) -> str:
        """The newest commit of a dataset."""
        return git(self.git / name, "rev-parse", "refs/heads/main")

    @property
    def book(self) -> StatusBook:
        """What the registry says of its datasets."""
        return parse_statuses(git(self.registry, "show", f"HEAD:{STATUS_FILE}") + "\n")

    @property
    def events(self) -> list[str]:
        """The log, as `event name detail`, without the events before the sweep."""
        log = parse_changes(git(self.registry, "show", f"HEAD:{CHANGES_FILE}") + "\n")
        return [" ".join((str(e.event.event), e.event.name, e.event.detail)).strip() for e in log]

    @property
    def commits(self) -> int:
        """How many the registry has."""
        return int(git(self.registry, "rev-list", "--count", "HEAD"))


def found_town(root: Path, datasets: Mapping[str, Mapping[str, bytes] | None] | None = None) -> Town:
    """A registry with these datasets, or with all thirty."""
    registry = root / "registry"
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    init_registry(registry, title="Ours", core_organisation="os-data", time=begun, dry_run=False)
    town = Town(registry=registry, git=root / "git")
    town.git.mkdir()
    catalog = parse_catalog((registry / CATALOG_FILE).read_text("utf-8"))
    for name, files in (thirty() if datasets is None else datasets).items():
        if files is not None:
            make_bare(town.git / name, files)
        catalog = catalog.with_entry(Entry(url=str(town.git / name), name=name, owner=OWNER))
    town.write(CATALOG_FILE, catalog.render())
    if datasets is None:
        add_commit(town.git / "link", LINK, b"120000")
    return town


def thirty() -> dict[str, dict[str, bytes] | None]:
    """All datasets by name; None where there is no repository. The table of `link` is still to become one."""
    return {name: dataset(name) for name in GOOD} | broken_datasets()


def add_commit(folder: Path, files: Mapping[str, bytes], mode: bytes = b"100644") -> None:
    """One more commit in a bare repository, with files or (120000) links."""
    lines = [b"commit refs/heads/main\ncommitter Keeper <keeper@example.org> 1800000000 +0000\ndata 6\nChange\n"]
    lines += [b"from refs/heads/main^0\n"]
    lines += [b"M %s inline %s\ndata %d\n%s\n" % (mode, p.encode(), len(c), c) for p, c in files.items()]
    subprocess.run([*GIT, "-C", str(folder), "fast-import", "--quiet"], input=b"".join(lines), check=True)


def dataset(name: str, rows: str = ROWS, **changes: object) -> dict[str, bytes]:
    """The files of a valid dataset, with parts of its descriptor replaced."""
    return {"datapackage.json": json.dumps(descriptor(name=name, **changes)).encode(), "budget.csv": rows.encode()}


def broken_datasets() -> dict[str, dict[str, bytes] | None]:
    """Five datasets by name, each broken in its own way: the files, or None where there is no repository."""
    slow = [*descriptor()["resources"], {"name": "slow", "path": "slow.csv", "schema": SLOW}]
    return {
        "gone": None,
        "invalid": dataset("invalid", ROWS.replace("10.50", "plenty")),
        "link": dataset("link"),  # its table becomes a link out of the repository
        "no-json": {**dataset("no-json"), "datapackage.json": b"{name: no-json}"},
        "slow": {**dataset("slow", resources=slow), "slow.csv": b"code\n" + b"a" * 60 + b"\n"},
    }
