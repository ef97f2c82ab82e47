"""Every workflow that we ask people to copy: it is short, it parses, and it calls what is there with what that takes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.registry.template import registry_files

ROOT = Path(__file__).parents[2]
OURS = "openspending/osds/.github/workflows/"
BLOCK = re.compile(r"^```ya?ml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "scripts/texts").glob("*.md"))]


def examples() -> dict[str, str]:
    """Every caller that stands in a page or a template, by where it stands."""
    found = {
        f"{page.name}:{page.read_text('utf-8')[: match.start()].count(chr(10)) + 2}": match[1]
        for page in PAGES
        for match in BLOCK.finditer(page.read_text("utf-8"))
    }
    found |= {path.name: path.read_text("utf-8") for path in (ROOT / "osds/templates").glob("*.yml")}
    registry = registry_files(title="Ours", core_organisation="os-data")
    found |= {name: text.decode() for name, text in registry.items() if name.startswith(".github/workflows/")}
    return {where: text for where, text in found.items() if f"uses: {OURS}" in text}


EXAMPLES = examples()
Workflow = dict[Any, Any]


def load(text: str) -> Workflow:
    """A YAML document. Beware: YAML reads the key `on` as True."""
    value = yaml.safe_load(text)
    assert isinstance(value, dict)
    return value


def called(call: Workflow) -> Workflow:
    name, _, version = call["uses"].removeprefix(OURS).partition("@")
    assert version == "v0"
    return load((ROOT / ".github/workflows" / name).read_text("utf-8"))


def with_comments(text: str) -> str:
    """The example with those of its lines in use that stand there as comments to be taken into use."""
    return re.sub(r"^(    )# (?=with:|  [a-z-]+: )", r"\1", text, flags=re.MULTILINE)


def test_examples__are_there() -> None:
    assert len([where for where in EXAMPLES if where.startswith("README.md")]) >= 2
    names = {load(text)["jobs"].popitem()[1]["uses"].removeprefix(OURS).partition("@")[0] for text in EXAMPLES.values()}
    reusable = {
        path.name for path in (ROOT / ".github/workflows").iterdir() if "workflow_call:" in path.read_text("utf-8")
    }
    assert names == reusable, "a workflow that nobody is shown how to call"


@pytest.mark.parametrize("where", EXAMPLES)
def test_example__calls_with_inputs_and_rights_that_are_known(where: str) -> None:
    example = load(with_comments(EXAMPLES[where]))
    assert example["permissions"] == {}
    for call in example["jobs"].values():
        workflow = called(call)
        asked = workflow[True]["workflow_call"]
        assert set(call.get("with", {})) <= set(asked.get("inputs", {}))
        assert set(call.get("secrets", {})) <= set(asked.get("secrets", {}))
        wanted: dict[str, str] = {}
        for job in workflow["jobs"].values():
            for area, level in job["permissions"].items():
                wanted[area] = max(level, wanted.get(area, ""))  # `write` comes after `read`
        assert call["permissions"] == wanted


@pytest.mark.parametrize("where", [where for where in EXAMPLES if not where.startswith(".github")])
def test_example__of_a_dataset_is_short_and_says_why(where: str) -> None:
    lines = EXAMPLES[where].strip().splitlines()
    assert len(lines) <= 15
    grants = [line for line in lines if re.search(r": (read|write)\b", line)]
    assert grants
    assert all(" # " in line for line in grants)


@pytest.mark.parametrize("where", EXAMPLES)
def test_example__linters_find_nothing(where: str, tmp_path: Path, find_tool: Callable[[str], str]) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/osds.yml").write_text(EXAMPLES[where], "utf-8")
    (tmp_path / ".github/zizmor.yml").write_bytes(
        registry_files(title="x", core_organisation="x")[".github/zizmor.yml"]
    )
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    zizmor = [
        str(Path(sys.executable).with_name("zizmor")),
        "--offline",
        "--persona=regular",
        "--no-progress",
        str(tmp_path),
    ]
    done = subprocess.run(zizmor, capture_output=True, text=True)
    assert "No findings to report" in done.stdout, done.stdout
    done = subprocess.run([find_tool("actionlint")], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
