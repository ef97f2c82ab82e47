"""One job of a sweep: real repositories, each dataset in a process of its own, and what becomes of odd ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.registry.shard import Limits, Shard, failed_result
from osds.dataset.lfs_content import QuotaError
from osds.progress import Silent
from osds.registry.status import Verdict
from osds.registry.sweep_plan import Planned
from osds.registry.sweep_result import BUNDLE, DATA, RESULT_FILE, Outcome, Result, parse_result
from tests.edges.git_backend import git, make_bare
from tests.samples import ROWS
from tests.sweeping.town import OWNER, dataset

LIMITS = Limits(size=256_000_000, memory=4_000_000_000, judging="2GB", seconds=60, all_seconds=600)


@pytest.fixture(autouse=True)
def nobodys_home(home: Path) -> None:
    """Nobody's git configuration."""


def look(
    root: Path, files: dict[str, bytes], *, name: str = "budget", settled: str = "", limits: Limits = LIMITS
) -> Result:
    """Look at one dataset with these files."""
    if not (root / "git").exists():
        (root / "git").mkdir()
        make_bare(root / "git" / name, files)
    planned = Planned(owner=OWNER, name=name, url=str(root / "git" / name), settled=settled)
    shard = Shard(output=root / "results", access=LfsAccess(), limits=limits, progress=Silent())
    [result] = shard.run([planned])
    written = (root / "results" / OWNER / name / RESULT_FILE).read_bytes()
    assert parse_result(written, RESULT_FILE) == result
    return result


def made(root: Path) -> set[str]:
    """The files beside the result, below their folders."""
    folder = root / "results" / OWNER / "budget"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {RESULT_FILE}


def test_look__a_valid_dataset_is_added_up(tmp_path: Path) -> None:
    settings = b"gate: { lost-rows: 25 }\npublish-data: all\nonly: function\n"
    result = look(tmp_path, {**dataset("budget"), "osds.yml": settings, "unnamed.csv": b"x"})
    assert (result.outcome, result.verdict, result.rows, result.until) == (Outcome.LOOKED, Verdict.VALID, 3, "2024")
    assert result.commit == git(tmp_path / "git" / "budget", "rev-parse", "main")
    assert (dict(result.gate), result.publish_data) == ({"lost-rows": 25}, "all")
    assert {f"{DATA}/datapackage.json", f"{DATA}/budget.csv", f"{BUNDLE}/apex.csv"} < made(tmp_path)
    assert f"{DATA}/unnamed.csv" not in made(tmp_path)


def test_look__a_settled_dataset_is_not_fetched(tmp_path: Path) -> None:
    first = look(tmp_path, dataset("budget"))
    again = look(tmp_path, {}, settled=first.commit)
    assert (again.outcome, again.commit, again.verdict) == (Outcome.SETTLED, first.commit, Verdict.UNKNOWN)
    assert made(tmp_path) == set()  # nor is an earlier bundle taken for a new one


def test_look__when_the_time_is_over_no_dataset_is_begun(tmp_path: Path) -> None:
    late = Limits(**{**vars(LIMITS), "all_seconds": -1.0})
    assert look(tmp_path, dataset("budget"), limits=late).outcome is Outcome.LEFT


@pytest.mark.parametrize(
    ("files", "detail"),
    [
        ({"readme.md": b"x"}, "There is no datapackage.json in its repository"),
        (dataset("treasury"), "Its datapackage.json calls it 'treasury'"),
        ({**dataset("budget"), "osds.yml": b"gate: many\n"}, "osds.yml: gate must be a list of `key: number` lines"),
        ({**dataset("budget"), "osds.yml": b"endpoint: x\n"}, "osds.yml: 'endpoint' cannot be set here"),
    ],
)
def test_look__what_cannot_be_judged_fails_with_the_reason(
    tmp_path: Path, files: dict[str, bytes], detail: str
) -> None:
    result = look(tmp_path, files)
    assert (result.outcome, result.detail) == (Outcome.FAILED, detail)
    assert made(tmp_path) == set()


def test_look__a_name_that_cannot_be_carried_to_the_next_job(tmp_path: Path) -> None:
    table = json.loads(dataset("budget")["datapackage.json"])["resources"][0]
    odd = dataset("budget", resources=[{**table, "path": "a?b/budget.csv"}])
    result = look(tmp_path, {**odd, "a?b/budget.csv": ROWS.encode(), "osds.yml": b"publish-data: all\n"})
    assert result.outcome is Outcome.FAILED
    assert "has a character in its name" in result.detail


def test_look__invalid_data_is_no_failure(tmp_path: Path) -> None:
    result = look(tmp_path, dataset("budget", ROWS.replace("10.50", "plenty")))
    assert (result.outcome, result.verdict, result.errors) == (Outcome.LOOKED, Verdict.INVALID, 1)
    assert made(tmp_path) == set()


def test_look__a_repository_without_a_commit_is_gone(tmp_path: Path) -> None:
    (tmp_path / "git").mkdir()
    git(tmp_path / "git", "init", "--quiet", "--bare", "budget")
    assert look(tmp_path, {}).outcome is Outcome.GONE


def test_look__a_repository_without_a_default_branch_fails(tmp_path: Path) -> None:
    (tmp_path / "git").mkdir()
    make_bare(tmp_path / "git" / "budget", dataset("budget"))
    git(tmp_path / "git" / "budget", "symbolic-ref", "HEAD", "refs/heads/elsewhere")
    result = look(tmp_path, {})
    assert (result.outcome, result.detail) == (Outcome.FAILED, "Its repository has no default branch")


def test_look__a_process_that_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    little = Limits(**{**vars(LIMITS), "memory": 150_000_000})
    result = look(tmp_path, dataset("budget"), limits=little)
    assert result.outcome is Outcome.FAILED
    assert made(tmp_path) == set()


def pointer(content: bytes) -> bytes:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


def test_look__git_lfs_files_come_from_the_repository(tmp_path: Path) -> None:
    content = ROWS.encode()
    (tmp_path / "git").mkdir()
    make_bare(tmp_path / "git" / "budget", {**dataset("budget"), "budget.csv": pointer(content)})
    missing = look(tmp_path, {})
    assert (missing.outcome, missing.commit != "") == (Outcome.FAILED, True)
    assert "is not on this machine" in missing.detail
    oid = hashlib.sha256(content).hexdigest()
    kept = tmp_path / "git" / "budget" / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    assert look(tmp_path, {}).verdict is Verdict.VALID


def test_look__more_git_lfs_than_allowed_is_not_fetched(tmp_path: Path) -> None:
    large = pointer(b"").replace(b"size 0", b"size 999000000000")
    result = look(tmp_path, {**dataset("budget"), "budget.csv": large})
    assert (result.outcome, result.detail) == (
        Outcome.FAILED,
        "The data has 999,000,000,000 bytes, more than 256,000,000",
    )


def test_failed__a_spent_quota_has_a_word_of_its_own() -> None:
    planned = Planned(owner=OWNER, name="budget", url="https://github.com/town/budget")
    result = failed_result(planned, QuotaError("The git-lfs quota of the repository is spent"), "a" * 40)
    assert (result.outcome, result.commit) == (Outcome.LFS_QUOTA, "a" * 40)
