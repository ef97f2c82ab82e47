"""The pages that are made from the code: `python -m scripts.pages` writes them, a test fails when one is stale."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from osds.aggregates import checks as aggregate_checks
from osds.audit import checks as audit_checks
from osds.commands.dataset.aggregate import FACTS_NOT_READ
from osds.dataset import checks as dataset_checks
from osds.doctor.table import GROUPS as DIAGNOSES
from osds.fiscal import checks as fiscal_checks
from osds.registry.reasons import GROUPS, Who
from osds.report import Check
from osds.settings import OPTIONS, Option
from osds.silence import SILENCE_SCHEMA, SILENCED
from osds.tables import checks as table_checks
from osds.thresholds import THRESHOLDS_SCHEMA
from osds.updating import UPDATE_SCHEMA
from scripts.action_pages import render_action, render_readme

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Page:
    """A file, relative to the project's folder, and the function that makes its text."""

    path: str
    render: Callable[[], str]


_ROOMS = (
    ("The descriptor and the files", dataset_checks.CHECKS),
    ("The fiscal model", fiscal_checks.CHECKS),
    ("The tables", table_checks.CHECKS),
    ("The figures", (*audit_checks.CHECKS, SILENCED)),
    ("The sums", (FACTS_NOT_READ, *aggregate_checks.CHECKS)),
)


def all_checks() -> tuple[Check, ...]:
    """Every check of osds, room by room."""
    return tuple(check for _, checks in _ROOMS for check in checks)


def render_checks() -> str:
    """The page of checks."""
    lines = [
        "# What osds checks",
        "",
        "An **error** makes a dataset invalid (exit code 1); some refuse it as unsafe (exit code 3). A **warning** is",
        "doubtful, a **notice** is good to know. Tables are judged by frictionless: its other error types appear under",
        "their own codes. This page is made by `python -m scripts.pages`.",
    ]
    for title, checks in _ROOMS:
        lines += ["", f"## {title}"]
        for check in checks:
            refused = ", refused as unsafe" if check.unsafe else ""
            lines += [
                "",
                f"### `{check.code}`",
                "",
                f"*{check.severity}{refused}*: **{check.title}.** {check.explanation}",
            ]
            lines += ["", f"Example: {check.example}."] if check.example else []
            lines += ["", f"{check.advice}."]
    return "\n".join(lines) + "\n"


def render_settings_schema() -> str:
    """The JSON Schema of a dataset's `osds.yml`."""
    properties = {option.name: _property(option) for option in OPTIONS if option.in_file}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "osds.yml of a dataset",
        "description": "Settings of osds for one dataset. Environment and flags override them.",
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties, "gate": THRESHOLDS_SCHEMA, "silence": SILENCE_SCHEMA, "update": UPDATE_SCHEMA},
    }
    return json.dumps(schema, indent=2) + "\n"


def _property(option: Option) -> dict[str, object]:
    kind: dict[str, object] = (
        {"type": "integer", "minimum": 1} if option.type is int else {"type": "string", "minLength": 1}
    )
    default = {} if option.default is None else {"default": option.default}
    return {"description": option.about, **kind, **default}


def render_registry() -> str:
    """The page for those who keep a registry: our text, and every reason that a decision may have."""
    lines = [(ROOT / "scripts" / "texts" / "registry.md").read_text(encoding="utf-8").rstrip("\n")]
    for title, kinds in GROUPS:
        lines += ["", f"### {title}"]
        for kind in kinds:
            lifted = ", lifted by a keeper's agreement" if kind.lifted else ""
            step = "" if kind.who is Who.NOBODY else f" For {kind.who}:"
            advice = f"{kind.advice[0].lower()}{kind.advice[1:]}" if step else f" {kind.advice}".strip()
            advice = advice.replace("{registry}", "OWNER/REGISTRY")
            lines += ["", f"#### `{kind.code}`", "", f"*{kind.outcome}{lifted}*: **{kind.title}.**{step} {advice}."]
    return "\n".join(lines) + "\n"


def render_doctor() -> str:
    """The page of every fault that the doctor can name."""
    lines = [
        "# What `osds doctor` finds",
        "",
        "Each fault with its cause, whose it is, and how to mend it. *Advice* can be left, and makes no exit code 1.",
        "Faults that are not yours make it 4. This page is made by `python -m scripts.pages`.",
    ]
    for title, kinds in DIAGNOSES:
        lines += ["", f"## {title}"]
        for kind in kinds:
            whose = "*Advice*" if kind.advice else f"*{kind.whose[0].upper()}{kind.whose[1:]}*"
            lines += ["", f"### `{kind.code}`", "", f"{whose}: **{kind.what}.** {kind.why}.", "", f"{kind.fix}."]
    return "\n".join(lines) + "\n"


PAGES = (
    Page(path="README.md", render=render_readme),
    Page(path="action.yml", render=render_action),
    Page(path="docs/checks.md", render=render_checks),
    Page(path="docs/osds.schema.json", render=render_settings_schema),
    Page(path="docs/doctor.md", render=render_doctor),
    Page(path="docs/registry.md", render=render_registry),
)


if __name__ == "__main__":
    for page in PAGES:
        (ROOT / page.path).write_text(page.render(), encoding="utf-8")
        print(page.path)
