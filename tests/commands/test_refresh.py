"""`osds refresh` in a clone: what an update may change, what it may not, and what the commit says."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import osds
from osds.cli.main import run
from osds.refresh.parcel import parse_parcel
from tests.edges.git_backend import git
from tests.samples import ROWS

ROOT = Path(__file__).parents[2]
MakeDataset = Callable[..., Path]
ANYWHERE = pytest.mark.parametrize("desk", [".", "data/town"], indirect=True)


@dataclass
class Desk:
    """A dataset in a clone, in the folder `inside` of it, and the folders that the steps hand on."""

    clone: Path
    inside: str = "."
    round: int = 0

    @property
    def folder(self) -> Path:
        return self.clone / self.inside

    def place(self, name: str) -> Path:
        return self.clone.parent / f"{name}-{self.round}"

    def script(self, text: str, **files: str) -> None:
        """Commit this as the dataset's update command."""
        (self.folder / "update.sh").write_text(f"set -e\n{text}\n", "utf-8")
        for name, content in files.items():
            (self.folder / name).write_text(content, "utf-8")
        (self.folder / "osds.yml").write_text("update: sh update.sh\n", "utf-8")
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--message", "How to update")

    def update(self) -> int:
        self.round += 1
        return run(["refresh", "update", str(self.folder), "--to", str(self.place("updated"))])

    def check(self, *flags: str) -> int:
        steps = ["--from", str(self.place("updated")), "--to", str(self.place("checked"))]
        sums = ["--aggregates", str(self.place("aggregates"))]
        return run(["refresh", "check", str(self.folder), *steps, *sums, *flags])

    def commit(self, *flags: str) -> int:
        return run(["refresh", "commit", str(self.folder), "--from", str(self.place("checked")), *flags])

    def all(self) -> int:
        return self.update() or self.check() or self.commit()

    def tip(self, form: str = "%B") -> str:
        return git(self.clone, "log", "-1", f"--format={form}").strip()

    def changed(self) -> list[str]:
        return git(self.clone, "diff-tree", "-r", "--no-commit-id", "--name-only", "HEAD").split()


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, make_dataset: MakeDataset, home: Path) -> Desk:
    """A dataset at the top of a clone; a test may ask for another folder."""
    inside: str = getattr(request, "param", ".")
    folder = make_dataset(f"clone/{inside}")
    git(tmp_path / "clone", "init", "--quiet")
    assert folder.is_dir()
    return Desk(clone=tmp_path / "clone", inside=inside)


@ANYWHERE
def test_refresh__commits_what_is_new_and_then_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv")
    assert desk.all() == 0
    assert desk.tip().startswith("Update the data: 1 row added\n\nbudget: 3 → 4 rows (1 added, 0 removed)\n")
    assert "amount, 2024, EUR: 11.25 → 14.30 (+3.05)" in desk.tip()
    assert desk.changed() == [(Path(desk.inside) / "budget.csv").as_posix()]
    assert git(desk.clone, "status", "--porcelain") == ""
    desk.script("true")
    before = desk.tip("%H")
    assert desk.all() == 0
    assert desk.tip("%H") == before
    assert capsys.readouterr().out.endswith(
        "The update changed nothing\nThe update changed nothing\nThere is nothing to commit\n"
    )


def test_refresh__counts_rows_that_moved_as_the_same(desk: Desk) -> None:
    head, *rows = ROWS.splitlines()
    desk.script("cp new.csv budget.csv", **{"new.csv": "\n".join([head, *reversed(rows)]) + "\n"})
    assert desk.all() == 0
    assert desk.tip("%s") == "Update the data: the same rows"


def test_refresh__sets_size_and_hash_right_and_nothing_else(desk: Desk) -> None:
    path = desk.folder / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    descriptor["resources"][0] |= {"bytes": 1, "hash": "sha256:00"}
    written = json.dumps(descriptor, indent=7) + "\n\n"
    path.write_text(written, "utf-8")
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv")
    assert desk.all() == 0
    new = path.read_text("utf-8")
    assert [a for a, b in zip(written.split("\n"), new.split("\n"), strict=True) if a != b] == [
        line for line in written.split("\n") if '"bytes"' in line or '"hash"' in line
    ]
    assert json.loads(new)["resources"][0]["bytes"] == (desk.folder / "budget.csv").stat().st_size


@ANYWHERE
def test_refresh__adds_and_removes_tables_that_the_descriptor_names(desk: Desk) -> None:
    descriptor = json.loads((desk.folder / "datapackage.json").read_text("utf-8"))
    descriptor["resources"][0]["path"] = "sub/renamed.csv"
    desk.script(
        "mkdir sub; mv budget.csv sub/renamed.csv; cp new.json datapackage.json", **{"new.json": json.dumps(descriptor)}
    )
    assert desk.all() == 0
    assert [Path(path).name for path in desk.changed()] == ["budget.csv", "datapackage.json", "renamed.csv"]
    assert not git(desk.clone, "ls-files", "*budget.csv")
    assert git(desk.clone, "status", "--porcelain") == ""


def test_refresh__hands_on_data_alone(desk: Desk) -> None:
    desk.script(
        "echo '2024,02,Roads,3.05' >> budget.csv; echo x > cache.json;"
        "mkdir -p .github/workflows; echo x > .github/workflows/a.yml;"
        "echo 'update: evil' > osds.yml; echo evil > update.sh"
    )
    assert desk.update() == 0
    parcel = parse_parcel((desk.place("updated") / "refresh.json").read_bytes())
    assert parcel.paths == {"budget.csv"}


def test_update__sees_no_secret_and_nothing_it_prints_is_obeyed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSDS_TOKEN", "sesame")
    monkeypatch.setenv("GITHUB_ENV", "sesame")
    desk.script("env | grep -c sesame || true; printf '::error::evil\\n\\033[31mred\\n##[error]old\\n' >&2; cat")
    assert desk.update() == 0
    said = capsys.readouterr().err
    assert said.splitlines() == ["0", ": :error: :evil", "�[31mred", "## [error]old"]


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        ("echo The server is down >&2; exit 7", 4, "failed with exit code 7: The server is down. Look at"),
        ("kill -9 $$", 4, "failed with exit code -9"),
        ("no-such-program", 4, "failed with exit code 127"),
    ],
)
def test_update__that_fails_says_what_it_said(
    desk: Desk, capsys: pytest.CaptureFixture[str], script: str, code: int, told: str
) -> None:
    desk.script(script)
    assert desk.update() == code
    assert told in capsys.readouterr().err.splitlines()[-1]
    assert not desk.place("updated").exists()


def test_update__without_a_command_says_where_to_write_it(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.update() == 2
    assert "osds.yml, as `update: scripts/update.sh`" in capsys.readouterr().err


def test_update__writes_into_no_folder_that_has_something(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("true")
    (desk.clone.parent / "updated-1").mkdir()
    (desk.clone.parent / "updated-1/mine").touch()
    assert desk.update() == 2
    assert "not empty" in capsys.readouterr().err


def test_check__of_invalid_data_shows_the_report(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("echo '2024,02,Roads,plenty' >> budget.csv")
    assert (desk.update(), desk.check()) == (0, 1)
    assert "“plenty” in row 5" in capsys.readouterr().out
    assert not desk.place("checked").exists()


def test_check__holds_back_what_loses_much_until_a_reason_is_given(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.script("head -2 budget.csv > new; mv new budget.csv")
    assert (desk.update(), desk.check()) == (0, 1)
    said = capsys.readouterr().out
    assert "Not updated: town-budget would lose more than it may" in said
    assert re.search(r"rows of budget +3 +1 +-66\.7% +lost-rows", said)
    assert "amount, 2024, EUR" in said
    assert not desk.place("checked").exists()
    shutil.rmtree(desk.place("aggregates"))
    assert (desk.check("--accept", "The ministry has withdrawn it"), desk.commit()) == (0, 0)
    assert desk.tip().endswith("Accepted although much is lost: The ministry has withdrawn it")


def test_check__compares_with_nothing_where_the_state_before_is_broken(desk: Desk) -> None:
    desk.script("cp good.csv budget.csv", **{"budget.csv": "year\n", "good.csv": ROWS})
    assert desk.all() == 0
    assert "There was nothing to compare with" in desk.tip()


def test_commit__of_what_was_not_checked_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv")
    assert desk.update() == 0
    shutil.copytree(desk.place("updated"), desk.place("checked"))
    before = desk.tip("%H")
    assert desk.commit() == 3
    assert "was not checked" in capsys.readouterr().err
    assert desk.tip("%H") == before


def test_commit__gives_way_to_a_commit_that_came_first(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv")
    assert (desk.update(), desk.check()) == (0, 0)
    git(desk.clone, "commit", "--quiet", "--allow-empty", "--message", "Somebody else's")
    assert desk.commit() == 0
    assert "Another commit came first to main" in capsys.readouterr().out
    assert desk.tip("%s") == "Somebody else's"


def test_commit__says_in_a_dry_run_what_it_would_do(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv")
    before = desk.tip("%H")
    assert (desk.update(), desk.check(), desk.commit("--dry-run")) == (0, 0, 0)
    assert "Would commit to main" in capsys.readouterr().out
    assert desk.tip("%H") == before


def tampered(desk: Desk, change: Callable[[Path, dict[str, Any]], None], of: str) -> None:
    folder = desk.place(of)
    document = json.loads((folder / "refresh.json").read_text("utf-8"))
    change(folder, document)
    (folder / "refresh.json").write_text(json.dumps(document), "utf-8")


def other_bytes(folder: Path, _: dict[str, Any]) -> None:
    (folder / "files/budget.csv").write_text("evil", "utf-8")


def a_link(folder: Path, _: dict[str, Any]) -> None:
    (folder / "files/budget.csv").unlink()
    (folder / "files/budget.csv").symlink_to("/etc/passwd")


def add(folder: Path, document: dict[str, Any], path: str) -> None:
    (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "files" / path).write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    document["files"].append({"path": path, "bytes": 0, "sha256": empty})


TAMPERINGS: dict[str, Callable[[Path, dict[str, Any]], None]] = {
    "other bytes": other_bytes,
    "a link": a_link,
    "a workflow": lambda folder, document: add(folder, document, ".github/workflows/evil.yml"),
    "a program": lambda folder, document: add(folder, document, "update.sh"),
    "settings": lambda folder, document: add(folder, document, "osds.yml"),
    "attributes": lambda folder, document: add(folder, document, ".gitattributes"),
    "a way out": lambda folder, document: add(folder, document, "../evil.csv"),
    "another base": lambda _, document: document.update(base="0" * 40),
    "a removal": lambda _, document: document["removed"].append("update.sh"),
}


@pytest.mark.parametrize("kind", TAMPERINGS)
@pytest.mark.parametrize("step", ["check", "commit"])
def test_steps__believe_nothing_that_the_one_before_handed_on(
    desk: Desk, capsys: pytest.CaptureFixture[str], kind: str, step: str
) -> None:
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv")
    assert desk.update() == 0
    if step == "commit":
        assert desk.check() == 0
    before = desk.tip("%H")
    tampered(desk, TAMPERINGS[kind], "updated" if step == "check" else "checked")
    done = desk.check() if step == "check" else desk.commit()
    said = capsys.readouterr()
    if (kind, step) == ("another base", "commit"):
        assert (done, "Another commit came first" in said.out) == (0, True)
    else:
        assert done == 3, said.err
        assert said.err.count("\n") == 1
    assert desk.tip("%H") == before


def test_commit__replaces_no_program_even_where_a_descriptor_calls_it_data(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    descriptor = json.loads((desk.folder / "datapackage.json").read_text("utf-8"))
    schema = {"fields": [{"name": "echo", "type": "string"}]}
    descriptor["resources"].append({"name": "program", "path": "tool.csv", "schema": schema})
    (desk.folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    (desk.folder / "tool.csv").write_text("echo\nhi\n", "utf-8")
    (desk.folder / "tool.csv").chmod(0o755)
    desk.script("printf 'echo\\nevil\\n' > tool.csv")
    assert (desk.update(), desk.check()) == (0, 0)
    assert desk.commit() == 3
    assert "tool.csv is a program, not data" in capsys.readouterr().err


def test_commit__keeps_its_hands_off_git_lfs(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.script("echo '2024,02,Roads,3.05' >> budget.csv", **{".gitattributes": "*.csv filter=lfs -text\n"})
    before = desk.tip("%H")
    assert (desk.update(), desk.check(), desk.commit()) == (0, 0, 2)
    assert "is kept in git-lfs" in capsys.readouterr().err
    assert desk.tip("%H") == before


def test_readme__shows_the_message_of_a_real_update(tmp_path: Path, home: Path) -> None:
    shown = (ROOT / "README.md").read_text("utf-8").split("<!-- refresh -->\n```text\n", 1)[1].split("\n```", 1)[0]
    desk = Desk(clone=tmp_path / "clone")
    shutil.copytree(
        Path(osds.__file__).parent / "example", desk.clone, ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    git(desk.clone, "init", "--quiet")
    desk.script(
        "sed -i s/,7350.00$/,9125.40/ data/budget.csv\n"
        "echo '2024-24,2024,020,Finance and Registry,01,General services,016,Audit,New auditors,4000.00,' >> data/budget.csv"
    )
    assert desk.all() == 0
    assert desk.tip() == f"{shown}\nChecked and committed by osds {osds.__version__}"
