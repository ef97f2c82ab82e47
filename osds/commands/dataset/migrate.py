"""`osds migrate`: bring a dataset to what osds reads, as a diff to accept.

The descriptor gets the `model` of Fiscal Data Package 0.3 if it states its meaning otherwise; and where another service was
told to check the data (goodtables.io, Frictionless CI), the workflow of osds takes its place.
"""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from osds.commands.dataset.takeover import find_takeover
from osds.dataset import strict_json
from osds.dataset.package import Json
from osds.dataset.preflight import FileKind
from osds.edges.local.files import dataset_folder, look, read_descriptor, read_file
from osds.edges.local.placing import place_files
from osds.errors import EXIT_INVALID, EXIT_OK, BugError, UnsafeInputError
from osds.fiscal.migration.migrate import State, migrate
from osds.fiscal.migration.text import edit
from osds.peers.plan import TakenOver
from osds.report import DESCRIPTOR_FILE


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What came of it. `diff` is a unified diff of all files, empty unless `changed`; `notes` are sentences.

    `state` says what became of the descriptor: it needs no migration (`current`), or there is no model to be made of it
    (`impossible`). `files` are the paths that change. `written` is True if the new files were put in place.
    """

    state: State
    diff: str
    notes: tuple[str, ...]
    changed: bool
    written: bool
    files: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell a person."""
        notes = tuple(f"  - {note}" for note in self.notes)
        if self.state is State.IMPOSSIBLE and not self.changed:
            return ("The descriptor cannot be migrated:", *notes)
        if not self.changed:
            return (f"There is nothing to migrate in {DESCRIPTOR_FILE}", *notes)
        count = f"{len(self.files)} files were" if len(self.files) > 1 else f"{self.files[0]} was"
        done = f"{count} written" if self.written else "Nothing was written: --write accepts the change"
        heading = ("To be checked, one by one:", *notes, "") if notes else ()
        return (*self.diff.split("\n"), *heading, done)

    @property
    def exit_code(self) -> int:
        """0, or 1 if the descriptor says too little to be migrated."""
        return EXIT_INVALID if self.state is State.IMPOSSIBLE else EXIT_OK


@dataclass(frozen=True, kw_only=True)
class _Descriptor:
    """What becomes of the descriptor: its state, the new content if it changes, and notes."""

    state: State
    new: bytes | None
    notes: tuple[str, ...] = ()


def migrate_dataset(folder: Path, *, write: bool) -> Migrated:
    """Migrate what is in `folder`; without `write` only say how it would change.

    Raises `UsageError` if there is nothing to migrate from, or a file of another service cannot be read,
    `UnsafeInputError` if the descriptor is too large to be read, `OutsideError` if the disk fails; then nothing was written.
    """
    folder = dataset_folder(folder)
    taken = find_takeover(folder) or TakenOver(texts={})
    alone = taken.texts and look(folder, DESCRIPTOR_FILE).kind is FileKind.MISSING  # datasets may be in folders below
    descriptor = _Descriptor(state=State.CURRENT, new=None) if alone else _migrate_descriptor(folder)
    contents = {path: None if text is None else text.encode() for path, text in taken.texts.items()}
    if descriptor.new is not None:
        contents[DESCRIPTOR_FILE] = descriptor.new
    old = {path: _read(folder, path) for path in contents}
    if write:
        place_files(folder, contents)
    return Migrated(
        state=descriptor.state,
        diff="".join(_diff(path, old[path], contents[path]) for path in sorted(contents)),
        notes=(*descriptor.notes, *taken.notes),
        changed=bool(contents),
        written=write and bool(contents),
        files=tuple(sorted(contents)),
    )


def _migrate_descriptor(folder: Path) -> _Descriptor:
    content = read_descriptor(folder, strict_json.MAX_BYTES)
    value, findings = strict_json.load(content)
    if value is None:
        for finding in findings:
            if finding.unsafe:
                raise UnsafeInputError(finding.message, next_step=finding.advice)
        first = tuple(f"First to correct: {finding.message}" for finding in findings)
        return _Descriptor(state=State.IMPOSSIBLE, new=None, notes=first)
    migration = migrate(value)
    new = None if migration.descriptor is None else _render(content, migration.descriptor)
    return _Descriptor(state=migration.state, new=new, notes=migration.notes)


def _render(content: bytes, descriptor: Json) -> bytes:
    """The new text of the file: everything that did not change is kept byte by byte."""
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    new = mark + edit(content[len(mark) :].decode("utf-8"), descriptor).encode("utf-8")
    if len(new) > strict_json.MAX_BYTES:
        raise UnsafeInputError(
            f"The new descriptor would have more than {strict_json.MAX_BYTES:,} bytes, which osds does not read",
            next_step="Move rows and lists out of the descriptor into files",
        )
    if strict_json.load(new)[0] != descriptor:
        raise BugError("The new text of the descriptor does not say what it should; nothing was written")
    return new


def _read(folder: Path, path: str) -> bytes | None:
    facts = look(folder, path)
    return read_file(folder, path, facts.bytes) if facts.kind is FileKind.FILE else None


def _diff(path: str, old: bytes | None, new: bytes | None) -> str:
    names = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
    return "".join(_complete(difflib.unified_diff(_lines(old or b""), _lines(new or b""), *names)))


def _lines(content: bytes) -> list[str]:
    """Lines as a diff knows them; `splitlines` would also break at characters that are text in JSON."""
    lines = content.decode("utf-8").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _complete(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
