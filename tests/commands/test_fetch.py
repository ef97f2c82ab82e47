"""`osds fetch`: pointers of a clone become files, without git-lfs, and never half a file."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.cli import run
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.commands.dataset.run_fetch import run_fetch
from osds.dataset.lfs import Pointer
from osds.edges.web.https import Reach
from osds.edges.web.waiting import Waits
from osds.errors import OutsideError
from osds.session import open_session
from osds.settings import Settings
from tests.edges.git_backend import git
from tests.edges.lfs_repository import clone_of_pointers, commit_files, git_lfs, linked_to, needs_git_lfs
from tests.edges.lfs_server import LfsDouble, running_lfs
from tests.samples import ROWS, SCHEMA, descriptor
from tests.store.s3_faults import Fault, always, in_turn

PACKAGE = json.dumps(descriptor(resources=[{"name": "budget", "path": "data/budget.csv", "schema": SCHEMA}])).encode()
FILES = {"datapackage.json": PACKAGE, "data/budget.csv": ROWS.encode()}


def access(**more: object) -> LfsAccess:
    return LfsAccess(reach=Reach(loopback=True, silence=5), waits=Waits(budget=30, scale=0.001), **more)  # type: ignore[arg-type]


def pointer_text(content: bytes) -> bytes:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


@pytest.fixture
def server() -> Iterator[LfsDouble]:
    with running_lfs() as double:
        yield double


def write_dataset(folder: Path, server: LfsDouble, contents: dict[str, bytes]) -> Path:
    """A dataset of pointers; what they stand for is at the server."""
    folder.mkdir()
    resources = [{"name": Path(name).stem, "path": name, "schema": SCHEMA} for name in contents]
    (folder / "datapackage.json").write_text(json.dumps(descriptor(resources=resources)))
    for name, content in contents.items():
        (folder / name).write_bytes(pointer_text(content))
        server.objects[hashlib.sha256(content).hexdigest()] = content
    return folder


def fetch(folder: Path, server: LfsDouble, **options: bool) -> int:
    settings = Settings(url=server.repository())
    return run_fetch(
        open_session({}, as_json=False), folder, settings, **{"dry_run": False, **options}, access=access()
    )


@needs_git_lfs
@pytest.mark.parametrize("kind", ["bare", "work tree", "linked"])
def test_fetch__from_a_repository_on_this_machine(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    source = tmp_path / "source"
    commit_files(source, FILES)
    remote = source
    if kind == "bare":
        remote = tmp_path / "remote.git"
        git(tmp_path, "clone", "--quiet", "--bare", str(source), remote.name)
        git(source, "remote", "add", "origin", remote.as_uri())
        git_lfs(source, "lfs", "push", "--all", "origin")
    clone = clone_of_pointers(remote.as_uri(), tmp_path / "clone")
    if kind == "linked":
        clone = linked_to(clone, tmp_path / "linked")
    assert run(["validate", str(clone)]) == 1
    assert "Run `osds fetch`" in capsys.readouterr().out
    assert run(["fetch", str(clone)]) == 0
    assert capsys.readouterr().out == f"Fetched data/budget.csv ({len(ROWS)} bytes)\n"
    assert (clone / "data/budget.csv").read_text() == ROWS
    assert run(["validate", str(clone)]) == 0
    git_lfs(clone, "add", "--all")  # git looks again at a file of another size
    assert git_lfs(clone, "status", "--porcelain") == ""
    capsys.readouterr()
    assert run(["fetch", str(clone)]) == 0
    assert capsys.readouterr().out == "No git-lfs pointer stands in place of the data: nothing to fetch\n"


def test_fetch__from_a_server(tmp_path: Path, server: LfsDouble, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n", "b.csv": b"bb\n"})
    (folder / "a.csv").chmod(0o600)
    assert fetch(folder, server, dry_run=True) == 0
    assert capsys.readouterr().out == "Would fetch a.csv (2 bytes)\nWould fetch b.csv (3 bytes)\n"
    assert server.heard == []
    assert fetch(folder, server) == 0
    assert capsys.readouterr().out == "Fetched a.csv (2 bytes)\nFetched b.csv (3 bytes)\n"
    assert {p.name: p.read_bytes() for p in folder.glob("*.csv")} == {"a.csv": b"a\n", "b.csv": b"bb\n"}
    assert (folder / "a.csv").stat().st_mode & 0o777 == 0o600
    assert len(server.asked("POST")) == 1


def test_fetch__never_from_where_the_dataset_says(tmp_path: Path, server: LfsDouble) -> None:
    with running_lfs() as other:
        folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n"})
        git(folder, "init", "--quiet")
        (folder / ".lfsconfig").write_text(f"[lfs]\n\turl = {other.repository()}.git/info/lfs\n")
        git(folder, "config", "lfs.url", f"{other.repository()}.git/info/lfs")
        assert fetch(folder, server) == 0
        assert other.heard == []


def test_fetch__loopback_is_refused_on_the_command_line(
    tmp_path: Path, server: LfsDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n"})
    for url in (server.repository(), server.repository().replace("http", "https"), "https://localhost/a/b"):
        assert run(["fetch", str(folder), "--url", url]) == 3
        assert "is not asked" in capsys.readouterr().err
    assert server.heard == []
    assert (folder / "a.csv").read_bytes() == pointer_text(b"a\n")


def test_fetch__one_that_fails_does_not_stop_the_others(
    tmp_path: Path, server: LfsDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = {"a.csv": b"a\n", "b.csv": b"bb\n", "c.csv": b"c\n"}
    folder = write_dataset(tmp_path / "dataset", server, contents)
    del server.objects[hashlib.sha256(b"bb\n").hexdigest()]
    with pytest.raises(
        OutsideError, match=r"b\.csv was not fetched: .* does not have .*1 of 3 files are still pointers"
    ):
        fetch(folder, server)
    assert capsys.readouterr().out == "Fetched a.csv (2 bytes)\nFetched c.csv (2 bytes)\n"
    assert sorted(p.name for p in folder.iterdir()) == ["a.csv", "b.csv", "c.csv", "datapackage.json"]
    assert (folder / "b.csv").read_bytes() == pointer_text(b"bb\n")


def test_fetch__a_spent_quota_ends_it(tmp_path: Path, server: LfsDouble) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n", "b.csv": b"bb\n"})
    server.refusal = (403, "This repository is over its data quota. Purchase more data packs to restore access.")
    with pytest.raises(OutsideError, match="quota of the repository is spent"):
        fetch(folder, server)
    assert len(server.heard) == 1


@pytest.mark.parametrize("fault", [Fault(flip=True), Fault(after_bytes=1), Fault(status=500)])
def test_fetch__leaves_the_pointer_where_it_fails(tmp_path: Path, server: LfsDouble, fault: Fault) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"amount\n"})
    server.plan = always(fault, where=lambda asked: asked.key.startswith("/storage"))
    with pytest.raises(OutsideError, match=r"a\.csv was not fetched"):
        run_fetch(
            open_session({}, as_json=False),
            folder,
            Settings(url=server.repository()),
            dry_run=False,
            access=LfsAccess(reach=Reach(loopback=True), waits=Waits(budget=0.0)),
        )
    assert (folder / "a.csv").read_bytes() == pointer_text(b"amount\n")
    assert sorted(p.name for p in folder.iterdir()) == ["a.csv", "datapackage.json"]


def test_fetch__more_than_allowed(tmp_path: Path, server: LfsDouble, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n"})
    (folder / "a.csv").write_bytes(pointer_text(b"a\n").replace(b"size 2", b"size 20000000001"))
    assert run(["fetch", str(folder)]) == 3
    assert capsys.readouterr().err == (
        "osds: The data has 20,000,000,001 bytes, more than 20,000,000,000. Allow more with --max-size, "
        "for instance 50GB\n"
    )


def test_fetch__nobody_knows_the_repository(
    tmp_path: Path, server: LfsDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n"})
    assert run(["fetch", str(folder)]) == 4
    assert "give the repository's address with --url" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"resources": [1]}', b"{"])
def test_fetch__no_descriptor_to_go_by(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (tmp_path / "datapackage.json").write_bytes(content)
    assert run(["fetch", str(tmp_path)]) == 2
    assert "osds validate" in capsys.readouterr().err


def test_fetch__a_link_is_no_pointer(tmp_path: Path, server: LfsDouble) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n"})
    (folder / "a.csv").rename(tmp_path / "outside.csv")
    (folder / "a.csv").symlink_to(tmp_path / "outside.csv")
    assert fetch(folder, server) == 0
    assert (tmp_path / "outside.csv").read_bytes() == pointer_text(b"a\n")


def test_fetch__a_token_only_for_the_host_it_is_for(tmp_path: Path, server: LfsDouble) -> None:
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": b"a\n"})
    for known, said in (("https://github.com", False), (server.url, True)):
        server.heard.clear()
        source = lfs_sources(folder, server.repository(), access(token="secret", server_url=known))
        assert b"".join(source.open(Pointer(oid=hashlib.sha256(b"a\n").hexdigest(), size=2))) == b"a\n"
        assert [("Authorization" in heard.headers) for heard in server.heard] == [said, said]


SCRIPT = """
import sys
from pathlib import Path
from osds.commands.dataset.fetch import fetch, find_pointers
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.edges.web.https import Reach
from osds.progress import Silent
folder = Path(sys.argv[1])
source = lfs_sources(folder, sys.argv[2], LfsAccess(reach=Reach(loopback=True)))
print([each.failure for each in fetch(folder, find_pointers(folder), source, Silent())])
"""


def test_fetch__killed_in_the_middle(tmp_path: Path, server: LfsDouble) -> None:
    content = bytes(300_000)
    folder = write_dataset(tmp_path / "dataset", server, {"a.csv": content})
    server.plan = in_turn(Fault(pause=0.01), where=lambda asked: asked.key.startswith("/storage"))
    command = [sys.executable, "-c", SCRIPT, str(folder), server.repository()]
    process = subprocess.Popen(command)
    while not any(path.stat().st_size > 0 for path in folder.glob(".a.csv.osds-new-*")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / "a.csv").read_bytes() == pointer_text(content)
    subprocess.run(command, check=True)
    assert (folder / "a.csv").read_bytes() == content
    assert sorted(p.name for p in folder.iterdir()) == ["a.csv", "datapackage.json"]


@needs_git_lfs
def test_publish__streams_what_pointers_stand_for(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a workflow: one job has the files and sums up, another one has only pointers and publishes."""
    source, store, sums = tmp_path / "source", tmp_path / "store", tmp_path / "sums"
    commit_files(source, FILES)
    clone = clone_of_pointers(source.as_uri(), tmp_path / "clone")
    assert run(["aggregate", str(source), "--output", str(sums)]) == 0
    where = ["--bundle", str(sums), "--store", str(store), "--owner", "os-data", "--publish-data", "all"]
    assert run(["publish", str(clone), *where]) == 0, capsys.readouterr().err
    published = [path.read_text() for path in (store / "datasets").rglob("budget.csv")]
    assert ROWS in published
    assert (clone / "data/budget.csv").read_bytes() == pointer_text(ROWS.encode())
    (source / ".git" / "lfs").rename(tmp_path / "lost")
    (store / "datasets").rename(tmp_path / "first")
    assert run(["publish", str(clone), *where]) == 4
    assert "is not on this machine (looked in" in capsys.readouterr().err
