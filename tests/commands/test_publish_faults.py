"""Publishing when the server fails, asks to wait, or refuses; and the words for a person. The long run is `scripts/soak`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from osds.cli import run
from osds.edges.store.objects import open_store
from osds.edges.store.patience import Patience
from osds.errors import OutsideError
from scripts.soaks.faults import soak_faults
from scripts.soaks.kills import soak_kills
from tests.store.publishing import CURRENT, ONE, PREFIX, TWO, files_of, publish, sequence_of, write_bundle
from tests.store.s3 import s3_environment
from tests.store.s3_faults import (
    INTERNAL,
    LOST_ANSWER,
    SLOW_DOWN,
    TOO_MANY_DATE,
    Asked,
    Fault,
    always,
    busy_for,
    no_faults,
    too_early,
)
from tests.store.s3_front import Front, running_front


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    s3_environment(monkeypatch)
    with running_front("bucket") as running:
        yield running


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_soak__kills(tmp_path: Path) -> None:
    lines = list(soak_kills(tmp_path / "kills", kills=6, readers=2, seed=1, every=9))
    assert " 0 mixed or corrupt; 0 second runs ended otherwise" in lines[1]
    assert len(lines) == 2


def test_soak__faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "x")  # the soak sets them for its process; they go with the test
    lines = list(soak_faults(tmp_path / "faults", faults=100, seed=1))
    assert " 0 not even then; 0 requests before the time" in lines[1]
    assert lines[2].startswith("0 objects duplicate")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("fault", "begins"),
    [(SLOW_DOWN, lambda _: True), (TOO_MANY_DATE, lambda asked: "/objects/" in asked.key)],
)
def test_busy__is_left_alone_as_long_as_it_asks(
    front: Front, one: Path, fault: Fault, begins: Callable[[Asked], bool]
) -> None:
    """The time in the first answer obstore does not show: so the next request is a HEAD of ours, which obeys."""
    front.plan = busy_for(5, fault, where=begins)  # osds by itself would be back after two to four seconds
    store = open_store("s3://bucket", endpoint=front.endpoint)
    publish(one, store)
    timeline = front.timeline
    assert sequence_of(store) == 1
    assert too_early(timeline) == []
    refused = Counter(each.asked.method for each in timeline if each.fault is not None)
    heads = refused.pop("HEAD")
    assert 1 <= heads <= refused.total()


def test_busy__for_longer_than_a_run_may_wait(front: Front, one: Path) -> None:
    front.plan = always(replace(SLOW_DOWN, retry_after=86_400))
    store = open_store("s3://bucket", endpoint=front.endpoint, patience=Patience(scale=0.001))
    with pytest.raises(OutsideError, match="s3://bucket is busy, and asks to be left alone for 86,400 seconds"):
        publish(one, store)
    assert [each.asked.method for each in front.timeline] == ["GET", "HEAD"]


def test_lost_answers__nothing_is_written_twice(front: Front, one: Path) -> None:
    """Every first write works and its answer is lost: the second one finds it done."""
    seen: set[str] = set()

    def plan(asked: Asked) -> Fault | None:
        if asked.method != "PUT" or asked.key in seen:
            return None
        seen.add(asked.key)
        return LOST_ANSWER

    front.plan = plan
    store = open_store("s3://bucket", endpoint=front.endpoint, patience=Patience(scale=0.001))
    assert publish(one, store).sequence == 1
    front.plan = no_faults
    assert sequence_of(store) == 1
    assert files_of(store, CURRENT) == ONE


@pytest.mark.parametrize("fault", [INTERNAL, SLOW_DOWN])
def test_outage__ends_with_the_command_that_goes_on(
    front: Front, tmp_path: Path, one: Path, two: Path, fault: Fault, capfd: pytest.CaptureFixture[str]
) -> None:
    store = open_store("s3://bucket", endpoint=front.endpoint, patience=Patience(scale=0.001))
    publish(one, store)
    front.plan = always(fault, where=lambda asked: asked.method == "PUT" and "/objects/" in asked.key)
    with pytest.raises(OutsideError, match="failed at"):
        publish(two, store)
    assert files_of(store, CURRENT) == ONE
    front.plan = no_faults
    publish(two, store)
    assert files_of(store, CURRENT) == TWO
    assert store.list(f"{PREFIX}/publishing") == {}


REFUSED = [
    ("ftp://example.org/x", {}, 2, "osds cannot store at ftp://example.org/x"),
    ("s3://no-such-bucket", {}, 4, "There is no bucket for s3://no-such-bucket"),
    ("s3://bucket", {"status": 403, "code": "AccessDenied"}, 4, "refuses access to datasets/os-data/budget"),
    ("s3://bucket", {"status": 400, "code": "ExpiredToken"}, 4, "does not accept the credentials (ExpiredToken)"),
    ("s3://bucket", {"status": 403, "code": "RequestTimeTooSkewed"}, 4, "refuses access"),
    ("s3://bucket/../x", {}, 2, "osds cannot store at"),
]


@pytest.mark.parametrize(("url", "fault", "code", "told"), REFUSED)
def test_bad_luck__is_one_line_with_the_next_step(
    front: Front,
    one: Path,
    url: str,
    fault: dict[str, object],
    code: int,
    told: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault:
        front.plan = always(Fault(**fault))  # type: ignore[arg-type]
    endpoint = ["--endpoint", front.endpoint] if url.startswith("s3://") else []
    arguments = ["publish", str(one), "--bundle", str(one), "--owner", "os-data", "--store", url, *endpoint]
    assert run(arguments) == code
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("osds: ")
    assert told in line
    if code == 4:
        again = ["publish", str(one), "--store", url, *endpoint, "--owner", "os-data", "--bundle", str(one)]
        assert f"then `osds {shlex.join(again)}` goes on" in line


@pytest.mark.parametrize("name", ["../x/y", "a/../b", "a", "a/b/c", "a/B C", "/a/b"])
def test_bad_names__of_datasets(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for command in ("versions", "verify", "pull"):
        assert run(["store", command, name, "--store", str(tmp_path / "store")]) in (2, 3)
        assert len(capfd.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "store").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_full_disk__readers_notice_nothing(tmp_path: Path, one: Path) -> None:
    """In a process whose files may not grow beyond 100 KB, like on a disk that is full."""
    store = open_store(str(tmp_path / "store"))
    publish(one, store)
    large = write_bundle(tmp_path / "large", {"apex.csv": b"value\n1\n", "by-year.csv": b"0123456789" * 100_000})
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from osds.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    command = ["publish", str(large), "--bundle", str(large), "--owner", "os-data", "--store", store.url]
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, env=dict(os.environ)
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    again = ["publish", str(large), "--store", store.url, "--owner", "os-data", "--bundle", str(large)]
    assert f"then `osds {shlex.join(again)}` goes on" in done.stderr
    assert files_of(store, CURRENT) == ONE
    publish(large, store)
    assert sequence_of(store) == 2
