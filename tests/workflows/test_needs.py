"""What called workflows need: the table is that of the files themselves, and callers are held to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from osds.workflows.files import parse_workflow
from osds.workflows.needs import NEEDS, missing

WORKFLOWS = Path(__file__).parent.parent.parent / ".github" / "workflows"
DATASET = "openspending/osds/.github/workflows/dataset.yml@v0"


@pytest.mark.parametrize("name", NEEDS)
def test_needs__are_those_of_the_workflow(name: str) -> None:
    path = WORKFLOWS / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    needed: dict[str, str] = {}
    for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
        for area, level in (job.get("permissions") or {}).items():
            needed[area] = max(level, needed.get(area, "none"), key=["none", "read", "write"].index)
    assert NEEDS[name] == needed


def test_needs__name_every_workflow_that_others_call() -> None:
    texts = {path.name: path.read_text("utf-8") for path in WORKFLOWS.glob("*.yml")}
    assert {name for name, text in texts.items() if "workflow_call:" in text} <= set(NEEDS)


@pytest.mark.parametrize(
    ("whole", "job", "lacking"),
    [
        ("permissions: {}", "permissions: {contents: read, id-token: write}", ()),
        ("permissions: {contents: write, id-token: write}", "", ()),
        ("permissions: write-all", "", ()),
        ("permissions: read-all", "", ("id-token: write",)),
        ("permissions: {contents: read, id-token: write}", "permissions: {contents: read}", ("id-token: write",)),
        ("permissions: {}", "", ("contents: read", "id-token: write")),
        ("permissions: {}", "permissions: {id-token: read, contents: nonsense}", ("contents: read", "id-token: write")),
        ("", "", ("id-token: write",)),
    ],
)
def test_missing__what_a_caller_does_not_grant(whole: str, job: str, lacking: tuple[str, ...]) -> None:
    text = f"on: push\n{whole}\njobs:\n  data:\n    uses: {DATASET}\n    {job}\n"
    workflow = parse_workflow("w.yml", text.encode())
    assert missing(workflow, workflow.calls[0]) == lacking
