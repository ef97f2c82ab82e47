"""The command line as a user meets it: its own process, real files, exit codes, one line for each failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from osds.cli import cli
from osds.cli.dataset import FORMATS
from osds.dataset.schema_errors import read_schema
from osds.edges.runner import OUTPUTS
from osds.views import formats as views
from tests.samples import MODEL, ROWS

Osds = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[..., Path]


@pytest.fixture
def osds(tmp_path: Path) -> Osds:
    def run(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-m", "osds", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **(env or {})}, timeout=120
        )

    return run


def test_validate__a_valid_dataset(osds: Osds, make_dataset: Make) -> None:
    done = osds("validate", make_dataset())
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "town-budget is valid\n  checked: budget.csv, 3 rows, 4 columns\n",
        "",
    )


def test_validate__errors(osds: Osds, make_dataset: Make) -> None:
    done = osds("validate", make_dataset(files={"budget.csv": ROWS + "2024,03,Parks,nfp\n"}))
    assert done.returncode == 1
    assert "budget.csv, column “amount”: “nfp” in row 5" in done.stdout


def test_validate__json_follows_the_schema(osds: Osds, make_dataset: Make) -> None:
    done = osds("validate", "--json", make_dataset(files={"budget.csv": ROWS + "2024,03,Parks,nfp\n"}))
    report = json.loads(done.stdout)
    Draft202012Validator(read_schema("osds.views", "report-1.schema.json")).validate(report)
    assert [(f["code"], f["place"]) for f in report["findings"]] == [
        ("type-error", {"file": "budget.csv", "row": 5, "field": "amount"})
    ]


def test_validate__the_descriptor_itself_may_be_named(osds: Osds, make_dataset: Make) -> None:
    assert osds("validate", make_dataset() / "datapackage.json").returncode == 0


def test_validate__a_symbolic_link_out_of_the_dataset_is_refused_and_not_read(
    osds: Osds, make_dataset: Make, tmp_path: Path
) -> None:
    (tmp_path / "outside.csv").write_text("year,code,label,amount\nCANARY,1,x,1\n")
    dataset = make_dataset()
    (dataset / "budget.csv").unlink()
    (dataset / "budget.csv").symlink_to(tmp_path / "outside.csv")
    done = osds("validate", dataset)
    assert done.returncode == 3
    assert "CANARY" not in done.stdout + done.stderr


def test_validate__a_dataset_cannot_bring_its_own_code(osds: Osds, make_dataset: Make) -> None:
    canary = "import pathlib; pathlib.Path('CANARY').touch()\n"
    dataset = make_dataset(files=dict.fromkeys(("osds/__init__.py", "sitecustomize.py", "frictionless.py"), canary))
    done = subprocess.run(
        [sys.executable, "-I", "-m", "osds", "validate"], cwd=dataset, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    assert not (dataset / "CANARY").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["validate", "nowhere"], 2, "There is no folder 'nowhere'"),
        (["validate", "."], 2, "There is no datapackage.json"),
        (["validate", "--no-such"], 2, "See `osds validate --help`"),
        (["validate", "--limit-errors", "many", "dataset"], 2, "--limit-errors must be a whole number above 0"),
        (["no-such"], 2, "No such command"),
        (["validate", "--json", "--format", "html", "dataset"], 2, "contradict"),
        (["validate", "dataset", "--output", "no/such/folder"], 4, "cannot be written"),
        (["publish", "dataset"], 2, "--store"),
        (["register", "dataset"], 2, "--registry"),
        (["publish", "dataset", "--store", "./store"], 2, "--owner NAME"),
        (["publish", "dataset", "--store", "ftp://x/y", "--owner", "me"], 2, "ftp"),
        (["publish", "dataset", "--store", "./store", "--owner", "../up"], 3, "owner"),
        (["publish", "--bundle", "nowhere", "--store", "./store", "--owner", "me"], 2, "nowhere"),
        (["register", "dataset", "--registry", "./nowhere", "--owner", "me"], 2, "nowhere"),
        (["aggregate", "dataset", "--output", "dataset"], 2, "dataset"),
        (["init", "nowhere"], 2, "nowhere"),
        (["registry", "init", "dataset"], 2, "dataset"),
    ],
)
def test_wrong_use__one_line_and_the_exit_code(
    osds: Osds, make_dataset: Make, arguments: list[str], code: int, told: str
) -> None:
    make_dataset()
    done = osds(*arguments)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert done.stderr.startswith("osds: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limit-errors: [1", "not YAML at line"),
        ("- a\n- b\n", "key: value"),
        ("token: ghp_x\n", "'token' cannot be set here"),
        ("colour: red\n", "'colour' cannot be set here"),
        ("limit-errors: 0\n", "whole number above 0"),
        ("x: " + "y" * 70_000, "larger than"),
    ],
)
def test_settings_file__what_is_wrong_is_named(osds: Osds, make_dataset: Make, text: str, told: str) -> None:
    done = osds("validate", make_dataset(files={"osds.yml": text}))
    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_validate__every_form_to_stdout_and_to_a_file(
    osds: Osds, make_dataset: Make, tmp_path: Path, form: str
) -> None:
    dataset = make_dataset(files={"budget.csv": ROWS + "2024,03,Parks,nfp\n"})
    printed = osds("validate", dataset, "--format", form)
    written = osds("validate", dataset, "--format", form, "--output", "report")
    assert (printed.returncode, written.returncode) == (1, 1)
    assert (tmp_path / "report").read_text() == printed.stdout
    assert "not valid: 1 error" in written.stdout
    assert "nfp" in printed.stdout


def test_formats__are_those_of_the_views() -> None:
    assert list(views.FORMATS) == list(FORMATS)


def test_settings_file__is_used(osds: Osds, make_dataset: Make) -> None:
    files = {"osds.yml": "limit-errors: 2\n", "budget.csv": ROWS + "2024,03,Parks,nfp\n" * 9}
    assert "stopped after 2 errors" in osds("validate", make_dataset(files=files)).stdout


@pytest.mark.parametrize("command", ["aggregate", "publish", "register"])
def test_an_invalid_dataset_goes_nowhere(osds: Osds, make_dataset: Make, tmp_path: Path, command: str) -> None:
    assert osds("registry", "init", "registry").returncode == 0
    dataset = make_dataset(model={**MODEL, "measures": {}})
    where = {"aggregate": ["--output", "sums"], "publish": ["--store", "store"], "register": ["--registry", "registry"]}
    owner = [] if command == "aggregate" else ["--owner", "me"]
    done = osds(command, dataset, *where[command], *owner)
    assert done.returncode == 1
    assert "no-measure" in done.stdout
    assert not (tmp_path / "sums").exists()
    assert not list(tmp_path.glob("store/**/*.json"))
    assert (tmp_path / "registry/data/catalog.csv").read_text() == "url,name,owner,core,repository_id,owner_id,status\n"


def test_dry_runs__write_nothing(osds: Osds, make_dataset: Make, tmp_path: Path) -> None:
    assert osds("registry", "init", "registry", "--dry-run").returncode == 0
    assert not (tmp_path / "registry").exists()
    assert osds("registry", "init", "registry").returncode == 0
    dataset = make_dataset()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for arguments in (
        ["aggregate", dataset, "--output", "sums"],
        ["publish", dataset, "--store", "store", "--owner", "me"],
        ["register", dataset, "--registry", "registry", "--owner", "me"],
    ):
        done = osds(*arguments, "--dry-run")
        assert done.returncode == 0, done.stderr
        assert "Would" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_main_job__twice(osds: Osds, make_dataset: Make, tmp_path: Path) -> None:
    dataset = make_dataset()
    steps = (
        ["aggregate", dataset, "--output", "sums"],
        ["publish", dataset, "--store", "store", "--owner", "me"],
        ["registry", "init", "registry"],
        ["register", dataset, "--registry", "registry", "--owner", "me"],
    )
    for arguments in steps:
        assert osds(*arguments).returncode == 0
    assert (tmp_path / "sums/apex.csv").read_text() == "year,amount,_count\n2023,14.50,2\n2024,11.25,1\n"
    assert (tmp_path / "sums/by-function.csv").read_text() == (
        "year,function.code,function.code.label,amount,_count\n"
        "2023,01,Schools,10.50,1\n2023,02,Roads,4.00,1\n2024,01,Schools,11.25,1\n"
    )
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".git" not in path.parts}
    commit = subprocess.run(["git", "-C", tmp_path / "registry", "rev-parse", "HEAD"], capture_output=True).stdout
    told = [osds(*arguments).stdout for arguments in steps]
    assert [line.split(":")[0] for line in (told[0], told[1])] == ["Unchanged", "Unchanged"]
    assert "is a registry already" in told[2]
    assert "is already in" in told[3]
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and ".git" not in p.parts} == before
    assert (
        subprocess.run(["git", "-C", tmp_path / "registry", "rev-parse", "HEAD"], capture_output=True).stdout == commit
    )


@pytest.mark.parametrize("command", ["aggregate", "publish", "register"])
def test_json__one_document(osds: Osds, make_dataset: Make, command: str) -> None:
    assert osds("registry", "init", "registry", "--json").returncode == 0
    where = {"aggregate": ["--output", "sums"], "publish": ["--store", "store"], "register": ["--registry", "registry"]}
    owner = [] if command == "aggregate" else ["--owner", "me"]
    document = json.loads(osds(command, make_dataset(), "--json", *where[command], *owner).stdout)
    assert document["dry-run"] is False


def test_publish__a_bundle_made_before(osds: Osds, make_dataset: Make, tmp_path: Path) -> None:
    dataset = make_dataset()
    assert osds("aggregate", dataset, "--output", "sums").returncode == 0
    assert osds("publish", dataset, "--bundle", "sums", "--store", "one", "--owner", "me").returncode == 0
    assert osds("publish", dataset, "--store", "two", "--owner", "me").returncode == 0
    trees = [
        {p.relative_to(tmp_path / store): p.read_bytes() for p in (tmp_path / store).rglob("*") if p.is_file()}
        for store in ("one", "two")
    ]
    assert trees[0] == trees[1]


def test_on_a_runner__annotations_summary_outputs_and_the_report(
    osds: Osds, make_dataset: Make, tmp_path: Path
) -> None:
    dataset = make_dataset(folder="repo/sub", files={"budget.csv": ROWS + "2024,03,Parks,nfp\n"})
    runner = {name: str(tmp_path / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    (tmp_path / "temporary").mkdir()
    places = {"GITHUB_WORKSPACE": str(tmp_path / "repo"), "RUNNER_TEMP": str(tmp_path / "temporary")}
    done = osds("validate", dataset, env={"GITHUB_ACTIONS": "true", **runner, **places})
    assert done.returncode == 1
    assert "::error file=sub/budget.csv,line=5,title=" in done.stderr
    assert "not valid" in (tmp_path / "github_step_summary").read_text()
    lines = (tmp_path / "github_output").read_text().splitlines()
    outputs = {lines[i].split("<<")[0]: lines[i + 1] for i in range(0, len(lines), 3)}
    assert outputs == {
        "valid": "false",
        "errors": "1",
        "warnings": "0",
        "report": str(tmp_path / "temporary/osds-report.json"),
        "sarif": str(tmp_path / "temporary/osds-report.sarif"),
    }
    assert '"uri": "sub/budget.csv"' in Path(outputs["sarif"]).read_text()
    assert json.loads(Path(outputs["report"]).read_text())["valid"] is False
    assert set(outputs) <= set(OUTPUTS)


def test_the_action__takes_its_inputs_from_the_environment(tmp_path: Path, make_dataset: Make) -> None:
    def act(**inputs: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-m", "osds.action"]
        return subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, **inputs}, timeout=120, cwd=tmp_path
        )

    dataset = make_dataset(folder="-odd; exit 7 # $HOME")
    assert act(INPUT_COMMAND="validate", INPUT_PATH=dataset.name).returncode == 0
    refused = act(INPUT_COMMAND="remove", INPUT_PATH=".")
    assert refused.returncode == 2
    assert "must be one of validate" in refused.stderr


def test_help__every_command_teaches_by_example() -> None:
    groups = [command for command in cli.commands.values() if isinstance(command, click.Group)]
    below = [pair for group in groups for pair in group.commands.items()]
    for name, command in [*cli.commands.items(), *below]:
        text = command.help or ""
        assert command in groups or "Examples:" in text, name
        assert all(option.help for option in command.params if option.param_type_name == "option"), name


def test_help__answers_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from osds.cli import run\n"
        "for arguments in (['--help'], ['--version'], ['validate', '--help'], ['publish', '--help']):\n"
        "    assert run(arguments) == 0\n"
        "heavy = {'frictionless', 'github', 'duckdb', 'obstore', 'jsonschema', 'yaml', 'rich'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_bug__is_told_in_one_line_with_its_own_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from osds import cli as module

    monkeypatch.setattr(module.cli, "main", lambda **_: (_ for _ in ()).throw(ZeroDivisionError("oh\nno")))
    assert module.run([]) == 5
    assert capsys.readouterr().err == (
        "osds: This is a bug in osds: ZeroDivisionError: oh⏎no. Run it again with --debug and report what it prints\n"
    )
