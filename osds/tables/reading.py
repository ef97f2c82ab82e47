"""A judged table as plain CSV: the dataset's own file where it is plain already, else a copy in plain form.

What "plain" is, frictionless decides: the copy holds the cells that it judged, whatever dialect, encoding or packing they
came in.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from osds.dataset.package import DataPackage, Resource
from osds.progress import Progress
from osds.report import TableFacts
from osds.tables.rewriting import rewrite
from osds.tables.text import TableText


def plain_text(
    folder: Path, package: DataPackage, facts: TableFacts, *, scratch: Path, progress: Progress
) -> TableText:
    """The rows of a valid table as plain CSV; a copy, where one is needed, is written into the folder `scratch`.

    `facts` are those of the judge, so the table is valid and its rows are counted.
    """
    resource = next(r for r in package.resources if r.name == facts.resource)
    if facts.labels:
        return _text(resource, facts, folder / resource.paths[0], facts.labels)
    from frictionless import Package

    descriptor, _ = rewrite(package, resource, ())
    theirs: Any = Package.from_descriptor(descriptor, basepath=str(folder)).resources[0]
    with theirs:
        labels = tuple(theirs.labels or theirs.schema.field_names)  # a table without header is labelled by its schema
        if _is_plain(resource, theirs):
            path = folder / resource.paths[0]
        else:
            path = scratch / f"{resource.index}.csv"
            _write_plain(theirs, labels, path, progress.task(f"Reading {resource.name}", facts.rows))
    return _text(resource, facts, path, labels)


def _text(resource: Resource, facts: TableFacts, path: Path, labels: tuple[str, ...]) -> TableText:
    return TableText(
        resource=resource.name,
        paths=(path.resolve(),),
        fields=labels,
        missing_values=resource.missing_values,
        rows=facts.rows or 0,
    )


def _is_plain(resource: Resource, theirs: Any) -> bool:  # noqa: ANN401 (frictionless' Resource is untyped here)
    return (
        len(resource.paths) == 1
        and theirs.encoding in {"utf-8", "ascii"}
        and not theirs.compression
        and theirs.format == "csv"
        and not _dialect(theirs)
    )


def _dialect(theirs: Any) -> dict[str, Any]:  # noqa: ANN401 (as above)
    """What is not plain in the dialect that frictionless found; what it states although it is the default counts not."""
    plain = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False, "header": True}
    plain |= {"headerRows": [1], "csv": {}}
    found = {**theirs.dialect.to_descriptor()}
    found |= found.pop("csv", {})
    harmless = {"lineTerminator", "csvddfVersion"}  # LF and CRLF are read alike
    return {key: value for key, value in found.items() if key not in harmless and plain.get(key) != value}


def _write_plain(theirs: Any, labels: tuple[str, ...], path: Path, announced: Any) -> None:  # noqa: ANN401 (as above)
    with path.open("w", encoding="utf-8", newline="") as file, announced as task:
        writer = csv.writer(file, lineterminator="\r\n")  # with both characters in it, cells that hold one are quoted
        writer.writerow(labels)
        for _, cells in theirs.dialect.read_enumerated_content_stream(theirs.cell_stream):
            writer.writerow(["" if cell is None else cell for cell in cells])
            task.advance()
