"""A whole sweep over thirty datasets, by the commands that a workflow calls: what is published, noted and told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from osds.cli import run
from osds.registry.status import Trouble, Verdict
from tests.sweeping.town import GOOD, OWNER, Town, found_town

PUBLISHED = [f"published {name} version 1" for name in GOOD]
TROUBLES = ["trouble invalid invalid: 1 error", "trouble link invalid: 1 error", "trouble no-json invalid: 1 error"]


def snapshot(*folders: Path) -> dict[str, tuple[int, int]]:
    """Every file below the folders, with what changes when it is written."""
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


def sweep(town: Town, root: Path, *, name: str, jobs: int = 1, seconds: int = 15) -> None:
    """Plan, look, finish."""
    registry, plan, results = str(town.registry), str(root / f"{name}.json"), str(root / name)
    assert run(["registry", "plan", registry, "--output", plan, "--max-jobs", str(jobs), "--minutes", "10"]) == 0
    for shard in range(jobs):
        number, limit = str(shard), str(seconds)
        words = ["--plan", plan, "--shard", number, "--output", results, "--max-seconds", limit, "--max-size", "256MB"]
        assert run(["registry", "shard", *words]) == 0
    stores = ["--store", str(root / "store"), "--backup-store", str(root / "backups")]
    assert run(["registry", "finish", registry, "--plan", plan, "--results", results, *stores]) == 0


def test_sweep__thirty_datasets_of_which_five_are_broken(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = found_town(tmp_path)
    sweep(town, tmp_path, name="first", jobs=3)
    said = capsys.readouterr().out
    assert "Swept 30 datasets: 25 valid, 3 invalid, 1 gone, 1 failed" in said
    assert {path.name for path in (tmp_path / "store" / "datasets" / OWNER).iterdir()} == set(GOOD)
    assert sorted(town.events) == sorted([*PUBLISHED, *TROUBLES])
    statuses = {status.name: status for status in town.book.statuses.values()}
    assert Counter(status.verdict for status in statuses.values()) == {
        Verdict.VALID: 25,
        Verdict.INVALID: 3,
        Verdict.UNKNOWN: 2,
    }
    for name in GOOD:
        status = statuses[name]
        assert (status.rows, status.version, status.until, status.troubles) == (3, 1, "2024", ())
        assert status.commit == town.head(name)
    known = {name: status.troubles[0] for name, status in statuses.items() if status.troubles}
    assert {name: (each.trouble, each.told, each.detail) for name, each in known.items()} == {
        "gone": (Trouble.GONE, False, f"There is no folder {str(town.git / 'gone')!r}"),
        "invalid": (Trouble.INVALID, True, "1 error"),
        "link": (Trouble.INVALID, True, "1 error"),
        "no-json": (Trouble.INVALID, True, "1 error"),
        "slow": (Trouble.FAILED, False, "Judging it and adding it up took more than 15 seconds"),
    }

    before, commits = snapshot(tmp_path / "store", tmp_path / "backups"), town.commits
    sweep(town, tmp_path, name="second")
    assert "Nothing has changed: nothing was noted" in capsys.readouterr().out
    assert snapshot(tmp_path / "store", tmp_path / "backups") == before
    assert town.commits == commits
