"""One run of a command: what it was given from outside, and where its words go.

`cli` makes it; nothing else reads the environment, the standard streams or the runner.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osds.dataset.safe_yaml import NotYamlError, load_yaml
from osds.edges.local import files
from osds.edges.runner import Runner, find_runner
from osds.edges.terminal import open_progress
from osds.errors import OutsideError, UsageError
from osds.progress import Progress
from osds.registry.policy import without_policy
from osds.report import Report, Severity
from osds.settings import Settings, resolve
from osds.silence import SETTINGS_FILE
from osds.untrusted import json_text, lines, one_line
from osds.views import json_report, summary, text
from osds.views.annotation import Told, command
from osds.views.annotation import render as render_annotations

REPORT_FILE = "osds-report.json"
SARIF_FILE = "osds-report.sarif"
_MAX_SETTINGS = 65_536  # bytes


@dataclass(frozen=True, kw_only=True)
class Session:
    """The environment of a run. `json` asks for one JSON document on stdout in place of text."""

    environ: Mapping[str, str]
    progress: Progress
    runner: Runner | None
    json: bool

    def settings(self, folder: Path | None, flags: Mapping[str, object]) -> Settings:
        """The settings for a dataset's folder (None for none), from `osds.yml`, the environment and flags."""
        return resolve(file=_read_settings(folder), environ=self.environ, flags=flags)

    def say(self, told: str, document: Mapping[str, Any] | None = None) -> None:
        """Print the outcome: `told` for people, or the JSON document where that was asked for."""
        if self.json and document is not None:
            print(json_text(document), end="")
        elif not self.json:
            print(lines(told.rstrip("\n")))

    def show_report(self, report: Report, folder: Path, form: str = "text") -> None:
        """Print a report; on a runner also annotate files, write the summary, set the outputs."""
        if form == "text" or self.json:
            self.say(text.render(report), json_report.to_json(report))
        else:
            print(self._document(report, folder, form), end="")
        if self.runner is not None:
            self._tell_runner(self.runner, report, folder)

    def write_report(self, report: Report, folder: Path, *, form: str, target: Path) -> None:
        """Write a report to a file, and print it as text. Raises `OutsideError` if the file cannot be written."""
        self._write(report, folder, form=form, target=target)
        self.show_report(report, folder)

    def _write(self, report: Report, folder: Path, *, form: str, target: Path) -> None:
        try:
            target.write_text(self._document(report, folder, form), encoding="utf-8")
        except OSError as error:
            raise OutsideError(
                f"{target} cannot be written: {error.strerror}", next_step="Give another file"
            ) from error

    def _document(self, report: Report, folder: Path, form: str) -> str:
        from osds.views.formats import FORMATS

        return FORMATS[form](report, _in_workspace(folder, self.runner.workspace if self.runner else None))

    def warn(self, message: str) -> None:
        """Annotate the run with a warning, where there is a runner."""
        if self.runner is not None:
            print(command("warning", message, title="osds"), file=sys.stderr)

    def relay(self, line: str) -> None:
        """Hand on a line that another program printed; no runner or terminal obeys it."""
        print(one_line(line, 4096), file=sys.stderr)

    def set_step_outputs(self, outputs: Mapping[str, str]) -> None:
        """Set outputs that our own workflows read, where there is a runner."""
        if self.runner is not None:
            for name, value in outputs.items():
                self.runner.set_step_output(name, value)

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Set outputs of the action, where there is a runner."""
        if self.runner is not None:
            for name, value in outputs.items():
                self.runner.set_output(name, value)

    def set_verdict(self, report: Report) -> None:
        """Set the outputs that say whether the dataset is valid."""
        counts = {"errors": report.count(Severity.ERROR), "warnings": report.count(Severity.WARNING)}
        self.set_outputs({"valid": str(report.valid).lower(), **{name: str(n) for name, n in counts.items()}})

    def add_summary(self, markdown: str) -> None:
        """Append to the job summary, where there is a runner."""
        if self.runner is not None:
            self.runner.add_summary(markdown)

    def _tell_runner(self, runner: Runner, report: Report, folder: Path) -> None:
        self._annotate(runner, report, _in_workspace(folder, runner.workspace))
        runner.add_summary(summary.render(report))
        self.set_verdict(report)
        if runner.temporary is not None:
            for output, form, name in (("report", "json", REPORT_FILE), ("sarif", "sarif", SARIF_FILE)):
                path = runner.temporary / name
                self._write(report, folder, form=form, target=path)
                self.set_outputs({output: str(path)})

    def _annotate(self, runner: Runner, report: Report, folder: str) -> None:
        """Say the annotations on stderr: the runner reads both streams, and stdout may hold JSON."""
        in_step, in_job = runner.told()
        annotations = list(render_annotations(report, folder, Told(in_step=in_step, in_job=in_job)))
        for line in annotations:
            print(line, file=sys.stderr)
        if report.findings and not annotations:
            print("GitHub shows no more annotations here; the job summary has what was found", file=sys.stderr)
        runner.note_told(line.removeprefix("::").split()[0] for line in annotations)


def open_session(environ: Mapping[str, str] | None = None, *, as_json: bool) -> Session:
    """The session of this process."""
    environ = os.environ if environ is None else environ
    return Session(environ=environ, progress=open_progress(), runner=find_runner(environ), json=as_json)


def _in_workspace(folder: Path, workspace: Path | None) -> str:
    """The dataset's path in the repository, as annotations need it."""
    try:
        path = folder.resolve().relative_to((workspace or Path()).resolve())
    except ValueError:
        return ""
    return "" if path == Path() else path.as_posix()


def _read_settings(folder: Path | None) -> Mapping[str, object]:
    content = files.read_file(folder, SETTINGS_FILE, _MAX_SETTINGS) if folder is not None else None
    if not content:
        return {}
    if len(content) > _MAX_SETTINGS:
        raise UsageError(f"{SETTINGS_FILE} is larger than {_MAX_SETTINGS:,} bytes", next_step="Keep to the settings")
    try:
        value = load_yaml(content)
    except NotYamlError as error:
        where = f" at line {error.line}" if error.line is not None else ""
        raise UsageError(
            f"{SETTINGS_FILE} is not YAML{where}", next_step="Correct it; a colon needs a space after"
        ) from error
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise UsageError(
            f"{SETTINGS_FILE} must be a list of `key: value` lines", next_step="For instance `limit-errors: 100`"
        )
    return without_policy(value)
