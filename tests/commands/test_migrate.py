"""`osds migrate` on real folders: the diff that it shows, and the file that it writes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from osds.commands.dataset.migrate import migrate_dataset
from osds.commands.dataset.validate import validate
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.fiscal.migration.migrate import State
from osds.progress import Silent
from osds.settings import Settings
from tests.samples import MODEL, SCHEMA

MakeDataset = Callable[..., Path]

DRAFT: dict[str, Any] = {
    "name": "town-budget",
    "title": "Städte",
    "licenses": [{"name": "ODC-PDDL-1.0"}],
    "resources": [{"name": "budget", "path": "budget.csv", "schema": SCHEMA}],
    "mapping": MODEL,
}
OF_2015 = """{
  "name": "town-budget", "licenses": [ {"name": "PDDL"} ],
  "bytes": 1.50,
  "resources": [
    {"name": "budget", "path": "budget.csv", "schema": {"fields": [
      {"name": "year", "type": "integer"}, {"name": "code", "type": "string"},
      {"name": "label", "type": "string"}, {"name": "amount", "type": "number"}
    ]}}
  ],
\t"mapping": {
\t  "amount": {"source": "budget/amount", "currency": "EUR"},
\t  "date": "budget/year"
\t}
}"""
DIFF_2015 = """\
--- a/datapackage.json
+++ b/datapackage.json
@@ -7,8 +7,23 @@
       {"name": "label", "type": "string"}, {"name": "amount", "type": "number"}
     ]}}
   ],
-\t"mapping": {
-\t  "amount": {"source": "budget/amount", "currency": "EUR"},
-\t  "date": "budget/year"
+\t"model": {
+\t  "measures": {
+\t    "amount": {
+\t      "source": "amount",
+\t      "currency": "EUR"
+\t    }
+\t  },
+\t  "dimensions": {
+\t    "date": {
+\t      "dimensionType": "datetime",
+\t      "attributes": {
+\t        "year": {
+\t          "source": "year"
+\t        }
+\t      },
+\t      "primaryKey": "year"
+\t    }
+\t  }
 \t}
 }
\\ No newline at end of file
"""


def text_of(folder: Path) -> str:
    return (folder / "datapackage.json").read_bytes().decode("utf-8")


def in_folder(make_dataset: MakeDataset, text: str | bytes) -> Path:
    return make_dataset(files={"datapackage.json": text})


def test_migrate_dataset__shows_the_diff_and_writes_nothing(make_dataset: MakeDataset) -> None:
    folder = in_folder(make_dataset, OF_2015)
    done = migrate_dataset(folder, write=False)
    assert done.diff == DIFF_2015
    assert (done.state, done.changed, done.written, done.exit_code) == (State.MIGRATED, True, False, 0)
    assert "\n".join(done.lines).startswith(DIFF_2015)
    assert done.lines[-1] == "Nothing was written: --write accepts the change"
    assert any("'year' has the type integer" in line for line in done.lines)
    assert text_of(folder) == OF_2015


def test_migrate_dataset__writes_what_the_diff_says(make_dataset: MakeDataset, tmp_path: Path) -> None:
    folder = in_folder(make_dataset, OF_2015)
    other = tmp_path / "other"
    other.mkdir()
    (other / "datapackage.json").write_bytes(OF_2015.encode())
    done = migrate_dataset(folder, write=True)
    assert (done.diff, done.written, done.lines[-1]) == (DIFF_2015, True, "datapackage.json was written")
    subprocess.run(["git", "apply", "-"], input=done.diff.encode(), cwd=other, check=True)
    assert text_of(other) == text_of(folder)
    assert validate(folder, Settings(), Silent()).report.valid
    assert sorted(path.name for path in folder.iterdir()) == ["budget.csv", "datapackage.json"]


def test_migrate_dataset__a_second_run_has_nothing_to_do(make_dataset: MakeDataset) -> None:
    folder = in_folder(make_dataset, OF_2015)
    migrate_dataset(folder / "datapackage.json", write=True)
    before = text_of(folder)
    done = migrate_dataset(folder, write=True)
    assert (done.state, done.diff, done.changed, done.written, done.exit_code) == (State.CURRENT, "", False, False, 0)
    assert done.lines == ("There is nothing to migrate in datapackage.json",)
    assert text_of(folder) == before


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DRAFT, indent=2) + "\n",
        json.dumps(DRAFT, indent="\t", ensure_ascii=False),
        json.dumps(DRAFT, indent=4).replace("\n", "\r\n"),
        json.dumps(DRAFT),
        json.dumps(DRAFT, separators=(",", ":")) + "\n",
        "\ufeff" + json.dumps(DRAFT, indent=1),
    ],
)
def test_migrate_dataset__a_renamed_key_is_one_changed_line(make_dataset: MakeDataset, text: str) -> None:
    folder = in_folder(make_dataset, text)
    done = migrate_dataset(folder, write=True)
    assert text_of(folder) == text.replace('"mapping"', '"model"')
    assert [line[0] for line in done.diff.split("\n")[3:] if line[:1] in {"+", "-"}] == ["-", "+"]


def test_migrate_dataset__keeps_permissions(make_dataset: MakeDataset) -> None:
    folder = in_folder(make_dataset, OF_2015)
    (folder / "datapackage.json").chmod(0o640)
    migrate_dataset(folder, write=True)
    assert (folder / "datapackage.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"name": "x"}', "'resources' is a required property"),
        ("[1]", "must be object"),
        ("{", "First to correct: line 1"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"name": "x", "resources": [{"name": "t", "path": "t.csv"}]}', "nowhere what the columns mean"),
    ],
)
def test_migrate_dataset__what_cannot_be_migrated(make_dataset: MakeDataset, text: str, words: str) -> None:
    folder = in_folder(make_dataset, text)
    done = migrate_dataset(folder, write=True)
    assert (done.state, done.diff, done.changed, done.exit_code) == (State.IMPOSSIBLE, "", False, 1)
    assert done.lines[0] == "The descriptor cannot be migrated:"
    assert words in done.lines[1]
    assert text_of(folder) == text


def test_migrate_dataset__no_descriptor(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no datapackage\.json"):
        migrate_dataset(tmp_path, write=True)


def test_migrate_dataset__a_link_is_not_followed(make_dataset: MakeDataset, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(OF_2015)
    folder = make_dataset()
    (folder / "datapackage.json").unlink()
    (folder / "datapackage.json").symlink_to(outside)
    with pytest.raises(UsageError):
        migrate_dataset(folder, write=True)
    assert outside.read_text() == OF_2015


def test_migrate_dataset__a_hostile_descriptor_is_refused(make_dataset: MakeDataset) -> None:
    with pytest.raises(UnsafeInputError, match="nested deeper"):
        migrate_dataset(in_folder(make_dataset, "[" * 100 + "]" * 100), write=False)


def test_migrate_dataset__a_disk_that_fails_leaves_the_old_file(
    make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = in_folder(make_dataset, OF_2015)

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutsideError, match="No space left on device"):
        migrate_dataset(folder, write=True)
    assert text_of(folder) == OF_2015
    assert sorted(path.name for path in folder.iterdir()) == ["budget.csv", "datapackage.json"]


# From another service


def repository(folder: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    origin = ["git", "-C", str(folder), "remote", "add", "origin", "https://github.com/ada/town"]
    subprocess.run(origin, check=True)
    return folder


SERVICE = {
    "goodtables.yml": "files: '*.csv'\nsettings: {row_limit: 100}\n",
    "README.md": "[![x](https://goodtables.io/badge/github/ada/old.svg)](https://goodtables.io/github/ada/old)\r\nText\r\n",
    ".github/workflows/frictionless.yaml": (
        "on: [push]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v2\n"
        "      - uses: frictionlessdata/repository@v2\n"
    ),
}


def test_migrate__takes_over_from_another_service(make_dataset: MakeDataset) -> None:
    folder = repository(make_dataset(files=dict(SERVICE)))
    shown = migrate_dataset(folder, write=False)
    assert shown.files == (
        ".github/workflows/frictionless.yaml",
        ".github/workflows/osds.yml",
        "README.md",
        "goodtables.yml",
    )
    assert (folder / "goodtables.yml").exists()
    done = subprocess.run(["git", "apply", "--check"], cwd=folder, input=shown.diff.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr
    written = migrate_dataset(folder, write=True)
    assert (written.diff, written.notes) == (shown.diff, shown.notes)
    assert written.lines[-1] == "4 files were written"
    assert "`row_limit`" in written.notes[-1]
    assert not (folder / "goodtables.yml").exists()
    assert not (folder / ".github/workflows/frictionless.yaml").exists()
    badge = "https://github.com/ada/town/actions/workflows/osds.yml"
    assert (folder / "README.md").read_bytes() == f"[![x]({badge}/badge.svg)]({badge})\r\nText\r\n".encode()
    assert migrate_dataset(folder, write=True).lines == ("There is nothing to migrate in datapackage.json",)


def test_migrate__of_datasets_in_folders_below(tmp_path: Path, make_dataset: MakeDataset) -> None:
    make_dataset("whole/data/town")
    (tmp_path / "whole/goodtables.yml").write_text("datapackages: [data/town/datapackage.json]\n", "utf-8")
    done = migrate_dataset(tmp_path / "whole", write=True)
    assert (done.exit_code, done.changed) == (0, True)
    assert "      path: data/town\n" in (tmp_path / "whole/.github/workflows/osds.yml").read_text("utf-8")


def test_migrate__leaves_everything_where_one_file_is_in_the_way(make_dataset: MakeDataset, tmp_path: Path) -> None:
    folder = make_dataset(files=dict(SERVICE))
    (tmp_path / "elsewhere").mkdir()
    (folder / ".github/workflows/frictionless.yaml").unlink()
    (folder / ".github/workflows").rmdir()
    (folder / ".github/workflows").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeInputError, match=r"osds\.yml is no ordinary file"):
        migrate_dataset(folder, write=True)
    assert (folder / "goodtables.yml").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_migrate__refuses_hostile_yaml_in_one_line(make_dataset: MakeDataset) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nfiles: *b\n"
    with pytest.raises(UsageError, match=r"goodtables\.yml uses aliases"):
        migrate_dataset(make_dataset(files={"goodtables.yml": bomb}), write=False)
