"""`osds aggregate` on datasets of several tables, from the files to the sums."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from osds.commands.dataset.aggregate import Aggregated, aggregate_dataset
from osds.commands.dataset.validate import validate
from osds.progress import Silent
from osds.settings import Settings
from tests.samples import MODEL, SCHEMA, descriptor

KEY = {"fields": "code", "reference": {"resource": "codes", "fields": "id"}}
BUDGET = {"name": "budget", "path": "budget.csv", "schema": {**SCHEMA, "foreignKeys": [KEY]}}
CODES = {
    "name": "codes",
    "path": "codes.csv",
    "schema": {"fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"}]},
}
FUNCTION = {
    "attributes": {
        "id": {"source": "id", "resource": "codes"},
        "name": {"source": "name", "resource": "codes", "labelfor": "id"},
    },
    "primaryKey": "id",
}
LOOKED_UP = {**MODEL, "dimensions": {**MODEL["dimensions"], "function": FUNCTION}}
FILES = {
    "budget.csv": "year,code,label,amount\n2023,01,x,10.50\n2023,02,x,4\n2024,01,x,11.25\n2024,,x,1\n",
    "codes.csv": "id;name\n01;Schools\n02;Roads\n",
}
SEMICOLONS = {**CODES, "dialect": {"delimiter": ";"}}


def aggregated(folder: Path, files: dict[str, str], **changes: Any) -> Aggregated:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "datapackage.json").write_text(json.dumps(descriptor(**changes)), "utf-8")
    settings = Settings()
    return aggregate_dataset(validate(folder, settings, Silent()), settings, folder.parent / "sums", Silent())


def test_aggregate__a_table_that_is_looked_up(tmp_path: Path) -> None:
    done = aggregated(tmp_path / "town", FILES, resources=[BUDGET, SEMICOLONS], model=LOOKED_UP)
    assert done.report.findings == ()
    assert done.aggregation is not None
    assert (tmp_path / "sums/by-function.csv").read_text("utf-8").splitlines() == [
        "year,function.id,function.id.label,amount,_count",
        "2023,01,Schools,10.50,1",
        "2023,02,Roads,4.00,1",
        "2024,01,Schools,11.25,1",
        "2024,,,1.00,1",
    ]


@pytest.mark.parametrize("part", ["codes", "spending"])
def test_aggregate__every_table_that_the_sums_need_must_be_read(tmp_path: Path, part: str) -> None:
    remote = {**CODES, "path": "https://example.org/codes.csv"}
    model = LOOKED_UP
    resources = [BUDGET, remote]
    if part == "spending":
        measures = {**MODEL["measures"], "spent": {"source": "amount", "currency": "EUR", "resource": "spending"}}
        model = {**MODEL, "measures": measures}
        resources = [{**BUDGET, "schema": SCHEMA}, {**remote, "name": "spending", "schema": SCHEMA}]
    done = aggregated(tmp_path / "town", FILES, resources=resources, model=model)
    assert done.aggregation is None
    assert [f"{f.code} {f.message}" for f in done.report.findings if f.severity == "error"] == [
        f"facts-not-read the table {part!r} was not read: its file was not read"
    ]


def test_aggregate__one_file_per_year(tmp_path: Path) -> None:
    """Several paths are one table. Several resources are not, and validation says so."""
    head, *rows = FILES["budget.csv"].splitlines()
    files = {f"{n}.csv": f"{head}\n{row}\n" for n, row in enumerate(rows)}
    one = {"name": "budget", "path": list(files), "schema": SCHEMA}
    done = aggregated(tmp_path / "town", files, resources=[one])
    assert not [f for f in done.report.findings if f.severity != "notice"]
    assert (tmp_path / "sums/apex.csv").read_text("utf-8").splitlines()[1:] == ["2023,14.50,2", "2024,12.25,2"]
    many = [{"name": f"budget-{path[0]}", "path": path, "schema": SCHEMA} for path in files]
    (tmp_path / "other").mkdir()
    done = aggregated(tmp_path / "other/town", files, resources=many)
    assert [f.code for f in done.report.findings] == ["facts-left-out"] * 3
    assert (tmp_path / "other/sums/apex.csv").read_text("utf-8").splitlines()[1:] == ["2023,10.50,1"]
