"""What differs between two commits, as git's objects say: the pull requests that are not about rows."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from osds.edges.git.git import Git
from osds.edges.git.trees import MAX_TREE_CHANGES, find_commit, lfs_paths, merge_base, modes, tree_changes
from osds.registry.asking import judge_tree
from tests.edges.git_backend import GIT, git, make_bare

FILES = {"data/catalog.csv": b"url,name,owner,core\n", "osds.yml": b"title: Ours\n", "README.md": b"x\n"}
CANARY = "the canary that nobody may read"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry, bare."""
    make_bare(tmp_path / "registry.git", FILES)
    return tmp_path / "registry.git"


def head(folder: Path, commands: str) -> str:
    """The commit that git fast-import makes of these commands on top of main."""
    start = "commit refs/heads/asked\ncommitter M <m@example.org> 1700000001 +0000\ndata 1\nx\nfrom refs/heads/main\n"
    subprocess.run([*GIT, "-C", str(folder), "fast-import", "--quiet"], input=(start + commands).encode(), check=True)
    return git(folder, "rev-parse", "asked")


def put(path: str, content: str, mode: str = "100644") -> str:
    return f"M {mode} inline {path}\ndata {len(content)}\n{content}\n"


ROW = put("data/catalog.csv", "url,name,owner,core\nhttps://github.com/a/b,b,a,\n")
COMMIT = "1" * 40


@pytest.mark.parametrize(
    ("commands", "codes"),
    [
        (ROW, []),
        ("", ["nothing-asked"]),
        (ROW + put("README.md", "y"), ["other-files"]),
        (ROW + put(".github/workflows/registry-check.yml", "on: push"), ["other-files"]),
        (ROW + put("osds.yml", "waiting-hours: 0"), ["other-files"]),
        (ROW + put("data/changes.csv", "x"), ["other-files"]),
        (put("README.md", "y"), ["other-files"]),
        (put("data/catalog.csv", "x", "100755"), ["file-mode"]),
        (put("data/catalog.csv", "/etc/passwd", "120000"), ["file-kind"]),
        (f"M 160000 {COMMIT} data/catalog.csv\n", ["file-kind"]),
        (f"{ROW}M 160000 {COMMIT} vendor\n", ["other-files"]),
        (ROW + put(".gitmodules", '[submodule "x"]\n\turl = ext::sh -c id\n'), ["other-files"]),
        (ROW + put(".gitattributes", "*.csv filter=evil diff=evil\n"), ["other-files"]),
        ("D data/catalog.csv\n", ["catalog-gone"]),
        ("R data/catalog.csv data/list.csv\n", ["other-files", "catalog-gone"]),
        ("C data/catalog.csv data/list.csv\n" + ROW, ["other-files"]),
        ("D data/catalog.csv\n" + put("data/catalog.csv/x", "y"), ["other-files", "catalog-gone"]),
        (ROW + put("data/Catalog.csv", "x"), ["other-files"]),
        (ROW + "".join(put(f"f{n}", "x") for n in range(1500)), ["other-files"]),
        (ROW + put('"a\\nb"', "x"), ["other-files"]),
        (ROW + put("--upload-pack=x", "x"), ["other-files"]),
    ],
)
def test_tree_changes__only_the_rows_of_the_catalog_may_differ(folder: Path, commands: str, codes: list[str]) -> None:
    repository = Git(folder=folder)
    changes = tree_changes(repository, git(folder, "rev-parse", "main"), head(folder, commands))
    assert [reason.kind.code for reason in judge_tree(changes)] == codes
    assert len(changes) <= MAX_TREE_CHANGES


def test_tree_changes__names_with_line_ends_are_one_name(folder: Path) -> None:
    found = tree_changes(Git(folder=folder), git(folder, "rev-parse", "main"), head(folder, put('"a\\nb\\tc"', "x")))
    assert [change.path for change in found] == ["a\nb\tc"]


def test_merge_base__is_where_the_request_left(folder: Path) -> None:
    base = git(folder, "rev-parse", "main")
    asked = head(folder, ROW)
    tree = git(folder, "rev-parse", "main^{tree}")
    later = git(folder, "commit-tree", tree, "-p", base, "-m", "x")
    assert merge_base(Git(folder=folder), later, asked) == base
    stranger = git(folder, "commit-tree", tree, "-m", "x")
    assert merge_base(Git(folder=folder), later, stranger) is None


@pytest.mark.parametrize("revision", ["", "nowhere", "--all", "--output=x", "main:osds.yml", "a b", "HEAD@{9}", "-h"])
def test_find_commit__what_names_no_commit_is_none(folder: Path, revision: str) -> None:
    assert find_commit(Git(folder=folder), revision) is None


def test_find_commit__names_commits(folder: Path) -> None:
    tip = git(folder, "rev-parse", "main")
    assert {find_commit(Git(folder=folder), name) for name in ("main", tip, tip[:10], "refs/heads/main")} == {tip}


def test_modes__of_paths_that_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "x.git"
    make_bare(folder, {"data/a.csv": b"", "*.csv": b""})
    repository = Git(folder=folder)
    found = modes(repository, "main", ["data/a.csv", "*.csv", "none"])
    assert found == {"data/a.csv": "100644", "*.csv": "100644"}
    assert modes(repository, "main", ["data"]) == {"data": "040000"}


def test_lfs_paths__follow_the_attributes_of_the_commit(tmp_path: Path) -> None:
    folder = tmp_path / "x.git"
    rules = b"*.csv filter=lfs diff=lfs -text\nplain.csv !filter\n"
    make_bare(folder, {".gitattributes": rules, "data/.gitattributes": b"small.csv -filter\n", "data/a.csv": b""})
    asked = ["data/a.csv", "data/new.csv", "data/small.csv", "plain.csv", "datapackage.json", "b c\n.csv"]
    assert lfs_paths(Git(folder=folder), "main", asked) == ("data/a.csv", "data/new.csv", "b c\n.csv")
