"""`osds backup`, `osds restore` and `osds drill` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osds.cli import run
from tests.edges.lfs_repository import commit_files, needs_git_lfs
from tests.samples import ROWS

pytestmark = needs_git_lfs


def osds(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = run([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_commands__backup_restore_and_drill(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--store", tmp_path / "store")
    code, out, _ = osds(capsys, "backup", source, "--owner", "os-data", *where)
    assert (code, out.splitlines()[0][:44]) == (0, "Backed up os-data/town-budget as version 1 (")
    code, out, _ = osds(capsys, "backup", source, "--owner", "os-data", *where)
    assert (code, out) == (0, "Unchanged: version 1 of the backup of os-data/town-budget is current\n")
    code, out, _ = osds(capsys, "restore", "os-data/town-budget", *where, "--output", tmp_path / "back", "--json")
    assert code == 0
    assert json.loads(out)["licences"] == ["ODC-PDDL-1.0"]
    assert osds(capsys, "validate", tmp_path / "back")[0] == 0
    code, out, _ = osds(capsys, "drill", *where, "--seed", "1")
    assert code == 0
    assert "Restored version 1 of the backup of os-data/town-budget" in out
    assert "it is valid" in out
    code, _, err = osds(capsys, "restore", "os-data/other", *where, "--output", tmp_path / "other")
    assert (code, "There is no backup of os-data/other" in err) == (2, True)
    (tmp_path / "list").write_text("os-data/town-budget\n")
    code, _, err = osds(capsys, "drill", *where, "--takedowns", tmp_path / "list")
    assert (code, "There are no backups" in err) == (2, True)


def test_commands__a_drill_of_bad_data_and_of_a_damaged_backup(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--store", tmp_path / "store")
    commit_files(source, {"budget.csv": ROWS.replace("10.50", "ten").encode()})
    assert osds(capsys, "backup", source, "--owner", "os-data", *where)[0] == 0
    code, out, _ = osds(capsys, "drill", *where)
    assert (code, "it is not valid" in out) == (1, True)
    (bundle,) = [p for p in (tmp_path / "store").rglob("*") if p.is_file() and p.read_bytes()[:5] == b"# v2 "]
    bundle.write_bytes(b"x" + bundle.read_bytes()[1:])
    code, _, err = osds(capsys, "drill", *where)
    assert (code, "is damaged: its bytes are others" in err) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["backup", "SOURCE", "--store", "STORE"], "Give --owner NAME"),
        (["backup", "SOURCE", "--owner", "os-data"], "Give --store"),
        (["backup", "SOURCE", "--owner", "../x", "--store", "STORE"], "cannot be used"),
        (["backup", "SOURCE", "--owner", "a", "--store", "STORE", "--max-size", "1"], "not a size"),
        (["restore", "town-budget", "--store", "STORE", "--output", "out"], "Write it as owner/name"),
        (["restore", "../../etc/passwd", "--store", "STORE", "--output", "out"], "cannot be used"),
        (["drill", "--store", "STORE"], "There are no backups"),
        (["drill", "--store", "STORE", "--takedowns", "nowhere"], "cannot be read"),
    ],
)
def test_commands__wrong_use(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    places = {"SOURCE": str(source), "STORE": str(tmp_path / "store")}
    code, _, err = osds(capsys, *(places.get(argument, argument) for argument in arguments))
    assert code in (2, 3)
    assert told in err
    assert err.count("\n") == 1
