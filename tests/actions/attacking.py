"""A dataset with one hostile text in one place, and `osds validate` on it as a runner sees it: every word is looked at."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from osds.cli import run
from osds.edges.runner import OUTPUTS
from tests.actions.hostile_places import PLACES, Dataset
from tests.runner_grammar import Listener, read_values

LEVELS = {"error", "warning", "notice"}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything that the run said, and where its dataset lies in the repository."""

    code: int
    out: str
    err: str
    outputs: str
    summary: str
    report: str
    folder: str
    form: str


def attack(place: str, text: str, form: str = "text") -> Seen:
    """`osds validate` on a dataset with `text` at `place`, run as on a runner; the report is printed in this form."""
    dataset = Dataset()
    PLACES[place](dataset, text)
    with tempfile.TemporaryDirectory(prefix="osds-") as temporary:
        workspace = Path(temporary) / "repo"
        _write(dataset, workspace / dataset.folder)
        files = {name: Path(temporary) / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP")}
        files["RUNNER_TEMP"].mkdir()
        places = {name: str(path) for name, path in files.items()} | {"GITHUB_WORKSPACE": str(workspace)}
        out, err = io.StringIO(), io.StringIO()
        with _environment(GITHUB_ACTIONS="true", **places), redirect_stdout(out), redirect_stderr(err):
            code = run(["validate", "--format", form, "--", str(workspace / dataset.folder)])
        outputs, summary = (_text(files[name]) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))
        report = _text(files["RUNNER_TEMP"] / "osds-report.json")
    return Seen(
        code=code,
        out=out.getvalue(),
        err=err.getvalue(),
        outputs=outputs,
        summary=summary,
        report=report,
        folder=dataset.folder,
        form=form,
    )


def _write(dataset: Dataset, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "datapackage.json").write_text(json.dumps(dataset.descriptor), "ascii")
    with (folder / dataset.path).open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file, lineterminator="\n").writerows(dataset.rows)
    if dataset.settings:
        (folder / "osds.yml").write_text(json.dumps(dataset.settings), "utf-8")  # JSON is YAML


def _text(path: Path) -> str:
    return path.read_bytes().decode() if path.exists() else ""


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def faults(seen: Seen) -> Iterator[str]:
    """What the run said that it must not say: commands, outputs, Markdown, HTML of the text's making; a bug."""
    if seen.code not in range(5):
        yield f"exit code {seen.code}: {seen.err}"
    yield from _commands(seen)
    if set(read_values(seen.outputs)) - set(OUTPUTS):
        yield f"outputs {seen.outputs!r}"
    yield from _markdown(seen.summary)
    if seen.form == "html" and seen.code < 2:
        yield from _html(seen.out)


def _commands(seen: Seen) -> Iterator[str]:
    heard = Listener()
    yield from (f"on stdout: {command}" for command in heard.hear(seen.out))
    yield from (f"in the JSON report, when it is shown: {command}" for command in heard.hear(seen.report))
    commands = heard.hear(seen.err)
    for command in commands:
        ours = command.name in LEVELS and set(command.properties) <= {"file", "line", "title"}
        file = command.properties.get("file", f"{seen.folder}/x")
        elsewhere = seen.folder == "town" and (not file.startswith("town/") or ".." in file.split("/"))
        if not ours or elsewhere or "\n" in command.data or not command.properties.get("line", "1").isdigit():
            yield f"on stderr: {command}"
    told = sum(line.startswith("::") for line in seen.err.split("\n"))
    if len(commands) != told:
        yield f"{len(commands)} commands were heard and {told} were said: {seen.err}"


def _markdown(text: str) -> Iterator[str]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for block in parser.parse(text):
        for token in (block, *(block.children or ())):
            if token.type in {"link_open", "image", "html_block", "em_open", "strong_open", "fence", "code_block"}:
                yield f"Markdown {token.type} in {text!r}"
            if token.type == "html_inline" and token.content not in {"<sub>", "</sub>"}:
                yield f"HTML {token.content!r} in {text!r}"
            # GitHub makes links of these wherever they stand outside of code. One is ours, in an advice.
            if token.type == "text" and re.search(r"https?://(?!datapackage\.org/)|www\.|@\w|#\d|GH-\d", token.content):
                yield f"a link or mention {token.content!r} in {text!r}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _html(text: str) -> Iterator[str]:
    tags = _Tags()
    tags.feed(text)
    for tag, attributes in tags.found:
        if tag in {"img", "iframe", "object", "embed", "base", "form", "svg"} or any(
            a.startswith("on") for a in attributes
        ):
            yield f"HTML {tag} {attributes}"
        if not (attributes.get("href") or "#").startswith("#"):
            yield f"HTML link {attributes}"
    if sum(tag == "script" for tag, _ in tags.found) != 1:
        yield "HTML scripts that are not ours"
