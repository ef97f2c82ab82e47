"""The registry's table, `data/catalog.csv`: text to values to text. Knows no git, network or clock.

The first four columns are `url,name,owner,core` (OSEP-06, and `core` from the real registry); a registry may add more
after them, and they are kept. Rows are sorted by owner, then name. Changing one dataset changes one line: every other
line keeps its bytes.

A registry may have a hundred thousand rows, and every decision reads them all. So a row is judged by one pattern that
only plain, good rows match; the others are read value by value, which also finds the words for what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import NamedTuple

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError, UsageError
from osds.registry.lines import (
    ClashError,
    RegistryFileError,
    SameRepositoryError,
    ValueRefusedError,
    check_value,
    join_line,
    split_line,
    split_lines,
)
from osds.registry.urls import check_url, comparable_url

CATALOG_FILE = "data/catalog.csv"
COLUMNS = ("url", "name", "owner", "core")
CORE = "core"  # the literal word in the column `core`; user datasets have nothing there

# Columns after the first four that only the merger writes.
REPOSITORY_ID = "repository_id"  # the forge's number of the repository: it stays when the name changes
OWNER_ID = "owner_id"
STATUS = "status"  # empty, or QUARANTINE
KEPT_BY_OSDS = (REPOSITORY_ID, OWNER_ID, STATUS)
QUARANTINE = "quarantine"  # another repository stands where the dataset's was; a person has to look


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row. `core` is "core" or empty; `extra` holds the columns after the first four.

    Raises `UsageError` or `UnsafeInputError` if a value could not stand in a catalog.
    """

    url: str
    name: str
    owner: str
    core: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        DatasetId(owner=self.owner, name=self.name)
        check_url(self.url)
        if self.core not in {"", CORE}:
            raise UsageError(f"The column core has {self.core!r}", next_step=f"It is either empty or {CORE!r}")
        for column, value in self.extra.items():
            check_value(value, f"value of the column {column}")

    @property
    def id(self) -> DatasetId:
        """`owner/name`: the key of the row."""
        return DatasetId(owner=self.owner, name=self.name)

    def values(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """The row's values in the order of `columns`; empty where it says nothing."""
        first = (self.url, self.name, self.owner, self.core)
        return (*first, *(self.extra.get(column, "") for column in columns[len(COLUMNS) :]))


class Row(NamedTuple):
    """One row as its bytes in the file (`line`, without LF) and its values in the order of `columns`."""

    line: str
    values: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Owner and name."""
        return self.values[2], self.values[1]

    @property
    def entry(self) -> Entry:
        """The row as an entry."""
        url, name, owner, core, *extra = self.values
        further = dict(zip(self.columns[len(COLUMNS) :], extra, strict=True))
        return Entry(url=url, name=name, owner=owner, core=core, extra=further)


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The whole table. `columns` are all column names in order; `header` is the first line as written."""

    columns: tuple[str, ...]
    header: str
    rows: tuple[Row, ...]

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], Row]:
        """Every row by owner and name."""
        return {(row.values[2], row.values[1]): row for row in self.rows}

    @cached_property
    def by_line(self) -> Mapping[str, Row]:
        """Every row by its bytes."""
        return {row.line: row for row in self.rows}

    @cached_property
    def by_folded_id(self) -> Mapping[str, Row]:
        """Every row by what its id must not have in common with others."""
        ids = "\n".join([f"{row.values[2]}/{row.values[1]}" for row in self.rows])  # folded all at once, which is quick
        return dict(zip(folded(ids).split("\n"), self.rows, strict=False))

    @cached_property
    def by_url(self) -> Mapping[str, Row]:
        """Every row by its comparable URL."""
        urls = [row.values[0] for row in self.rows]
        return dict(zip([comparable_url(url) for url in urls], self.rows, strict=True))

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Every owner as it is written, by its lower case."""
        return {owner.lower(): owner for owner in {row.values[2] for row in self.rows}}

    def find(self, dataset: DatasetId) -> Entry | None:
        """The entry with exactly this key, if there is one."""
        row = self.by_key.get((dataset.owner, dataset.name))
        return row.entry if row else None

    def line(self, dataset: DatasetId) -> str:
        """The bytes of its row as text, without LF; empty if there is none."""
        row = self.by_key.get((dataset.owner, dataset.name))
        return row.line if row else ""

    def with_entry(self, entry: Entry) -> Catalog:
        """This catalog with `entry` added, or put in the place of the row with its key.

        Columns that `entry` says nothing about keep their values; what it says about columns that this catalog does
        not have is left out. Raises `RegistryFileError` if key or URL clash with another row.
        """
        old = self.find(entry.id)
        known = {column: value for column, value in entry.extra.items() if column in self.columns}
        entry = replace(entry, extra={**(old.extra if old else dict.fromkeys(self.columns[4:], "")), **known})
        if entry == old:
            return self
        values = entry.values(self.columns)
        row = Row(line=join_line(values), values=values, columns=self.columns)
        if old:
            rows = tuple(row if other.key == row.key else other for other in self.rows)
        else:
            later = (i for i, other in enumerate(self.rows) if other.values[2] >= entry.owner and other.key > row.key)
            at = next(later, len(self.rows))
            rows = (*self.rows[:at], row, *self.rows[at:])
        same = (self.by_folded_id.get(folded_id(row)), self.by_url.get(comparable_url(entry.url)))
        if any(other is not None and other.key != row.key for other in same):
            _check_unique(rows)
        return replace(self, rows=rows)

    def without(self, dataset: DatasetId) -> Catalog:
        """This catalog without the row of `dataset`; the same catalog if it has none."""
        key = (dataset.owner, dataset.name)
        if key not in self.by_key:
            return self
        return replace(self, rows=tuple(row for row in self.rows if row.key != key))

    def render(self) -> str:
        """The file's text."""
        return "\n".join((self.header, *(row.line for row in self.rows), ""))


def empty_catalog(columns: tuple[str, ...] = COLUMNS) -> Catalog:
    """A catalog without rows."""
    return Catalog(columns=columns, header=join_line(columns), rows=())


def parse_catalog(text: str, *, known: Catalog | None = None) -> Catalog:
    """Read a catalog strictly. Raises `RegistryFileError`, which names the line, if anything in it is doubtful.

    The order of the rows is not judged: a row that stands elsewhere stays there, so that no other row moves.
    Lines of `known`, a catalog with the same columns, were judged before and are not judged again.
    """
    header, *lines = split_lines(text, CATALOG_FILE)
    columns = tuple(split_line(header, f"{CATALOG_FILE}, line 1"))
    if columns[: len(COLUMNS)] != COLUMNS or "" in columns or len(set(columns)) != len(columns):
        raise RegistryFileError(
            f"{CATALOG_FILE}, line 1: the header is {header[:200]!r}",
            next_step=f"It begins with {join_line(COLUMNS)}, and every further column has its own name",
        )
    judged = known.by_line if known is not None and known.columns == columns else {}
    rows = tuple(judged.get(line) or _parse_row(line, columns, number) for number, line in enumerate(lines, start=2))
    catalog = Catalog(columns=columns, header=header, rows=rows)
    if not len(rows) == len(catalog.by_folded_id) == len(catalog.by_url):
        _check_unique(rows)
    return catalog


_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"


@cache
def _plain_row(columns: int) -> Callable[[str], object]:
    """A test that only rows pass which need no quotes and whose values are all good; others may be good as well.

    The line is at most 400 characters, so no value is longer than it may be but for owner, name and repository, which
    the pattern bounds.
    """
    return re.compile(
        r"(?=.{1,400}\Z)"
        r"https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])"
        r"/[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
        r"/(?!\.{1,2},)(?![^,]*\.git,)[A-Za-z0-9._-]{1,100},"
        r"(?![^,]*\.\.)(?![^,]*\.git,)[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?,"
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,38},"
        r"(?:core)?"
        rf'(?:,(?:[^=+\-@",{_CONTROLS}][^",{_CONTROLS}]*)?){{{columns - len(COLUMNS)}}}'
    ).fullmatch


def _parse_row(line: str, columns: tuple[str, ...], number: int) -> Row:
    if _plain_row(len(columns))(line):
        return Row(line, tuple(line.split(",")), columns)
    place = f"{CATALOG_FILE}, line {number}"
    values = tuple(split_line(line, place))
    if len(values) != len(columns):
        raise RegistryFileError(
            f"{place} has {len(values)} values instead of {len(columns)}", next_step="Every row has a value per column"
        )
    row = Row(line=line, values=values, columns=columns)
    try:
        _ = row.entry
    except OsdsError as error:
        raise ValueRefusedError(f"{place}: {error.what}", next_step=error.next_step) from error
    return row


def _check_unique(rows: tuple[Row, ...]) -> None:
    """No two rows may share a key, look alike, or lead to the same repository."""
    ids = [folded_id(row) for row in rows]
    urls = [comparable_url(row.values[0]) for row in rows]
    first, second = _first_twice(ids)
    if second:
        one, other = rows[first].entry.id, rows[second].entry.id
        what = "are both" if one == other else f"are too much alike: {one} and"
        raise ClashError(
            f"{CATALOG_FILE}, lines {first + 2} and {second + 2} {what} {other}",
            next_step="A dataset has one row, and its id differs from others in more than case and '-', '_', '.'",
        )
    first, second = _first_twice(urls)
    if second:
        raise SameRepositoryError(
            f"{CATALOG_FILE}, lines {first + 2} and {second + 2} have the same repository {rows[second].entry.url}",
            next_step="One repository holds one dataset: remove or correct one of the rows",
        )


def _first_twice(values: list[str]) -> tuple[int, int]:
    """The places of the first value that occurs again; the second place is 0 if none does."""
    if len(set(values)) == len(values):
        return 0, 0
    seen: dict[str, int] = {}
    return next((seen[value], at) for at, value in enumerate(values) if seen.setdefault(value, at) != at)


def folded_id(row: Row) -> str:
    """The row's id, folded."""
    return folded(f"{row.values[2]}/{row.values[1]}")


def folded(text: str) -> str:
    """What two ids must not have in common: case, and `-`, `_`, `.`, do not tell one from another."""
    return text.lower().replace("-", "").replace("_", "").replace(".", "")
