"""A registry as a git repository: in a folder, and over smart HTTP with a token. Objects, branches, the view."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from osds.edges.git.git import Git, Remote
from osds.edges.git.objects import OSDS, Author, Identity, identity, read_file, write_commit
from osds.edges.git.registry import LocalRegistry, RemoteRegistry, init_repository, open_registry, open_remote
from osds.errors import OutsideError, UnsafeInputError, UsageError
from tests.edges.git_backend import fake_git, git, tip
from tests.edges.http_faults import Fault, answer_with, drop_after, hang_up_after
from tests.forge.plan import hang_up_before
from tests.forge.state import Forge

pytestmark = pytest.mark.usefixtures("home")

FILES = {"data/catalog.csv": b"url,name,owner,core\n", "README.md": b"# Registry\n"}
AUTHOR = Author(identity=OSDS, time=datetime(2026, 1, 31, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local registry with a work tree and one commit, for all tests to copy."""
    made = tmp_path_factory.mktemp("begun")
    init_repository(made, FILES, "Begin\n", AUTHOR)
    return made


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    """A local registry with a work tree and one commit."""
    return Path(shutil.copytree(begun, tmp_path / "registry"))


def test_identity__the_persons_own_or_osds(tmp_path: Path, home: Path) -> None:
    assert identity(tmp_path) == OSDS
    (home / ".gitconfig").write_text('[user]\n\tname = "Alice <3 data"\n\temail = alice@example.org\n')
    assert identity(tmp_path) == Identity(name="Alice 3 data", email="alice@example.org")


def test_write_commit__changes_these_files_only(folder: Path) -> None:
    registry = Git(folder=folder)
    parent = tip(folder, "main")
    new = write_commit(registry, parent, {"data/catalog.csv": b"a\r\n", "data/new.csv": b""}, "Über\n\nbody\n", AUTHOR)
    assert git(folder, "diff-tree", "-r", "--name-status", str(parent), new) == "M\tdata/catalog.csv\nA\tdata/new.csv"
    assert read_file(registry, new, "data/catalog.csv") == b"a\r\n"
    assert git(folder, "log", "-1", "--format=%an %ae %at %cn %s", new) == (
        "osds osds@users.noreply.github.com 1769860800 osds Über"
    )
    assert tip(folder, "main") == parent
    assert git(folder, "status", "--porcelain") == ""


def test_write_commit__the_same_values_give_the_same_commit(folder: Path) -> None:
    registry = Git(folder=folder)
    made = {write_commit(registry, tip(folder, "main"), {"a": b"x"}, "m\n", AUTHOR) for _ in range(2)}
    assert len(made) == 1


def test_read_file__only_ordinary_files(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "run").write_text("x")
    (folder / "run").chmod(0o755)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    registry = Git(folder=folder)
    assert read_file(registry, "HEAD", "nowhere") is None
    assert read_file(registry, "HEAD", "run") == b"x"
    for path in ("link", "data"):
        with pytest.raises(UnsafeInputError, match="not an ordinary file"):
            read_file(registry, "HEAD", path)
    kept = write_commit(registry, "HEAD", {"run": b"y"}, "m\n", AUTHOR)
    assert git(folder, "ls-tree", kept, "run").startswith("100755 ")


@pytest.mark.parametrize("bare", [True, False])
def test_local__commit_and_compare_and_set(folder: Path, tmp_path: Path, bare: bool) -> None:
    if bare:
        git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
        folder = tmp_path / "bare.git"
    with open_registry(folder) as registry:
        assert registry.branch == "main"
        assert registry.read("data/catalog.csv") == FILES["data/catalog.csv"]
        assert registry.read("data/changes.csv") is None
        old = registry.tip
        new = registry.commit({"data/catalog.csv": b"new\n"}, "m\n", AUTHOR)
        assert registry.compare_and_set("main", new, old)
        assert registry.compare_and_set("main", new, old), "a repetition looks and finds it done"
        other = registry.commit({"data/catalog.csv": b"other\n"}, "m\n", AUTHOR)
        assert not registry.compare_and_set("main", other, old)
        assert registry.compare_and_set("side", other, None)
        assert not registry.compare_and_set("side", new, None)
        assert registry.bring_along(old)
    assert tip(folder, "main") == new
    if not bare:
        assert (folder / "data/catalog.csv").read_bytes() == b"new\n"
        assert git(folder, "status", "--porcelain") == ""
    git(folder, "fsck", "--strict")


def test_local__refuses_what_is_no_registry(tmp_path: Path) -> None:
    def refused(said: str) -> None:
        with pytest.raises(UsageError, match=said), open_registry(tmp_path):
            pass

    refused("is not a git repository")
    git(tmp_path, "init", "--quiet")
    refused("has no commit")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "x")
    git(tmp_path, "checkout", "--quiet", "--detach")
    refused("is not on a branch")
    (tmp_path / "below").mkdir()
    with pytest.raises(UsageError, match="is not a git repository"), open_registry(tmp_path / "below"):
        pass


def test_local__a_lock_left_behind_is_named(folder: Path) -> None:
    with open_registry(folder) as registry:
        new = registry.commit({"a": b"x"}, "m\n", AUTHOR)
        lock = folder / ".git/refs/heads/main.lock"
        lock.touch()
        hurried = Git(folder=folder, options=("core.filesRefLockTimeout=50",))
        with pytest.raises(OutsideError, match=r"main\.lock.*delete the lock file"):
            LocalRegistry(hurried, "main", registry.tip).compare_and_set("main", new, registry.tip)
        lock.unlink()
        assert registry.compare_and_set("main", new, registry.tip)


def moved(folder: Path, content: bytes = b"new\n") -> str:
    """The branch moved, the work tree not: what a run leaves that was killed in between. The commit before."""
    with open_registry(folder) as registry:
        new = registry.commit({"data/catalog.csv": content, "data/changes.csv": content}, "m\n", AUTHOR)
        assert registry.compare_and_set("main", new, registry.tip)
        return registry.tip


def follow(folder: Path, since: str | None = None) -> bool:
    with open_registry(folder) as registry:
        return registry.bring_along(since)


def test_bring_along__heals_what_killed_runs_left(folder: Path) -> None:
    for content in (b"1\n", b"2\n", b"3\n"):
        moved(folder, content)
    assert git(folder, "status", "--porcelain") != ""
    assert follow(folder)
    assert git(folder, "status", "--porcelain") == ""
    assert (folder / "data/changes.csv").read_bytes() == b"3\n"


def test_bring_along__a_touched_file_is_not_an_edit(folder: Path) -> None:
    moved(folder)
    os.utime(folder / "data/catalog.csv", (1, 1))
    assert follow(folder)
    assert git(folder, "status", "--porcelain") == ""


def test_bring_along__never_moves_over_an_edit(folder: Path) -> None:
    since = moved(folder)
    (folder / "data/catalog.csv").write_bytes(b"mine\n")
    for _ in range(2):
        assert not follow(folder, since)
        assert not follow(folder)
        assert (folder / "data/catalog.csv").read_bytes() == b"mine\n"
        assert not (folder / "data/changes.csv").exists()


def test_bring_along__never_moves_over_an_untracked_file(folder: Path) -> None:
    since = moved(folder)
    (folder / "data/changes.csv").write_bytes(b"mine\n")
    assert not follow(folder, since)
    assert (folder / "data/changes.csv").read_bytes() == b"mine\n"


def test_bring_along__keeps_edits_elsewhere(folder: Path) -> None:
    (folder / "README.md").write_bytes(b"mine\n")
    (folder / "staged").write_bytes(b"mine too\n")
    git(folder, "add", "staged")
    assert follow(folder, moved(folder))
    assert (folder / "data/catalog.csv").read_bytes() == b"new\n"
    assert git(folder, "status", "--porcelain").split("\n") == [" M README.md", "A  staged"]


def test_bring_along__staged_edits_alone_are_nothing_to_heal(folder: Path) -> None:
    (folder / "data/catalog.csv").write_bytes(b"mine\n")
    git(folder, "add", "--all")
    before = git(folder, "status", "--porcelain")
    assert follow(folder)
    assert git(folder, "status", "--porcelain") == before


def test_init_repository__takes_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    commit = init_repository(tmp_path, FILES, "Begin\n", AUTHOR)
    assert tip(tmp_path, "trunk") == commit
    assert git(tmp_path, "status", "--porcelain") == ""
    with pytest.raises(OutsideError):
        init_repository(tmp_path, FILES, "Again\n", AUTHOR)


# --- a registry elsewhere ------------------------------------------------------------------------------------------


def test_remote__read_commit_and_push_with_a_token(github: Forge, tmp_path: Path) -> None:
    repository = github.add("os-team/registry", FILES, writers={"keeper"})
    repository.private = True
    url = f"{github.url}/os-team/registry.git"
    with open_registry(url, token="keeper-token") as registry:
        old = registry.tip
        assert (registry.branch, old) == ("main", tip(repository.folder, "main"))
        assert registry.read("README.md") == FILES["README.md"]
        new = registry.commit({"data/catalog.csv": b"new\n"}, "m\n", AUTHOR)
        assert registry.compare_and_set("main", new, old)
        assert tip(repository.folder, "main") == new
        assert registry.compare_and_set("main", new, old), "a repetition looks and finds it done"
        other = registry.commit({"data/catalog.csv": b"other\n"}, "m\n", AUTHOR)
        assert not registry.compare_and_set("main", other, old)
        assert registry.compare_and_set("osds/register/a/b", other, None)
        registry.refresh()
        assert registry.tip == new
        config = (registry.git.folder / "config").read_text()
        assert "keeper" not in config
        assert github.url not in config
    assert not registry.git.folder.exists()
    git(repository.folder, "fsck", "--strict")


@pytest.mark.parametrize("fault", [drop_after, hang_up_after])
def test_remote__an_unclear_push_is_looked_at(github: Forge, fault: Fault) -> None:
    repository = github.add("os-team/registry", FILES, writers={"keeper"})
    github.faults[("POST", "/git-receive-pack")] = [fault]
    with open_registry(f"{github.url}/os-team/registry", token="keeper-token") as registry:
        new = registry.commit({"a": b"x"}, "m\n", AUTHOR)
        assert registry.compare_and_set("main", new, registry.tip)
    assert tip(repository.folder, "main") == new


def test_remote__what_fails_in_passing_is_tried_again(github: Forge) -> None:
    repository = github.add("os-team/registry", FILES, writers={"keeper"})
    github.faults[("GET", "/info/refs")] = [answer_with(502, "bad gateway"), hang_up_before]
    github.faults[("POST", "/git-receive-pack")] = [answer_with(503, "busy"), drop_after]
    remote = Remote(url=f"{github.url}/os-team/registry", token="keeper-token", timer=github.timer)
    with open_remote(remote, branch="main") as registry:
        new = registry.commit({"a": b"x"}, "m\n", AUTHOR)
        assert registry.compare_and_set("main", new, registry.tip)
    assert tip(repository.folder, "main") == new
    assert github.timer.slept == [0.5, 2.0, 0.5, 2.0]


def test_remote__a_push_that_failed_without_effect_is_an_error(github: Forge) -> None:
    github.add("os-team/registry", FILES, writers={"keeper"})
    github.faults[("POST", "/git-receive-pack")] = [answer_with(503, "busy")] * 3
    with open_registry(f"{github.url}/os-team/registry", token="keeper-token") as registry:
        new = registry.commit({"a": b"x"}, "m\n", AUTHOR)
        with pytest.raises(OutsideError, match="503"):
            registry.compare_and_set("main", new, registry.tip)


@pytest.mark.parametrize(
    ("token", "said"),
    [("bad-token", "token"), (None, "OSDS_TOKEN"), ("alice-token", "403.*write access")],
)
def test_remote__a_push_without_right_says_what_is_missing(github: Forge, token: str | None, said: str) -> None:
    github.add("os-team/registry", FILES, writers={"keeper"})
    url = f"{github.url}/os-team/registry"
    with pytest.raises(OutsideError, match=said) as failure, open_registry(url, token=token) as registry:
        registry.compare_and_set("main", registry.commit({"a": b"x"}, "m\n", AUTHOR), registry.tip)
    assert token is None or token not in str(failure.value)


def test_remote__nothing_there(github: Forge, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="asks for a login"), open_registry(f"{github.url}/os-team/nowhere"):
        pass
    nowhere = open_registry(f"{github.url}/os-team/nowhere", token="keeper-token")
    with pytest.raises(OutsideError, match="not found"), nowhere:
        pass
    github.add("os-team/empty", {"a": b""})
    folder = github.repositories["os-team/empty"].folder
    git(folder, "update-ref", "-d", "refs/heads/main")
    with pytest.raises(UsageError, match="has no commit"), open_registry(f"{github.url}/os-team/empty"):
        pass


def test_remote__the_token_does_not_follow_a_redirect(github: Forge, tmp_path: Path) -> None:
    github.add("os-team/registry", FILES)
    elsewhere = f"{github.url.replace('127.0.0.1', 'localhost')}/evil/registry"
    moved_to = {"Location": f"{elsewhere}/info/refs?service=git-upload-pack"}
    github.faults[("GET", "os-team/registry/info/refs")] = [answer_with(301, "moved", moved_to)]
    url = f"{github.url}/os-team/registry"
    with pytest.raises(OutsideError, match="has moved"), open_registry(url, token="keeper-token"):
        pass
    assert not [r for r in github.requests if r.path.startswith("/evil")]


def test_remote__the_token_is_in_no_argument(github: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    github.add("os-team/registry", FILES, writers={"keeper"})
    log = tmp_path / "argv"
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    fake_git(tmp_path, monkeypatch, f'for a in "$@"; do printf "%s\\n" "$a" >> {log}; done; exec {real} "$@"')
    with open_registry(f"{github.url}/os-team/registry", token="keeper-token") as registry:
        assert isinstance(registry, RemoteRegistry)
        assert registry.compare_and_set("main", registry.commit({"a": b"x"}, "m\n", AUTHOR), registry.tip)
    assert "push" in log.read_text().split("\n")
    assert "keeper-token" not in log.read_text()
    assert "Authorization" not in log.read_text()
    sent = [r.authorization for r in github.requests]
    assert all(value.startswith("Basic ") for value in sent), json.dumps(sent)


def test_compare_and_set__refuses_names_that_git_would_read_otherwise(folder: Path) -> None:
    with open_registry(folder) as registry:
        for branch in ("", "-d", "a..b", "a b", "a:b", "a\nb", "a~1", "a^", "x" * 300, "a@{1}", "*"):
            with pytest.raises(UsageError):
                registry.compare_and_set(branch, registry.tip, None)
        for commit in ("HEAD", "", "-x", "a" * 39, "A" * 40, "--force"):
            with pytest.raises(OutsideError):
                registry.compare_and_set("main", commit, registry.tip)
