"""The promises that the project makes about itself: who imports whom, and that names and pages agree."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from osds.action import INPUTS
from osds.audit import checks as audit_checks
from osds.cli import cli
from osds.edges.runner import OUTPUTS
from osds.fiscal import checks as fiscal_checks
from osds.refresh.rhythm import daily
from osds.settings import FILE_ONLY, OPTIONS
from scripts.pages import PAGES, all_checks

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "osds"
README = (ROOT / "README.md").read_text("utf-8")

# A room may import rooms on floors below its own, and itself.
FLOORS = (
    {"cli", "action", "demo", "__main__"},
    {"commands"},
    {"session"},
    {"edges", "views"},
    {"audit", "doctor"},
    {"aggregates", "inference", "refresh", "peers"},
    {"tables", "fiscal", "news"},
    {"store", "registry"},
    {"workflows"},
    {"dataset", "settings"},
    {"thresholds", "updating"},
    {"silence"},
    {"report"},
    {"inputs"},
    {"errors", "progress", "untrusted"},
)
EDGE_MAY = {
    "dataset",
    "workflows",
    "store",
    "registry",
    "refresh",
    "report",
    "errors",
    "progress",
    "untrusted",
    "edges",
}
OUTSIDE = {"socket", "subprocess", "urllib.request", "http.client", "github", "obstore", "requests", "urllib3"}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "osds"


def imports(path: Path) -> list[str]:
    """Every module that a file imports, at its top or inside functions."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            found += [f"{base}.{alias.name}" if base in {"osds", "osds.edges"} else base for alias in node.names]
    return found


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports__point_inward(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in {"__init__", "example"}:
        return
    floor = next(i for i, rooms in enumerate(FLOORS) if own in rooms)
    below = set().union(*FLOORS[floor + 1 :]) | {own, "__version__", "osds"}
    if floor == 0:
        below |= FLOORS[0]
    foreign = {room(m) for m in imports(path) if m.split(".")[0] == "osds"} - below
    assert not foreign, f"{own} is not above {foreign}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports__only_edges_know_the_outside(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    ours = {room(m) for m in imports(path) if m.split(".")[0] == "osds"}
    if own == "edges":
        assert ours <= EDGE_MAY | {"osds"}
        return
    assert not OUTSIDE & set(imports(path))
    assert "edges" not in ours or own in {"commands", "cli", "session", "action", "demo"}


def test_names__action_yml_settings_and_flags_are_the_same() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert list(action["inputs"]) == list(INPUTS)
    assert set(action["outputs"]) == set(OUTPUTS)
    for name in ("validate", "aggregate", "publish", "register"):
        flags = {option.opts[0] for option in cli.commands[name].params if option.param_type_name == "option"}
        wanted = {f"--{option.name}" for option in OPTIONS if name in option.commands and not option.secret}
        own = {"--format", "--output"} - wanted if name == "validate" else set()
        assert wanted == flags - {"--json", "--dry-run", "--debug"} - own


def table_of(heading: str) -> list[str]:
    """The first column of the README's table below a heading."""
    part = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)


def test_readme__lists_inputs_outputs_and_commands() -> None:
    assert table_of("Inputs") == ["command", "path", *(option.name for option in OPTIONS)]
    assert table_of("Outputs") == list(OUTPUTS)
    for name in (*cli.commands, "registry init"):
        assert f"osds {name}" in README


def test_readme__shows_the_workflow_that_init_writes() -> None:
    assert (PACKAGE / "templates/workflow.yml").read_text("utf-8").strip() in README


def test_readme__shows_the_workflow_of_core_data() -> None:
    name = json.loads((PACKAGE / "example/datapackage.json").read_text("utf-8"))["name"]
    template = (PACKAGE / "templates/core-workflow.yml").read_text("utf-8")
    assert template.replace("17 3 * * *", daily(name)).strip() in README


def test_readme__shows_what_really_happens(tmp_path: Path) -> None:
    shown = README.split("<!-- demo -->\n```console\n", 1)[1].split("\n```", 1)[0]
    command = [sys.executable, "-I", "-m", "osds.demo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300)
    assert _without_places(done.stdout).strip() == _without_places(shown.removeprefix("$ scripts/demo\n")).strip()


def _without_places(text: str) -> str:
    """Where the example lies and what a commit is called differ from machine to machine."""
    text = re.sub(r"(file://)?/?\S*osds/example", "EXAMPLE", text)
    return re.sub(r"as [0-9a-f]{12}\b", "as COMMIT", text)


def test_readme__what_a_failing_check_looks_like(tmp_path: Path) -> None:
    shown = README.split("<!-- failing -->\n```console\n", 1)[1].split("\n```", 1)[0]
    example = tmp_path / "budget"
    shutil.copytree(PACKAGE / "example", example)
    descriptor = json.loads((example / "datapackage.json").read_text("utf-8"))
    for key in ("bytes", "hash"):  # they would be findings of their own
        del descriptor["resources"][0][key]
    (example / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    (table,) = example.glob("data/*.csv")
    rows = table.read_text("utf-8").splitlines()
    rows[4] = rows[4].rsplit(",", 1)[0] + ",nfp"
    table.write_text("\n".join(rows) + "\n", "utf-8")
    done = CliRunner().invoke(cli, ["validate", str(example)], standalone_mode=False)
    assert f"$ osds validate budget\n{done.stdout}".strip() == shown.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_pages__are_what_scripts_pages_makes(page: object) -> None:
    from scripts.pages import Page

    assert isinstance(page, Page)
    assert (ROOT / page.path).read_text("utf-8") == page.render(), "run scripts/pages"


def test_checks__codes_are_unique_and_explained() -> None:
    checks = all_checks()
    codes = [check.code for check in checks]
    assert len(codes) == len(set(codes))
    for check in checks:
        assert check.title, check.code
        assert check.explanation, check.code
        assert check.advice, check.code
        assert not check.advice.endswith("."), check.code


def test_checks__of_money_have_an_example() -> None:
    for check in (*fiscal_checks.CHECKS, *audit_checks.CHECKS):
        assert check.example, check.code


def test_pre_commit__the_hook_runs_a_command_that_is_there() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("osds-validate", "python", False)
    command, verb = hook["entry"].split()
    assert command == "osds"
    assert verb in cli.commands
    assert f"- id: {hook['id']}" in README
    wanted = ("datapackage.json", "town/osds.yml", "data/budget.csv", "data/Budget.csv.gz", "b.tsv")
    assert all(re.search(hook["files"], name) for name in wanted)
    assert not any(re.search(hook["files"], name) for name in ("README.md", "my-datapackage.json.txt", "osds.ymlx"))


def test_settings_schema__accepts_what_settings_accept() -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "docs/osds.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == set(FILE_ONLY) | {option.name for option in OPTIONS if option.in_file}
    Draft202012Validator(schema).validate({"limit-errors": 10, "store": "./store"})


def test_the_projects_files_speak_of_the_project_alone() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if name in {"uv.lock", "tests/test_project.py"} or not path.is_file():
            continue
        text = path.read_text("utf-8", errors="replace")
        assert not re.search(r"(?<![\w.])/(work|root)/", text), name
