"""The process in which a sweep meets one dataset: `python -I -m osds.commands.registry.shard_child BYTES`.

`osds.edges.local.child` starts it, with nothing in its environment. It limits its own memory and time, reads one question
(which folder, which limits), validates the dataset, adds it up, and answers. The rows are judged in a further process
below it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from osds.commands.dataset.aggregate import aggregate_dataset
from osds.commands.dataset.ledgers import Ledgers
from osds.commands.dataset.validate import Validation, validate
from osds.errors import OsdsError, UsageError
from osds.progress import Silent
from osds.registry.status import Verdict
from osds.registry.sweep_result import BUNDLE, DATA, detail_of
from osds.report import DESCRIPTOR_FILE, Report, Severity
from osds.session import Session
from osds.settings import Settings
from osds.store.data import choose_resources
from osds.tables.checks import LIMIT_REACHED
from osds.tables.child import limit_process, limit_question, send, take_streams
from osds.thresholds import Thresholds

# What the action that hands files from job to job cannot carry in a path, and what it leaves out.
_NOT_CARRIED = frozenset('"<>|*?:')


def main() -> None:
    """Answer one question."""
    questions, answers = take_streams()
    limit_process(int(sys.argv[1]))
    question = json.loads(questions.readline())
    limit_question(question["seconds"] * (os.cpu_count() or 1), writes=True)
    try:
        answer = look(question)
    except MemoryError:
        send(answers, {"ended": "memory"})
        return
    except OsdsError as error:
        answer = {"failure": detail_of(error.what)}
    except Exception as error:  # noqa: BLE001 (a bug that one dataset finds must not stop the others)
        answer = {"failure": detail_of(f"This is a bug in osds: {type(error).__name__}: {error}")}
    send(answers, {"answer": answer})


def look(question: dict[str, Any]) -> dict[str, Any]:
    """Judge the dataset `name` in `folder`; if it is valid, write its bundle, and the data to publish, below `output`.

    The answer has the values of a `Result` that this knows, or a `failure`.
    """
    folder, output = Path(question["folder"]), Path(question["output"])
    asked = Session(environ={}, progress=Silent(), runner=None, json=False).settings(folder, {})
    settings = replace(asked, max_seconds=question["seconds"], max_memory=question["memory"], changed_since=None)
    with Ledgers(settings, Silent()) as ledgers:
        validation = validate(folder, settings, Silent(), ledgers)
        done = aggregate_dataset(validation, settings, output / BUNDLE, Silent(), ledgers)
    limits = [finding for finding in done.report.findings if finding.code == LIMIT_REACHED.code]
    if limits:
        return {"failure": detail_of(limits[0].message)}
    answer = _counted(done.report)
    if done.aggregation is None or done.aggregation.bundle is None:
        return answer
    if validation.report.dataset != question["name"]:
        return {"failure": detail_of(f"Its {DESCRIPTOR_FILE} calls it {validation.report.dataset!r}")}
    _copy_data(validation, settings, output / DATA)
    return {
        **answer,
        "until": _last_year(done.aggregation.bundle.descriptor),
        "publish_data": settings.publish_data or "",
        "gate": _gate(settings.gate),
    }


def _counted(report: Report) -> dict[str, Any]:
    return {
        "verdict": str(Verdict.VALID if report.valid else Verdict.INVALID),
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "rows": sum(table.rows or 0 for table in report.tables),
    }


def _last_year(descriptor: dict[str, Any]) -> str:
    """The last year that has a total."""
    measures = descriptor["osds"]["measures"].values()
    return max(
        (str(t["year"]) for m in measures for t in m["totals"] if str(t.get("year", "")).isdecimal()), default=""
    )


def _gate(gate: Thresholds) -> dict[str, int]:
    """What differs from the defaults, by the names of `osds.yml`."""
    default = vars(Thresholds())
    return {name.replace("_", "-"): value for name, value in vars(gate).items() if value != default[name]}


def _copy_data(validation: Validation, settings: Settings, target: Path) -> None:
    """Copy the files that the dataset wants published, and the descriptor that names them."""
    if settings.publish_data is None or validation.package is None:
        return
    chosen = choose_resources(validation.package.resources, settings.publish_data)
    for path in (DESCRIPTOR_FILE, *(path for resource in chosen for path in resource.paths)):
        source = validation.folder / path
        if source.is_file():  # and no address elsewhere
            if _NOT_CARRIED & set(path):
                raise UsageError(f"The file {path!r} has a character in its name that cannot be carried everywhere")
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / path)


if __name__ == "__main__":
    main()
