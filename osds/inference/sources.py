"""The CSV files of a folder as tables: files that are parts of one table belong together, one table holds the money."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from osds.inference.model import Meaning, guess_meaning
from osds.inference.profile import Profile, profile_table
from osds.inference.table import Table, join_tables
from osds.inference.text import Encoding, Layout
from osds.inference.words import words_of


@dataclass(frozen=True, kw_only=True)
class CsvFile:
    """One CSV file that was read: its relative POSIX path, size, SHA-256 (hexadecimal), how it is written, its table.

    `complete` is False if the last line has no line break, so that nothing can be put behind it.
    """

    path: str
    bytes: int
    sha256: str
    complete: bool
    encoding: Encoding
    layout: Layout
    table: Table

    @property
    def stem(self) -> str:
        """The file's name without folder and extension."""
        return self.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One table of the dataset, in one file or in several that each repeat the header, and what it is guessed to mean."""

    files: tuple[CsvFile, ...]
    table: Table
    profiles: tuple[Profile, ...]
    meaning: Meaning

    @property
    def stem(self) -> str:
        """What the names of the files have in common, without a year or number behind: `budget-2014` is `budget`."""
        stems = {re.sub(r"[\W\d_]+$", "", file.stem) for file in self.files}
        return stems.pop() if len(self.files) > 1 and len(stems) == 1 else self.files[0].stem


def gather_sources(files: Sequence[CsvFile], *, currency: str | None) -> tuple[Source, ...]:
    """The tables that `files` make, in the order of their first files; `currency` is what the user said."""
    groups: defaultdict[object, list[CsvFile]] = defaultdict(list)
    for file in files:
        header = tuple(column.name for column in file.table.columns)
        dialect = tuple(file.layout.dialect.items())
        groups[header, file.encoding.name, dialect, file.layout.delimiter].append(file)
    sources = [source for group in groups.values() for source in _join(group, currency)]
    return tuple(sorted(sources, key=lambda source: source.files[0].path))


def _join(group: Sequence[CsvFile], currency: str | None) -> list[Source]:
    """One table if the rows themselves say when; else figures of different years would be added up."""
    if len(group) > 1 and all(file.complete for file in group):
        joined = _source(group, currency)
        if joined.meaning.measures and joined.meaning.has_time:
            return [joined]
    return [_source([file], currency) for file in group]


def _source(files: Sequence[CsvFile], currency: str | None) -> Source:
    table = files[0].table if len(files) == 1 else join_tables([file.table for file in files])
    profiles = profile_table(table, continental=files[0].layout.delimiter == ";")
    meaning = guess_meaning(profiles, table, currency=currency, file_words=words_of(files[0].stem))
    return Source(files=tuple(files), table=table, profiles=profiles, meaning=meaning)


def find_facts(sources: Sequence[Source]) -> Source | None:
    """The table that the model is about: one with money, rather with a time than without, then the longest one."""
    with_money = [source for source in sources if source.meaning.measures]
    return max(with_money, key=lambda source: (source.meaning.has_time, source.table.rows), default=None)
