"""`--changed-since`: the verdict is the same with it and without it; what is left out is unchanged and known to be good."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osds.commands.dataset.validate import validate
from osds.errors import UsageError
from osds.progress import Silent, Task
from osds.report import Report
from osds.settings import Settings

FIELDS = {
    "codes": [{"name": "code", "type": "string"}, {"name": "label", "type": "string"}],
    "facts": [{"name": "code", "type": "string"}, {"name": "amount", "type": "number"}],
    "other": [{"name": "year", "type": "year"}],
}
FILES = {
    "codes.csv": "code,label\na,Roads\nb,Schools\n",
    "facts.csv": "code,amount\na,1.50\nb,2\n",
    "other.csv": "year\n2024\n",
}
# What an edit may do to a file: nothing, something that is still right, or something that is not.
EDITS = {
    "codes.csv": [FILES["codes.csv"] + "c,Parks\n", "code,label\na,Roads\n", "code\na\n"],
    "facts.csv": [FILES["facts.csv"] + "a,3\n", FILES["facts.csv"] + "z,3\n", FILES["facts.csv"] + "a,nfp\n"],
    "other.csv": ["year\n2025\n", "year\n20x5\n", "year\n2024\n\n"],
}


def descriptor(amount: str = "number") -> dict[str, Any]:
    key = {"fields": "code", "reference": {"resource": "codes", "fields": "code"}}
    resources: list[dict[str, Any]] = [
        {"name": name, "path": f"{name}.csv", "schema": {"fields": json.loads(json.dumps(fields))}}
        for name, fields in FIELDS.items()
    ]
    resources[1]["schema"] |= {"foreignKeys": [key]}
    resources[1]["schema"]["fields"][1]["type"] = amount
    return {"name": "town", "resources": resources}


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "datapackage.json").write_text(json.dumps(descriptor()))
    git(folder, "init", "-q")
    commit(folder)
    return folder


def judged(folder: Path, revision: str | None = None) -> Report:
    return validate(folder, Settings(changed_since=revision), Silent()).report


def known(report: Report) -> list[str]:
    return [table.resource for table in report.tables if table.known]


def test_changed_since__what_was_never_judged_is_judged_and_then_known(dataset: Path) -> None:
    assert known(judged(dataset, "HEAD")) == []
    again = judged(dataset, "HEAD")
    assert known(again) == ["codes", "facts", "other"]
    assert {table.reason for table in again.tables} == {"unchanged since HEAD, and judged without errors before"}
    assert again.findings == judged(dataset).findings


def test_changed_since__a_table_that_refers_to_a_changed_one_is_judged_again(dataset: Path) -> None:
    judged(dataset, "HEAD")
    (dataset / "codes.csv").write_text("code,label\na,Roads\n")
    found = judged(dataset, "HEAD")
    assert known(found) == ["other"]
    assert "foreign-key" in {finding.code for finding in found.findings}


def test_changed_since__a_bad_table_that_was_committed_is_still_bad(dataset: Path) -> None:
    (dataset / "other.csv").write_text("year\n20x5\n")
    commit(dataset)
    for _ in range(2):
        found = judged(dataset, "HEAD")
        assert "other" not in known(found)
        assert "type-error" in {finding.code for finding in found.findings}


def test_changed_since__another_schema_is_another_table(dataset: Path) -> None:
    judged(dataset, "HEAD")
    (dataset / "datapackage.json").write_text(json.dumps(descriptor("integer")))
    assert known(judged(dataset, "HEAD")) == ["codes", "other"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(FILES)), st.integers(-1, 2), st.booleans()), max_size=4))
def test_changed_since__the_verdict_is_the_same(dataset: Path, steps: list[tuple[str, int, bool]]) -> None:
    folder = dataset.parent / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(dataset, folder)
    judged(folder, "HEAD")
    for name, edit, committed in steps:
        (folder / name).write_text(FILES[name] if edit < 0 else EDITS[name][edit])
        if committed:
            git(folder, "add", ".")
            git(folder, "commit", "-qm", "x", "--allow-empty")
        with_it, without = judged(folder, "HEAD"), judged(folder)
        assert with_it.findings == without.findings
        assert [(t.resource, t.rows, t.judged) for t in with_it.tables] == [
            (t.resource, t.rows, t.judged) for t in without.tables
        ]


@pytest.mark.parametrize("revision", ["nope", "--help", "--output=x", "HEAD\0", "HEAD:other.csv", "x" * 2000, " "])
def test_changed_since__no_such_revision(dataset: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="There is no revision"):
        judged(dataset, revision)


def test_changed_since__no_repository(tmp_path: Path, dataset: Path) -> None:
    shutil.rmtree(dataset / ".git")
    with pytest.raises(UsageError, match="is in no git repository"):
        judged(dataset, "HEAD")


def test_changed_since__a_shallow_clone_says_how_to_get_more(tmp_path: Path, dataset: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{dataset}", "shallow")
    with pytest.raises(UsageError, match=r"This clone is shallow"):
        judged(tmp_path / "shallow", "HEAD~1")


class Heard(Silent):
    """Progress that is written down."""

    def __init__(self) -> None:
        self.tasks: list[str] = []

    @contextmanager
    def task(self, text: str, total: int | None = None) -> Iterator[Task]:
        self.tasks.append(text)
        yield self


def rest(folder: Path) -> None:
    """Let the files be older than the coarsest clock of a file system is coarse."""
    deadline = time.time() + 2.1
    while max(path.stat().st_ctime for path in folder.iterdir()) > deadline - 2.1 or time.time() < deadline:
        time.sleep(0.1)


def test_changed_since__what_is_known_is_not_even_read(dataset: Path) -> None:
    rest(dataset)
    judged(dataset, "HEAD")
    (dataset / "other.csv").write_text("year\n2025\n")
    heard = Heard()
    validate(dataset, Settings(changed_since="HEAD"), heard)
    assert heard.tasks == ["Reading other.csv"]
    notes = dataset / ".git" / "osds" / "files"
    assert len(list(notes.iterdir())) == 3  # other.csv has just been written


def test_changed_since__a_table_that_is_referred_to_is_read(dataset: Path) -> None:
    judged(dataset, "HEAD")
    (dataset / "facts.csv").write_text(FILES["facts.csv"] + "a,3\n")
    heard = Heard()
    validate(dataset, Settings(changed_since="HEAD"), heard)
    assert heard.tasks == ["Reading codes.csv", "Reading facts.csv"]


def test_changed_since__another_content_of_the_same_size_and_time_is_noticed(dataset: Path) -> None:
    rest(dataset)
    judged(dataset, "HEAD")
    table, times = dataset / "other.csv", (dataset / "other.csv").stat()
    table.write_text("year\n20x4\n")
    os.utime(table, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert "type-error" in {finding.code for finding in judged(dataset, "HEAD").findings}


def test_changed_since__a_file_that_was_only_touched_is_known(dataset: Path) -> None:
    rest(dataset)
    judged(dataset, "HEAD")
    (dataset / "other.csv").touch()
    assert known(judged(dataset, "HEAD")) == ["codes", "facts", "other"]


def test_changed_since__what_is_odd_in_the_bytes_is_told_again(dataset: Path) -> None:
    (dataset / "codes.csv").write_bytes(b"code,label\na,Ro\0ads\nb,Schools\n")
    commit(dataset)
    for _ in range(2):
        found = judged(dataset, "HEAD")
        assert "nul-byte" in {finding.code for finding in found.findings}
        assert known(found) in ([], ["other"])


@pytest.mark.parametrize("note", ["", "{}", "[1]", '{"stamp": [], "sha256": 1, "blob": null}'])
def test_changed_since__a_damaged_note_is_none(dataset: Path, note: str) -> None:
    rest(dataset)
    judged(dataset, "HEAD")
    for path in (dataset / ".git" / "osds" / "files").iterdir():
        path.write_text(note)
    assert known(judged(dataset, "HEAD")) == ["codes", "facts", "other"]
