"""The registry's table, `data/catalog.csv`: text to values to text. Knows no git, network or clock.

The first four columns are `url,name,owner,core` (OSEP-06, and `core` from the real registry); a registry may add more
after them, and they are kept. Rows are sorted by owner, then name. Changing one dataset changes one line: every other
line keeps its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError, UsageError
from osds.registry.lines import RegistryFileError, check_value, join_line, split_line, split_lines
from osds.registry.urls import check_url, comparable_url

CATALOG_FILE = "data/catalog.csv"
COLUMNS = ("url", "name", "owner", "core")
CORE = "core"  # the literal word in the column `core`; user datasets have nothing there


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


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry and the bytes that it has in the file (`line`, without LF)."""

    entry: Entry
    line: str


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The whole table. `columns` are all column names in order; `header` is the first line as written."""

    columns: tuple[str, ...]
    header: str
    rows: tuple[Row, ...]

    def find(self, dataset: DatasetId) -> Entry | None:
        """The entry with exactly this key, if there is one."""
        return next((row.entry for row in self.rows if row.entry.id == dataset), None)

    def line(self, dataset: DatasetId) -> str:
        """The bytes of its row as text, without LF; empty if there is none."""
        return next((row.line for row in self.rows if row.entry.id == dataset), "")

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
        row = Row(entry=entry, line=join_line(_values(entry, self.columns)))
        if old:
            rows = tuple(row if other.entry is old else other for other in self.rows)
        else:
            at = next((i for i, other in enumerate(self.rows) if _order(other.entry) > _order(entry)), len(self.rows))
            rows = (*self.rows[:at], row, *self.rows[at:])
        _check_unique(rows)
        return replace(self, rows=rows)

    def render(self) -> str:
        """The file's text."""
        return "".join(f"{line}\n" for line in (self.header, *(row.line for row in self.rows)))


def empty_catalog() -> Catalog:
    """The catalog of a new registry."""
    return Catalog(columns=COLUMNS, header=join_line(COLUMNS), rows=())


def parse_catalog(text: str) -> Catalog:
    """Read a catalog strictly. Raises `RegistryFileError`, which names the line, if anything in it is doubtful.

    The order of the rows is not judged: a row that stands elsewhere stays there, so that no other row moves.
    """
    header, *lines = split_lines(text, CATALOG_FILE)
    columns = tuple(split_line(header, f"{CATALOG_FILE}, line 1"))
    if columns[: len(COLUMNS)] != COLUMNS or "" in columns or len(set(columns)) != len(columns):
        raise RegistryFileError(
            f"{CATALOG_FILE}, line 1: the header is {header[:200]!r}",
            next_step=f"It begins with {join_line(COLUMNS)}, and every further column has its own name",
        )
    rows = tuple(_parse_row(line, columns, number) for number, line in enumerate(lines, start=2))
    _check_unique(rows)
    return Catalog(columns=columns, header=header, rows=rows)


def _parse_row(line: str, columns: tuple[str, ...], number: int) -> Row:
    place = f"{CATALOG_FILE}, line {number}"
    values = split_line(line, place)
    if len(values) != len(columns):
        raise RegistryFileError(
            f"{place} has {len(values)} values instead of {len(columns)}", next_step="Every row has a value per column"
        )
    url, name, owner, core, *extra = values
    try:
        entry = Entry(url=url, name=name, owner=owner, core=core, extra=dict(zip(columns[4:], extra, strict=True)))
    except OsdsError as error:
        raise RegistryFileError(f"{place}: {error.what}", next_step=error.next_step) from error
    return Row(entry=entry, line=line)


def _check_unique(rows: Iterable[Row]) -> None:
    """No two rows may share a key, look alike, or lead to the same repository."""
    keys: dict[tuple[str, str], tuple[int, Entry]] = {}
    urls: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        entry = row.entry
        first, other = keys.setdefault((_folded(entry.owner), _folded(entry.name)), (number, entry))
        if first != number:
            what = "are both" if entry.id == other.id else f"are too much alike: {other.id} and"
            raise RegistryFileError(
                f"{CATALOG_FILE}, lines {first} and {number} {what} {entry.id}",
                next_step="A dataset has one row, and its id differs from others in more than case and '-', '_', '.'",
            )
        first = urls.setdefault(comparable_url(entry.url), number)
        if first != number:
            raise RegistryFileError(
                f"{CATALOG_FILE}, lines {first} and {number} have the same repository {entry.url}",
                next_step="One repository holds one dataset: remove or correct one of the rows",
            )


def _folded(text: str) -> str:
    return text.lower().translate(_SEPARATORS)


_SEPARATORS = str.maketrans("", "", "-_.")


def _order(entry: Entry) -> tuple[str, str]:
    return entry.owner, entry.name


def _values(entry: Entry, columns: tuple[str, ...]) -> list[str]:
    return [entry.url, entry.name, entry.owner, entry.core, *(entry.extra[column] for column in columns[4:])]
