"""What a person should know about how a table was read, before its meaning: parts, encoding, odd rows, odd values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from osds.inference.profile import Profile, quoted
from osds.inference.sources import CsvFile, Source


def notes_on(source: Source) -> Iterator[str]:
    """Sentences without the file's name and without a full stop."""
    if len(source.files) > 1:
        yield f"{quoted(file.path for file in source.files)} have the same columns, so they are parts of one table"
    for file in source.files:
        for note in _file_notes(file):
            yield note if len(source.files) == 1 else f"{file.path}: {note}"
    yield from _field_notes(source.profiles)


def _file_notes(file: CsvFile) -> Iterator[str]:
    if file.encoding.bom:
        yield "it starts with a byte order mark, which some tools show as a part of the first header; save it without"
    if file.encoding.name != "utf-8":
        yield (
            f"it is not UTF-8; its encoding is taken to be {file.encoding.name}: look whether accented letters are "
            "right, and better save it as UTF-8"
        )
    if not file.table.rows:
        yield "it has a header but no rows, so every column is text and means nothing yet"
    if file.table.odd_count:
        row, cells = file.table.odd_rows[0]
        yield (
            f"rows without the {len(file.table.columns)} cells of the header: {file.table.odd_count:,}; the first is row "
            f"{row} with {cells}. `osds validate` names them all"
        )


def _field_notes(profiles: tuple[Profile, ...]) -> Iterator[str]:
    """The notes on types; a note that holds for several columns is made once."""
    notes: defaultdict[str, list[str]] = defaultdict(list)
    for profile in profiles:
        for note in profile.field.notes:
            notes[note].append(profile.name)
    for note, names in notes.items():
        yield f"{quoted(names)}: {note}"
