"""Registering a dataset in a folder: real git, real processes that are killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from osds.commands.registry.init import init_registry
from osds.commands.registry.register import parse_registry
from osds.errors import UnsafeInputError, UsageError
from osds.registry.catalog import Entry
from osds.registry.changes import parse_changes
from osds.registry.registration import FolderTarget, GitHubTarget
from tests.commands.registering import TIME, catalog, enter, entry, events, is_clean
from tests.edges.git_backend import git, tip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's git configuration."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new registry in a folder, for all tests to copy."""
    made = tmp_path_factory.mktemp("begun") / "registry"
    init_registry(made, title="Registry", core_organisation="os-data", time=TIME)
    return made


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    """A new registry in a folder."""
    return Path(shutil.copytree(begun, tmp_path / "registry"))


@pytest.mark.parametrize("bare", [False, True])
def test_register__in_a_folder_twice(folder: Path, tmp_path: Path, bare: bool) -> None:
    if bare:
        git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
        folder = tmp_path / "bare.git"
    first = enter(folder)
    assert (first.how, first.url) == ("commit", tip(folder, "main"))
    assert git(folder, "diff-tree", "-r", "--numstat", "HEAD^", "HEAD").split("\n") == [
        "1\t0\tdata/catalog.csv",
        "1\t0\tdata/changes.csv",
    ]
    assert git(folder, "log", "-1", "--format=%s") == "Add alice/budget"
    assert git(folder, "show", "HEAD:data/changes.csv").split("\n")[1] == (
        "1,2026-01-31T12:00:00Z,added,alice,budget,https://github.com/alice/budget,alice,"
    )
    again = enter(folder)
    assert (again.how, tip(folder, "main")) == ("unchanged", first.url)
    assert bare or is_clean(folder)


def test_register__an_update_changes_one_row(folder: Path) -> None:
    for name in ("a", "b", "c"):
        enter(folder, entry(name, "os-data"))
    moved = enter(folder, Entry(url="https://github.com/OS-Data/renamed", name="b", owner="os-data"))
    assert moved.how == "commit"
    assert git(folder, "diff-tree", "-r", "--numstat", "HEAD^", "HEAD").split("\n")[0] == "1\t1\tdata/catalog.csv"
    assert events(folder)[-1] == (4, "updated", "os-data/b")
    assert (folder / "data/catalog.csv").read_text().split("\n")[2] == (
        "https://github.com/OS-Data/renamed,b,os-data,core,,,"
    )
    assert is_clean(folder)


def test_register__a_dry_run_writes_nothing(folder: Path) -> None:
    before = sorted(path for path in folder.rglob("*"))
    planned = enter(folder, dry_run=True)
    assert planned.how == "commit"
    assert "Would" in planned.lines[0]
    assert planned.lines[1] == "https://github.com/alice/budget,budget,alice,,,,"
    assert sorted(path for path in folder.rglob("*")) == before


def test_register__the_commit_is_by_the_person_whom_git_knows(folder: Path, tmp_path: Path) -> None:
    enter(folder, entry("one"), actor="")
    (tmp_path / "home/.gitconfig").write_text("[user]\nname = Alice\nemail = a@example.org\n")
    enter(folder, entry("two"), actor="")
    assert git(folder, "log", "--format=%an <%ae>", "-2").split("\n") == [
        "Alice <a@example.org>",
        "osds <osds@users.noreply.github.com>",
    ]
    actors = [r.event.actor for r in parse_changes((folder / "data/changes.csv").read_text())]
    assert actors == ["osds", "Alice"]


def test_register__the_real_registry_has_no_log_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "real")
    (tmp_path / "real/data").mkdir()
    row = "https://github.com/os-data/boost-armenia,boost-armenia,os-data,core\n"
    (tmp_path / "real/data/catalog.csv").write_text(f"url,name,owner,core\n{row}")
    git(tmp_path / "real", "add", "--all")
    git(tmp_path / "real", "commit", "--quiet", "--message", "Begin")
    assert enter(tmp_path / "real", entry("boost-armenia", "os-data")).how == "unchanged"
    assert enter(tmp_path / "real").how == "commit"
    assert events(tmp_path / "real") == [(1, "added", "alice/budget")]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"README.md": b"x"}, "has no data/catalog.csv"),
        ({"data/catalog.csv": b"url,name\n"}, "line 1: the header"),
        ({"data/catalog.csv": b"url,name,owner,core\nx,y,z,\n"}, "line 2"),
        ({"data/catalog.csv": b"url,name,owner,core\n\xff\n"}, "is not UTF-8"),
        ({"data/catalog.csv": b"url,name,owner,core\n", "data/changes.csv": b"x\n"}, "changes.csv, line 1"),
        ({"data/catalog.csv": b"url,name,owner,core\n", "osds.yml": b"- x"}, "osds.yml"),
    ],
)
def test_register__a_broken_registry_is_left_alone(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    git(tmp_path, "init", "--quiet", "broken")
    for path, content in files.items():
        (tmp_path / "broken" / path).parent.mkdir(exist_ok=True)
        (tmp_path / "broken" / path).write_bytes(content)
    git(tmp_path / "broken", "add", "--all")
    git(tmp_path / "broken", "commit", "--quiet", "--message", "Begin")
    before = tip(tmp_path / "broken", "main")
    with pytest.raises(UsageError, match=said):
        enter(tmp_path / "broken")
    assert tip(tmp_path / "broken", "main") == before


def test_register__a_catalog_that_is_a_link_is_not_followed(folder: Path) -> None:
    (folder / "data/catalog.csv").unlink()
    (folder / "data/catalog.csv").symlink_to("/etc/passwd")
    git(folder, "commit", "--quiet", "--all", "--message", "x")
    with pytest.raises(UnsafeInputError, match="not an ordinary file"):
        enter(folder)


def test_register__a_persons_edits_are_kept(folder: Path) -> None:
    mine = (folder / "data/catalog.csv").read_text() + "https://github.com/bob/x,x,bob,\n"
    (folder / "data/catalog.csv").write_text(mine)
    done = enter(folder)
    assert done.how == "commit"
    assert "edits of yours" in done.lines[-1]
    assert (folder / "data/catalog.csv").read_text() == mine
    assert catalog(folder) == ["alice/budget"]
    assert "edits of yours" in enter(folder).lines[-1]
    git(folder, "reset", "--quiet", "--hard")
    assert is_clean(folder)


def test_register__hooks_and_filters_of_the_registry_do_not_run(folder: Path, tmp_path: Path) -> None:
    for hook in ("reference-transaction", "post-commit", "pre-commit", "post-checkout", "post-index-change"):
        (folder / ".git/hooks").mkdir(exist_ok=True)
        (folder / ".git/hooks" / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (folder / ".git/hooks" / hook).chmod(0o755)
    git(folder, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    assert enter(folder).how == "commit"
    assert not (tmp_path / "ran").exists()


def test_register__twelve_at_once_lose_none(folder: Path) -> None:
    names = [f"d{number:02}" for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(lambda name: enter(folder, entry(name)), names))
    assert [d.how for d in done] == ["commit"] * 12
    assert catalog(folder) == [f"alice/{name}" for name in names]
    assert [number for number, _, _ in events(folder)] == list(range(1, 13))
    assert int(git(folder, "rev-list", "--count", "HEAD")) == 13
    assert is_clean(folder)


RUNNER = """
import os, sys
from datetime import UTC, datetime
from osds.commands.registry.register import Access, parse_registry, register
from osds.progress import Silent
from osds.registry.catalog import Entry
from osds.registry.pull_request import Summary

target = parse_registry(sys.argv[1])
for line in sys.stdin:
    name = line.strip()
    entry = Entry(url=f"https://github.com/alice/{name}", name=name, owner="alice")
    child = os.fork()
    if child == 0:
        try:
            register(entry, Summary(), target, access=Access(), clock=lambda: datetime.now(UTC), progress=Silent())
        except KeyboardInterrupt:
            pass
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@contextmanager
def runner(folder: Path) -> Iterator[Callable[[str, float | None, int], float]]:
    """A process that registers datasets in children: `run(name, after, signal)` gives how long the child lived."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", RUNNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    source, sink = process.stdin, process.stdout

    def run(name: str, after: float | None = None, number: int = signal.SIGKILL) -> float:
        source.write(f"{name}\n")
        source.flush()
        child, started = int(sink.readline()), time.monotonic()
        if after is not None:
            time.sleep(after)
            with suppress(ProcessLookupError):  # it was faster
                os.kill(child, number)
        assert sink.readline() == "gone\n"
        return time.monotonic() - started

    try:
        yield run
    finally:
        process.communicate(timeout=10)


def test_register__killed_at_any_moment(folder: Path) -> None:
    """Thirty runs are killed at random moments; whatever they left, the next run of the same dataset completes it."""
    chance = random.Random(7)
    moments = {"before": 0, "between": 0, "after": 0}
    with runner(folder) as run:
        whole = run("first", None, 0)
        for number in range(30):
            run(f"d{number:02}", chance.uniform(0, whole), signal.SIGKILL)
            listed = f"alice/d{number:02}" in catalog(folder)
            dirty = git(folder, "status", "--porcelain") != ""
            moments["between" if listed and dirty else "after" if listed else "before"] += 1
            assert enter(folder, entry(f"d{number:02}")).how in {"commit", "unchanged"}
            assert git(folder, "status", "--porcelain") == "", moments
    assert is_clean(folder)
    assert catalog(folder) == [*(f"alice/d{number:02}" for number in range(30)), "alice/first"]
    assert [number for number, _, _ in events(folder)] == list(range(1, 32))
    assert moments["before"], moments


def test_register__ctrl_c_is_as_harmless(folder: Path) -> None:
    with runner(folder) as run:
        run("budget", 0.05, signal.SIGINT)
    assert enter(folder).how in {"commit", "unchanged"}
    assert is_clean(folder)
    assert events(folder) == [(1, "added", "alice/budget")]


def test_parse_registry__an_existing_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(parse_registry("os-team/registry"), GitHubTarget)
    (tmp_path / "os-team/registry").mkdir(parents=True)
    assert isinstance(parse_registry("os-team/registry"), FolderTarget)
    with pytest.raises(UsageError, match="There is no registry"):
        parse_registry("./nowhere")
