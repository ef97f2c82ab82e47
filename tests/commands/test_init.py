"""`osds init` on real folders: what it writes, what it keeps, what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.commands.dataset.init import Initialised, init
from osds.errors import OutsideError, UsageError
from osds.progress import Silent
from osds.refresh.rhythm import daily
from osds.settings import OPTIONS, resolve

BUDGET = "year,unit_code,unit,amount\n2023,01,Schools,10.50\n2023,02,Roads,5\n2024,01,Schools,11\n2024,02,Roads,-6.25\n"
FILES = ["datapackage.json", ".github/workflows/osds.yml", "osds.yml", ".gitattributes"]

MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Write a folder called `Town Budget` with these files; by default one CSV file."""

    def make(files: dict[str, str | bytes] | None = None) -> Path:
        folder = tmp_path / "Town Budget"
        folder.mkdir()
        for name, content in ({"data/budget.csv": BUDGET} if files is None else files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make


def run(folder: Path, *, currency: str | None = None, dry_run: bool = False, core: bool = False) -> Initialised:
    return init(folder, currency=currency, core=core, dry_run=dry_run, progress=Silent())


def descriptor_of(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return loaded


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def errors_of(folder: Path) -> list[Any]:
    """What frictionless finds in the dataset."""
    from frictionless import Package

    found: list[Any] = Package(str(folder / "datapackage.json")).validate().flatten(["type", "message"])
    return found


def test_init__writes_four_files(make_folder: MakeFolder) -> None:
    folder = make_folder()
    done = run(folder, currency="eur")
    assert list(done.files) == [(path, "created") for path in FILES]
    assert sorted(contents(folder)) == sorted(["data/budget.csv", *FILES])
    descriptor = descriptor_of(folder)
    assert descriptor == done.descriptor
    assert (descriptor["name"], descriptor["title"]) == ("town-budget", "Town Budget")
    assert descriptor["model"]["measures"]["amount"]["currency"] == "EUR"
    (resource,) = descriptor["resources"]
    assert resource["bytes"] == len(BUDGET)
    assert resource["hash"] == f"sha256:{hashlib.sha256(BUDGET.encode()).hexdigest()}"
    assert errors_of(folder) == []
    assert done.guesses


def test_init__again_changes_nothing(make_folder: MakeFolder) -> None:
    folder = make_folder()
    run(folder)
    before = contents(folder)
    done = run(folder)
    assert list(done.files) == [(path, "kept") for path in FILES]
    assert contents(folder) == before
    assert (done.guesses, done.descriptor) == ((), None)


def test_init__dry_run_writes_nothing(make_folder: MakeFolder) -> None:
    folder = make_folder()
    before = contents(folder)
    done = run(folder, dry_run=True)
    assert list(done.files) == [(path, "would create") for path in FILES]
    assert contents(folder) == before
    assert not (folder / ".github").exists()
    assert done.descriptor is not None
    assert done == init(folder, currency=None, dry_run=True, progress=Silent())


@pytest.mark.parametrize("path", FILES)
def test_init__never_overwrites(make_folder: MakeFolder, path: str) -> None:
    folder = make_folder({"budget.csv": BUDGET, path: "mine -text"})
    done = run(folder)
    assert dict(done.files) == {name: "kept" if name == path else "created" for name in FILES}
    assert (folder / path).read_text() == "mine -text"


def test_init__a_descriptor_that_is_kept_needs_no_tables(make_folder: MakeFolder) -> None:
    folder = make_folder({"datapackage.json": "{}", ".gitattributes": "*.png binary\n"})
    done = run(folder, currency="EUR")
    assert dict(done.files)["datapackage.json"] == "kept"
    assert done.guesses == (
        "EUR was not used: datapackage.json was here already and is kept",
        ".gitattributes was here already: add the line `*.csv -text` to it, or git may change the data",
    )


def test_init__finds_tables_in_the_folder_and_in_data(make_folder: MakeFolder) -> None:
    other = BUDGET.replace("amount", "total")
    folder = make_folder(
        {
            "b.CSV": BUDGET,
            "data/a.csv": other,
            "data/deeper/c.csv": BUDGET,
            "old/d.csv": BUDGET,
            ".hidden.csv": BUDGET,
            "notes.txt": "x",
        }
    )
    (folder / "link.csv").symlink_to(folder / "b.CSV")
    (folder / "folder.csv").mkdir()
    run(folder)
    assert [resource["path"] for resource in descriptor_of(folder)["resources"]] == ["b.CSV", "data/a.csv"]
    assert errors_of(folder) == []


def test_init__a_link_is_not_followed(make_folder: MakeFolder, tmp_path: Path) -> None:
    folder = make_folder({"budget.csv": BUDGET})
    for name in (".github", "data"):
        (tmp_path / name).mkdir()
        (folder / name).symlink_to(tmp_path / name)
    (tmp_path / "data" / "secret.csv").write_text(BUDGET)
    done = run(folder)
    assert dict(done.files)[".github/workflows/osds.yml"] == "kept"
    assert list((tmp_path / ".github").iterdir()) == []
    assert [resource["path"] for resource in descriptor_of(folder)["resources"]] == ["budget.csv"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (BUDGET.replace(",", ";").replace(".", ","), {"encoding": "utf-8", "dialect": {"delimiter": ";"}}),
        (BUDGET.replace(",", "\t"), {"encoding": "utf-8", "dialect": {"delimiter": "\t"}}),
        (b"\xef\xbb\xbf" + BUDGET.encode(), {"encoding": "utf-8", "dialect": None}),
        (BUDGET.replace("Roads", "Straßen").encode("cp1252"), {"encoding": "windows-1252", "dialect": None}),
        (BUDGET.replace("\n", "\r\n"), {"encoding": "utf-8", "dialect": None}),
        (BUDGET.rstrip("\n"), {"encoding": "utf-8", "dialect": None}),
        (BUDGET.replace("Roads", '"Roads, bridges\nand ""ways"""'), {"encoding": "utf-8", "dialect": None}),
        (BUDGET.replace(",", ", "), {"encoding": "utf-8", "dialect": {"skipInitialSpace": True}}),
        (BUDGET.replace("5\n", "n/a\n", 1), {"encoding": "utf-8", "dialect": None}),
        (BUDGET.replace("10.50", '"1,010.50"'), {"encoding": "utf-8", "dialect": None}),
        (BUDGET.replace("Roads", "\u2028\x85\x0c"), {"encoding": "utf-8", "dialect": None}),  # no ends of lines in CSV
    ],
)
def test_init__whatever_the_dialect_frictionless_finds_it_valid(
    make_folder: MakeFolder, content: str | bytes, expected: dict[str, Any]
) -> None:
    folder = make_folder({"budget.csv": content})
    run(folder)
    (resource,) = descriptor_of(folder)["resources"]
    assert {key: resource.get(key) for key in expected} == expected
    assert errors_of(folder) == []
    assert [field["type"] for field in resource["schema"]["fields"]] == ["year", "string", "string", "number"]


def test_init__parts_of_one_table_are_valid_together(make_folder: MakeFolder) -> None:
    folder = make_folder({"data/budget-2023.csv": BUDGET, "data/budget-2024.csv": BUDGET})
    run(folder)
    (resource,) = descriptor_of(folder)["resources"]
    assert resource["path"] == ["data/budget-2023.csv", "data/budget-2024.csv"]
    assert errors_of(folder) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "There is no CSV file in .*Town Budget"),
        ({"a.csv": ""}, "a.csv: The file is empty"),
        ({"a.csv": "x,,\n1,2,3\n"}, "a.csv: The header has no name for column 2, 3"),
        ({"a.csv": "x,x\n1,2\n"}, "a.csv: The header names two columns 'x'"),
        ({"a.csv": "x,y\n1,2\n".encode("utf-16")}, "a.csv: The file is not text in UTF-8"),
        ({"a.csv": b"PK\x03\x04\x00\x00"}, "a.csv: The file is not text in UTF-8"),
        ({"a\\b.csv": "x\n1\n"}, "the path contains a backslash"),
        ({"a\x1b.csv": "x\n1\n"}, "the path contains a control character"),
        (
            {"a.csv": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"},
            "a.csv: It is a git-lfs pointer, not the data. Run `git lfs pull` first",
        ),
        ({f"{number}.csv": BUDGET for number in range(101)}, "There are 101 CSV files"),
    ],
)
def test_init__refuses_with_a_next_step(make_folder: MakeFolder, files: dict[str, str], message: str) -> None:
    folder = make_folder(files)
    with pytest.raises(UsageError, match=message) as raised:
        run(folder)
    assert raised.value.next_step
    assert str(raised.value).isprintable()
    assert sorted(contents(folder)) == sorted(files)


def test_init__an_unclosed_quotation_mark_is_named(make_folder: MakeFolder) -> None:
    import csv

    limit = csv.field_size_limit(70_000)  # frictionless raises it for the whole process
    try:
        with pytest.raises(UsageError, match=r"budget.csv: It is not a table from line \d+ on"):
            run(make_folder({"budget.csv": 'a,b\n"1,2\n' + "x,y\n" * 40_000}))
    finally:
        csv.field_size_limit(limit)


def test_init__no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder"):
        run(tmp_path / "nowhere")


@pytest.mark.parametrize("currency", ["EURO", "XXX", "€", ""])
def test_init__a_currency_that_is_none(make_folder: MakeFolder, currency: str) -> None:
    folder = make_folder()
    with pytest.raises(UsageError, match="is not a currency"):
        run(folder, currency=currency)
    assert list(contents(folder)) == ["data/budget.csv"]


def test_init__nothing_is_left_behind_when_the_disk_fails(
    make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutsideError, match="No space left on device"):
        run(folder)
    assert [path.name for path in folder.iterdir()] == ["data"]


def test_init__files_have_ordinary_permissions(make_folder: MakeFolder) -> None:
    folder = make_folder()
    (folder / "plain").touch()
    run(folder)
    assert {(folder / path).stat().st_mode for path in FILES} == {(folder / "plain").stat().st_mode}


def test_init__workflow_calls_the_dataset_workflow_with_few_permissions(make_folder: MakeFolder) -> None:
    folder = make_folder()
    run(folder)
    text = (folder / ".github/workflows/osds.yml").read_text()
    assert len(text.splitlines()) <= 15
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["uses"] == "openspending/osds/.github/workflows/dataset.yml@v0"
    assert job["permissions"] == {"contents": "read", "id-token": "write"}


def test_init__settings_file_offers_every_key_and_sets_none(make_folder: MakeFolder) -> None:
    folder = make_folder()
    run(folder)
    text = (folder / "osds.yml").read_text()
    assert yaml.safe_load(text) is None
    assert re.findall(r"^# ([a-z-]+): ", text, re.MULTILINE) == [o.name for o in OPTIONS if o.in_file]
    taken_into_use = yaml.safe_load(re.sub(r"^# (?=[a-z-]+: )", "", text, flags=re.MULTILINE))
    assert resolve(file=taken_into_use, environ={}, flags={}).max_files == 500


def test_init__git_leaves_the_data_as_it_is(make_folder: MakeFolder) -> None:
    """A checkout on Windows would change line ends, and with them size and hash."""
    import subprocess

    folder = make_folder({"a.csv": BUDGET, "data/b.txt": "x\n"})
    run(folder)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    asked = ["git", "-C", str(folder), "check-attr", "text", "a.csv", "data/b.txt", "osds.yml"]
    answer = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    assert answer == "a.csv: text: unset\ndata/b.txt: text: unset\nosds.yml: text: unspecified\n"


# Core data


def test_init_core__adds_the_workflow_with_a_time_of_the_datasets_own(make_folder: MakeFolder) -> None:
    folder = make_folder()
    done = run(folder, core=True)
    assert dict(done.files)[".github/workflows/osds-update.yml"] == "created"
    workflow = yaml.safe_load((folder / ".github/workflows/osds-update.yml").read_text("utf-8"))
    assert workflow[True]["schedule"] == [{"cron": daily("town-budget")}]
    assert "# update: scripts/update.sh\n" in (folder / "osds.yml").read_text("utf-8")
    assert "update: scripts/update.sh" in done.guesses[-1]


def test_init_core__of_a_dataset_that_is_there_takes_its_name(make_folder: MakeFolder) -> None:
    folder = make_folder({"datapackage.json": '{"name": "old-town", "resources": []}', "osds.yml": "# mine\n"})
    done = run(folder, core=True)
    assert dict(done.files)["osds.yml"] == "kept"
    assert f'"{daily("old-town")}"' in (folder / ".github/workflows/osds-update.yml").read_text("utf-8")
    assert (folder / "osds.yml").read_text("utf-8") == "# mine\n"
