"""The files of a new registry, and that the registry is itself a valid Data Package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from frictionless import Package

from osds.errors import UsageError
from osds.registry.catalog import COLUMNS, KEPT_BY_OSDS, Entry, parse_catalog
from osds.registry.changes import COLUMNS as CHANGES_COLUMNS
from osds.registry.changes import Event, EventType, append, parse_changes
from osds.registry.policy import parse_policy
from osds.registry.template import registry_files


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder / "datapackage.json"


def errors(descriptor: Path) -> list[str]:
    report = Package(str(descriptor)).validate()
    return [f"{error.type}: {error.note}" for task in report.tasks for error in task.errors] + [
        error.note for error in report.errors
    ]


def test_registry_files__are_a_valid_data_package(tmp_path: Path) -> None:
    files = registry_files(title="Ours", core_organisation="os-data")
    assert errors(write(tmp_path, files)) == []


def test_registry_files__stay_valid_with_rows(tmp_path: Path) -> None:
    files = registry_files(title="Ours", core_organisation="os-data")
    catalog, changes = parse_catalog(files["data/catalog.csv"].decode()), files["data/changes.csv"].decode()
    for url in ("https://github.com/alice/a.b_c-1", "/srv/data/x", "file:///srv/data/y z"):
        entry = Entry(url=url, name=f"n{len(catalog.rows)}", owner="alice")
        catalog = catalog.with_entry(entry)
        event = Event(time="2026-01-31T12:00:00Z", event=EventType.ADDED, owner="alice", name=entry.name, url=url)
        changes = append(changes, event)
    files |= {"data/catalog.csv": catalog.render().encode(), "data/changes.csv": changes.encode()}
    assert errors(write(tmp_path, files)) == []


@pytest.mark.parametrize(
    "rows",
    [
        "ftp://x/y/z,x,alice,\n",
        "https://github.com/a/x,X,a,\n",
        "https://github.com/a/x,x,a b,\n",
        "https://github.com/a/x,x,a,yes\n",
        "https://github.com/a/x,x,a,\nhttps://github.com/a/x,y,a,\n",
        "https://github.com/a/x,x,a,\nhttps://github.com/a/y,x,a,\n",
    ],
)
def test_registry_files__the_descriptor_catches_wrong_rows(tmp_path: Path, rows: str) -> None:
    files = registry_files(title="Ours", core_organisation="os-data")
    files["data/catalog.csv"] += rows.replace("\n", ",,,\n").encode()
    assert errors(write(tmp_path, files))


def test_registry_files__describe_what_osds_writes() -> None:
    files = registry_files(title="Ours", core_organisation="os-data")
    catalog, changes = json.loads(files["datapackage.json"])["resources"]
    assert [f["name"] for f in catalog["schema"]["fields"]] == [*COLUMNS, *KEPT_BY_OSDS]
    assert [f["name"] for f in changes["schema"]["fields"]] == list(CHANGES_COLUMNS)
    assert changes["schema"]["fields"][2]["constraints"]["enum"] == list(EventType)
    assert parse_changes(files["data/changes.csv"].decode()) == ()
    assert all(b"\r" not in content and content.endswith(b"\n") for content in files.values())


@pytest.mark.parametrize(
    "title", ['A "quoted": title # here', "{title} {core-organisation}", "Ünïcödé 东京", "'", "a\\b"]
)
def test_registry_files__any_title(title: str) -> None:
    files = registry_files(title=title, core_organisation="os-data")
    policy = parse_policy(files["osds.yml"].decode())
    assert (policy.title, policy.core_organisation, policy.unknown) == (title, "os-data", ())
    assert json.loads(files["datapackage.json"])["title"] == title
    assert files["README.md"].decode().startswith(f"# {title}\n")


@pytest.mark.parametrize(
    ("title", "organisation"), [("", "a"), ("a\nb", "a"), ("x" * 201, "a"), ("t", "a b"), ("t", "")]
)
def test_registry_files__refuses(title: str, organisation: str) -> None:
    with pytest.raises(UsageError):
        registry_files(title=title, core_organisation=organisation)
