"""What the gate compares: the figures of a version, read from its osds block and its lists of members. Values only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from osds.dataset.package import Json

Path = tuple[str, ...]  # the codes of a member, from the root


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one version. What a version of an older osds does not state is simply not there.

    `rows` and `columns` are per table; `totals` per measure and combination of axis values, in words; `empty` is the
    number of empty cells and of all cells, per column; `members` are per dimension.
    """

    rows: Mapping[str, int]
    columns: Mapping[str, tuple[str, ...]]
    totals: Mapping[str, Decimal]
    empty: Mapping[str, tuple[int, int]]
    members: Mapping[str, frozenset[Path]]


def member_files(package: Mapping[str, Json]) -> Mapping[str, str]:
    """The lists of members of a bundle or manifest: dimension to the path of its resource."""
    return {
        resource["osds"]["members"]: resource["path"]
        for resource in package["resources"]
        if isinstance(resource.get("osds"), dict) and "members" in resource["osds"]
    }


def read_figures(package: Mapping[str, Json], members: Mapping[str, bytes]) -> Figures:
    """The figures in the JSON of a bundle or manifest, and in the contents of its lists of members by dimension."""
    block = package["osds"]
    tables = block.get("source", {}).get("tables", ())
    measures = block.get("measures", {})
    lists = {name: _read_members(package, name, content) for name, content in members.items()}
    empty = {name: (measure["empty"], measure["facts"]) for name, measure in measures.items() if "empty" in measure}
    for name, counted in lists.items():
        empty[name] = (sum(n for path, n in counted.items() if len(path) == 1 and path == ("",)), _roots(counted))
    return Figures(
        rows={table["resource"]: table["rows"] for table in tables},
        columns={table["resource"]: tuple(table["columns"]) for table in tables if "columns" in table},
        totals=dict(_totals(measures)),
        empty=empty,
        members={name: frozenset(counted) for name, counted in lists.items()},
    )


def _totals(measures: Mapping[str, Json]) -> Iterator[tuple[str, Decimal]]:
    for name, measure in measures.items():
        for total in measure.get("totals", ()):
            axes = [value or f"no {key}" for key, value in total.items() if key != "value"]
            currency = [measure["currency"]] if measure.get("currency") and "currency" not in total else []
            try:
                yield ", ".join([name, *axes, *currency]), Decimal(total["value"])
            except InvalidOperation:
                continue


def _read_members(package: Mapping[str, Json], dimension: str, content: bytes) -> Mapping[Path, int]:
    """The paths of a list of members, and how many facts each has."""
    resource = next(r for r in package["resources"] if r.get("osds", {}).get("members") == dimension)
    names = [field["name"] for field in resource["schema"]["fields"]]
    depth, count = names.index("depth"), names.index("_count")
    rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    next(rows, None)
    return {tuple(row[: int(row[depth])]): int(row[count]) for row in rows}


def _roots(counted: Mapping[Path, int]) -> int:
    return sum(facts for path, facts in counted.items() if len(path) == 1)
