"""The example that comes with osds, summed up: a bundle with everything in it, and one of fewer rows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from osds.commands.dataset.aggregate import aggregate_dataset
from osds.commands.dataset.validate import validate
from osds.progress import Silent
from osds.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "osds/example"


def example_dataset(folder: Path, *, rows: int | None = None) -> Path:
    """The example's own dataset, or the first `rows` rows of it."""
    shutil.copytree(EXAMPLE, folder)
    table = folder / "data/budget.csv"
    if rows is not None:
        table.write_bytes(b"".join(table.read_bytes().splitlines(keepends=True)[: rows + 1]))
        descriptor = json.loads((folder / "datapackage.json").read_bytes())
        for key in ("bytes", "hash"):
            del descriptor["resources"][0][key]
        (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return folder


def example_bundle(folder: Path, *, rows: int | None = None) -> Path:
    """The bundle of the example, in a folder below `folder`."""
    dataset = example_dataset(folder / "dataset", rows=rows)
    done = aggregate_dataset(validate(dataset, Settings(), Silent()), Settings(), folder / "bundle", Silent())
    assert done.report.valid
    return folder / "bundle"
