"""A dataset's update command as a process: what it gets, what it says, and that it ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from osds.edges.local.update_command import run_command
from osds.errors import OutsideError, UsageError

ENVIRON = {"PATH": os.environ["PATH"]}


def run(folder: Path, *words: str, seconds: float = 30) -> list[str]:
    said: list[str] = []
    run_command(words, folder, ENVIRON, said.append, seconds=seconds)
    return said


def test_command__runs_in_the_folder_without_a_shell_and_without_input(tmp_path: Path) -> None:
    assert run(tmp_path, "pwd") == [str(tmp_path)]
    assert run(tmp_path, "echo", "$HOME; `id`", "*") == ["$HOME; `id` *"]
    assert run(tmp_path, "cat") == []
    assert sorted(run(tmp_path, "env")) == [f"PATH={ENVIRON['PATH']}"]


def test_command__is_a_file_of_the_folder_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts/update.sh"
    script.write_text("#!/bin/sh\necho $1; echo two >&2; printf three\n")
    with pytest.raises(UsageError, match=r"update: bash scripts/update\.sh"):
        run(tmp_path, "scripts/update.sh")
    script.chmod(0o755)
    assert run(tmp_path, "scripts/update.sh", "one") == ["one", "two", "three"]
    assert run(tmp_path, "./scripts/update.sh", "one") == ["one", "two", "three"]


@pytest.mark.parametrize("word", ["no-such-program", "../outside.sh", "/no/such/program"])
def test_command__that_is_not_there_is_named(tmp_path: Path, word: str) -> None:
    with pytest.raises(UsageError, match="cannot be started"):
        run(tmp_path, word)


def test_command__that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(OutsideError, match="--max-minutes"):
        run(tmp_path, "sh", "-c", "(sleep 60; touch late) & echo started; sleep 60", seconds=0.5)
    assert time.monotonic() - began < 10
    assert not (tmp_path / "late").exists()


def test_command__does_not_wait_for_what_it_left_behind(tmp_path: Path) -> None:
    began = time.monotonic()
    assert run(tmp_path, "sh", "-c", "sleep 60 & echo done") == ["done"]
    assert time.monotonic() - began < 10


def test_command__whose_output_is_long_is_handed_on_in_parts(tmp_path: Path) -> None:
    said = run(tmp_path, "sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x")
    assert len("".join(said)) == 1_000_000
    assert max(map(len, said)) <= 4096


def test_command__that_fails_tells_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match=r"exit code 3: The server is down\. Look at"):
        run(tmp_path, "sh", "-c", "echo The server is down; echo; exit 3")
