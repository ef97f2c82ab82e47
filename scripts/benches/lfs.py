"""Fetching, backing up and restoring git-lfs content: resolving, comparing (SHA-256) and writing it."""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import multiprocessing
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from scripts.benches.measuring import MACHINE, PYTHON, measure, median, table

# Puts the pointer back and fetches; with a second argument from the repository at that URL.
FETCH = """
import sys
from pathlib import Path
from osds.commands.dataset.fetch import fetch, find_pointers
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.edges.web.https import Reach
from osds.progress import Silent
folder, url = Path(sys.argv[1]), (sys.argv[2:] or [None])[0]
(folder / "large.csv").write_bytes((folder / "pointer").read_bytes())
sources = lfs_sources(None if url else folder, url, LfsAccess(reach=Reach(loopback=True)))
failures = [each.failure for each in fetch(folder, find_pointers(folder), sources, Silent()) if each.failure]
sys.exit(str(failures[0]) if failures else 0)
"""
# Runs a command line of osds after removing a folder, so that all is done again.
ANEW = """
import shutil, sys
from osds.cli import run
shutil.rmtree(sys.argv[1], ignore_errors=True)
sys.exit(run(sys.argv[2:]))
"""
# What has to be done at the least: read, hash and write; with a third path a copy as well, because a repository has
# git-lfs content twice, among its objects and in its work tree.
PEER = """
import hashlib, os, shutil, sys
digest = hashlib.sha256()
with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
    while block := source.read(1 << 20):
        digest.update(block)
        target.write(block)
    target.flush()
    os.fsync(target.fileno())
for copy in sys.argv[3:]:
    shutil.copyfile(sys.argv[2], copy)
"""
MB = 1_000_000


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--megabytes", type=int, default=2000, help="size of the content (default 2000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default 3)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table; files are written below `folder`, seven times the content's size."""
    dataset, content = _write_dataset(folder / "dataset", options.megabytes)
    yield f"{options.megabytes:,} MB; median of {options.runs} runs\n{MACHINE}\n"
    store, back = str(folder / "store"), str(folder / "back")
    backup = ("backup", str(dataset), "--owner", "bench", "--store", store)
    restore = ("restore", "bench/large", "--store", store, "--output", back)
    with _serving(content) as url:
        commands = {
            "python: read, hash, write": [*PYTHON, "-c", PEER, str(content), str(folder / "copy")],
            "python: read, hash, write, copy": [
                *PYTHON, "-c", PEER, str(content), str(folder / "copy"), str(folder / "second"),
            ],
            "osds fetch, from the clone": [*PYTHON, "-c", FETCH, str(dataset)],
            "osds fetch, over http": [*PYTHON, "-c", FETCH, str(dataset), f"{url}/os-data/large"],
            "osds backup, to a folder": [*PYTHON, "-c", ANEW, store, *backup],
            "osds restore, from a folder": [*PYTHON, "-c", ANEW, back, *restore],
        }  # fmt: skip
        measured = measure(commands, runs=options.runs, cwd=folder)
    yield from table(measured)
    yield ""
    for name, measurements in measured.items():
        yield f"{name}: {options.megabytes / median(measurements):,.0f} MB/s"


def _write_dataset(folder: Path, megabytes: int) -> tuple[Path, Path]:
    """A dataset with one pointer, in a repository whose git-lfs store has the content; both paths."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    path, digest = folder / "content", hashlib.sha256()
    chance = random.Random(1)
    with path.open("wb") as file:
        for _ in range(megabytes):
            block = chance.randbytes(MB)
            digest.update(block)
            file.write(block)
    oid = digest.hexdigest()
    content = folder / ".git" / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    content.parent.mkdir(parents=True)
    path.rename(content)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {megabytes * MB}\n"
    (folder / "pointer").write_text(pointer)
    package = {"name": "large", "resources": [{"name": "large", "path": "large.csv"}]}
    (folder / "datapackage.json").write_text(json.dumps(package))
    (folder / "large.csv").write_text(pointer)
    git = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-C", str(folder)]
    subprocess.run([*git, "add", "datapackage.json", "large.csv"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Bench"], check=True)
    return folder, content


@contextmanager
def _serving(content: Path) -> Iterator[str]:
    """The address of a git-lfs server that has the content, in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(content, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def _serve(content: Path, told: Connection) -> None:
    from tests.edges.lfs_server import running_lfs

    with running_lfs() as server, content.open("rb") as file:
        # Mapped and not read: it takes part in the server's slices as if it were bytes.
        server.objects[content.name] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[assignment]
        told.send(server.url)
        told.recv()
