"""Running git safely, and what it says of a dataset's folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from osds.edges.git.git import Git, Origin, Remote, origin
from osds.errors import OutsideError, UsageError
from tests.edges.git_backend import fake_git, git

pytestmark = pytest.mark.usefixtures("home")


def test_run__the_environment_is_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, "env")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_TRACE", "GIT_CONFIG_PARAMETERS", "GIT_SSH_COMMAND", "LD_PRELOADED"):
        monkeypatch.setenv(name, "hostile")
    seen = dict(line.split("=", 1) for line in Git(folder=tmp_path).run("status").text.split("\n"))
    assert "hostile" not in seen.values()
    assert seen["GIT_TERMINAL_PROMPT"] == "0"
    assert seen["GIT_CONFIG_NOSYSTEM"] == "1"
    assert seen["GIT_CONFIG_GLOBAL"] == os.devnull
    assert seen["LC_ALL"] == "C"


def test_run__without_git_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="Install git"):
        Git(folder=tmp_path).run("status")


def test_run__stops_git_and_its_children_after_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, f"(sleep 0.6; touch {tmp_path}/survived) & wait")
    with pytest.raises(OutsideError, match="longer than"):
        Git(folder=tmp_path).run("fetch", seconds=0.2)
    time.sleep(0.6)
    assert not (tmp_path / "survived").exists()


def test_run__ctrl_c_lets_git_end_its_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, f"touch {tmp_path}/started; sleep 0.6; touch {tmp_path}/written")
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # it may have been ignored here\n"
    code += "from pathlib import Path; from osds.edges.git.git import Git; Git(folder=Path('/')).run('x')"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True)
    while not (tmp_path / "started").exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
    _, error = process.communicate(timeout=10)
    assert b"KeyboardInterrupt" in error
    assert (tmp_path / "written").exists()


def test_output__a_failure_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(OutsideError) as failure:
        Git(folder=tmp_path).output("rev-parse", "--verify", "HEAD\x1b[31m")
    assert "git rev-parse failed: " in str(failure.value)
    assert "\n" not in str(failure.value)
    assert "\x1b" not in str(failure.value)


def test_run__a_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Git(folder=tmp_path).run("rev-parse", "a\x00b")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-u",
        "--upload-pack=touch /tmp/x",
        "ext::sh -c touch% /tmp/x",
        "/srv/registry",
        "file:///srv/registry",
        "git://example.org/r",
        "ftp://example.org/r",
        "http://example.org/r",
        "http://127.0.0.1.evil.example/r",
        "https://user:secret@example.org/r",
        "https://token@example.org/r",
        "https://example.org/r?x=1",
        "https://example.org/r#x",
        "https://-oProxyCommand=x/r",
        "ssh://-oProxyCommand=x/r",
        "ssh://a:b@example.org/r",
        "https://example.org/a b",
        "https://example.org/a\nb",
        "https://example.org/a\x00b",
        "https:///r",
        "https://",
    ],
)
def test_remote__refuses(url: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Remote.parse(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "a\x00", "é", "x" * 1001])
def test_remote__refuses_a_token_that_could_be_two_headers(token: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Remote(url="https://example.org/r", token=token)
    assert not token or token not in str(refusal.value)


def test_remote__the_short_form_of_ssh_and_the_token_stay_apart() -> None:
    remote = Remote.parse("git@github.com:os-team/registry.git", token="hush-hush")
    assert remote.url == "ssh://git@github.com/os-team/registry.git"
    assert remote.host == "github.com"
    assert remote.environment() == {"GIT_ALLOW_PROTOCOL": "ssh"}
    assert "hush" not in repr(remote)


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/alice/budget.git", "https://github.com/alice/budget"),
        ("https://x-access-token:ghs_secret@github.com/alice/budget", "https://github.com/alice/budget"),
        ("git@github.com:alice/budget.git", "https://github.com/alice/budget"),
        ("ssh://git@github.com/alice/budget", "https://github.com/alice/budget"),
        ("../elsewhere", None),
        ("--upload-pack=x", None),
    ],
)
def test_origin__of_a_clone(tmp_path: Path, remote: str, url: str | None) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "x")
    git(tmp_path, "config", "remote.origin.url", remote)
    assert origin(tmp_path) == Origin(url=url, commit=git(tmp_path, "rev-parse", "HEAD"), branch="main")


def test_origin__no_commit_no_remote_no_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert origin(tmp_path) == Origin(url=None, commit=None, branch="main")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "x")
    git(tmp_path, "checkout", "--quiet", "--detach")
    assert origin(tmp_path) == Origin(url=None, commit=git(tmp_path, "rev-parse", "HEAD"), branch=None)


def test_origin__only_the_top_of_a_work_tree(tmp_path: Path) -> None:
    assert origin(tmp_path) is None
    assert origin(tmp_path / "nowhere") is None
    git(tmp_path, "init", "--quiet")
    (tmp_path / "below").mkdir()
    assert origin(tmp_path / "below") is None
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    assert origin(tmp_path / "bare.git") is None
    (tmp_path / "link").symlink_to(tmp_path)
    assert origin(tmp_path / "link") is not None


def test_origin__runs_nothing_that_the_folder_asks_for(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "alias.rev-parse", "core.editor"):
        git(tmp_path, "config", key, f"!touch {tmp_path}/ran; touch {tmp_path}/ran")
    git(tmp_path, "config", "core.hooksPath", str(tmp_path))
    (tmp_path / "post-checkout").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (tmp_path / "post-checkout").chmod(0o755)
    assert origin(tmp_path) is not None
    assert not (tmp_path / "ran").exists()
