"""Some files of a commit, written as they are: real repositories, hostile ones among them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from osds.edges.git.files import write_files
from osds.edges.git.mirror import GoneError, Mirror, Upstream, open_mirror
from osds.errors import OutsideError, UnsafeInputError
from tests.edges.git_backend import GIT, git, make_bare

FILES = {"datapackage.json": b"{}", "data/lines.csv": b"a\r\nb\n", "other.bin": b"\0" * 1000}


@pytest.fixture(autouse=True)
def nobodys_home(home: Path) -> None:
    """Nobody's git configuration."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with open_mirror(10_000_000) as mirror:
        yield mirror


def fetched(mirror: Mirror, folder: Path) -> str:
    upstream = Upstream(url=str(folder))
    return mirror.fetch_head(upstream, mirror.look(upstream))


def written(mirror: Mirror, commit: str, paths: tuple[str, ...], target: Path, limit: int = 10_000) -> dict[str, bytes]:
    target.mkdir()
    write_files(mirror.git, commit, paths, target, limit)
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def fast_import(folder: Path, lines: bytes) -> None:
    git(folder.parent, "init", "--quiet", "--bare", "--template=", folder.name)
    head = b"commit refs/heads/main\ncommitter Keeper <keeper@example.org> 1700000000 +0000\ndata 6\nBegin\n"
    subprocess.run([*GIT, "-C", str(folder), "fast-import", "--quiet"], input=head + lines, check=True)


def inline(files: Mapping[str, tuple[str, bytes]]) -> bytes:
    return b"".join(
        b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), path.encode(), len(content), content)
        for path, (mode, content) in files.items()
    )


def test_files__those_asked_for_byte_by_byte(mirror: Mirror, tmp_path: Path) -> None:
    make_bare(tmp_path / "source", FILES)
    commit = fetched(mirror, tmp_path / "source")
    assert commit == git(tmp_path / "source", "rev-parse", "main")
    wanted = ("datapackage.json", "data/lines.csv", "not-there.csv", "data")
    assert written(mirror, commit, wanted, tmp_path / "out") == {
        "datapackage.json": b"{}",
        "data/lines.csv": b"a\r\nb\n",
    }


def test_files__only_the_newest_commit_comes(mirror: Mirror, tmp_path: Path) -> None:
    make_bare(tmp_path / "source", FILES)
    lines = b"commit refs/heads/main\ncommitter K <k@example.org> 1800000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n"
    lines += b"D other.bin\n"
    subprocess.run([*GIT, "-C", str(tmp_path / "source"), "fast-import", "--quiet"], input=lines, check=True)
    fetched(mirror, tmp_path / "source")
    assert mirror.git.output("rev-list", "--count", "refs/osds/head").text == "1"
    assert "blob 1000" not in mirror.git.output("cat-file", "--batch-all-objects", "--batch-check").text


def test_files__no_attribute_has_a_say(mirror: Mirror, tmp_path: Path) -> None:
    attributes = b"*.csv filter=evil text eol=crlf working-tree-encoding=UTF-16 ident\n"
    make_bare(tmp_path / "source", {".gitattributes": attributes, "a.csv": b"$Id$\n"})
    commit = fetched(mirror, tmp_path / "source")
    assert written(mirror, commit, ("a.csv", ".gitattributes"), tmp_path / "out")["a.csv"] == b"$Id$\n"


def test_files__links_and_submodules_are_not_there(mirror: Mirror, tmp_path: Path) -> None:
    links = {"link.csv": ("120000", b"/etc/passwd"), "up": ("120000", b"../.."), "run.csv": ("100755", b"x")}
    sub = b"M 160000 %s sub\n" % (b"a" * 40)
    fast_import(tmp_path / "source", inline(links) + sub)
    commit = fetched(mirror, tmp_path / "source")
    wanted = ("link.csv", "up", "up/etc/passwd", "sub", "sub/x", "run.csv")
    assert written(mirror, commit, wanted, tmp_path / "out") == {"run.csv": b"x"}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["run.csv"]


@pytest.mark.parametrize("path", ["*", ":(glob)**", ":/other.bin", "data/*", "--output=x", "[a-z].csv", "émile.csv"])
def test_files__a_path_means_itself(mirror: Mirror, tmp_path: Path, path: str) -> None:
    make_bare(tmp_path / "source", {**FILES, path.replace(":/", ":"): b"itself"})
    commit = fetched(mirror, tmp_path / "source")
    assert written(mirror, commit, (path,), tmp_path / "out") in ({path: b"itself"}, {})
    assert not (tmp_path / "out" / "other.bin").exists()


def test_files__larger_than_allowed_are_not_written(mirror: Mirror, tmp_path: Path) -> None:
    make_bare(tmp_path / "source", {"a.csv": b"0" * 1_000_000})  # a thousand bytes, as git packs it
    commit = fetched(mirror, tmp_path / "source")
    with pytest.raises(UnsafeInputError, match="1,000,000 bytes, more than 999,999"):
        written(mirror, commit, ("a.csv",), tmp_path / "out", limit=999_999)
    assert list((tmp_path / "out").iterdir()) == []


def test_files__a_tree_that_unfolds_into_billions_is_not_unfolded(mirror: Mirror, tmp_path: Path) -> None:
    """The bomb of https://kate.io/blog/git-bomb/: ten levels of ten times the same folder."""
    source = tmp_path / "source"
    make_bare(source, FILES)
    tree = git(source, "rev-parse", "main^{tree}")
    for _ in range(10):
        listed = "\n".join(f"040000 tree {tree}\td{n}" for n in range(10)).encode()
        made = subprocess.run([*GIT, "-C", str(source), "mktree"], input=listed, capture_output=True, check=True)
        tree = made.stdout.decode().strip()
    bomb = git(source, "rev-parse", "main:datapackage.json")
    listed = f"040000 tree {tree}\tbomb\n100644 blob {bomb}\tdatapackage.json".encode()
    top = subprocess.run([*GIT, "-C", str(source), "mktree"], input=listed, capture_output=True, check=True)
    commit = git(source, "commit-tree", "-m", "boom", top.stdout.decode().strip())
    git(source, "update-ref", "refs/heads/main", commit)
    fetched(mirror, source)
    wanted = ("datapackage.json", "bomb", "bomb/d0")
    assert written(mirror, commit, wanted, tmp_path / "out") == {"datapackage.json": b"{}"}


def test_fetch_head__larger_than_allowed(tmp_path: Path) -> None:
    import random

    make_bare(tmp_path / "source", {"a.bin": random.Random(1).randbytes(3_000_000)})
    with open_mirror(1_000_000) as mirror, pytest.raises(UnsafeInputError, match="more than 1,000,000 bytes"):
        fetched(mirror, tmp_path / "source")


def test_fetch_head__nobody_is_there(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(GoneError):
        fetched(mirror, tmp_path / "nothing")


def test_fetch_head__the_branch_has_gone_meanwhile(mirror: Mirror, tmp_path: Path) -> None:
    make_bare(tmp_path / "source", FILES)
    upstream = Upstream(url=str(tmp_path / "source"))
    seen = mirror.look(upstream)
    git(tmp_path / "source", "update-ref", "-d", "refs/heads/main")
    with pytest.raises(OutsideError):
        mirror.fetch_head(upstream, seen)
