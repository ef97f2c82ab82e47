"""`osds migrate`: write the `model` of Fiscal Data Package 0.3 into a descriptor that states its meaning otherwise."""

from __future__ import annotations

import codecs
import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from osds.dataset import strict_json
from osds.dataset.package import Json
from osds.edges.files import dataset_folder, read_descriptor
from osds.errors import EXIT_INVALID, EXIT_OK, BugError, OutsideError, UnsafeInputError
from osds.fiscal.migration.migrate import State, migrate
from osds.fiscal.migration.text import edit
from osds.report import DESCRIPTOR_FILE


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What came of it. `diff` is a unified diff of the descriptor, empty unless `changed`; `notes` are sentences.

    `state` says why nothing is changed: the descriptor needs no migration (`current`), or there is no model to be made
    of it (`impossible`). `written` is True if the new descriptor was put in place.
    """

    state: State
    diff: str
    notes: tuple[str, ...]
    changed: bool
    written: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell a person."""
        notes = tuple(f"  - {note}" for note in self.notes)
        if self.state is State.IMPOSSIBLE:
            return ("The descriptor cannot be migrated:", *notes)
        if self.state is State.CURRENT:
            return (f"There is nothing to migrate in {DESCRIPTOR_FILE}", *notes)
        done = f"{DESCRIPTOR_FILE} was written" if self.written else "Nothing was written: --write accepts the change"
        heading = ("To be checked, one by one:", *notes, "") if notes else ()
        return (*self.diff.split("\n"), *heading, done)

    @property
    def exit_code(self) -> int:
        """0, or 1 if the descriptor says too little to be migrated."""
        return EXIT_INVALID if self.state is State.IMPOSSIBLE else EXIT_OK


def migrate_dataset(folder: Path, *, write: bool) -> Migrated:
    """Migrate the descriptor in `folder`; without `write` only say how it would change.

    Raises `UsageError` if there is no descriptor, `UnsafeInputError` if it is too large to be read, `OutsideError` if
    the disk fails; then nothing was written.
    """
    folder = dataset_folder(folder)
    content = read_descriptor(folder, strict_json.MAX_BYTES)
    value, findings = strict_json.load(content)
    if value is None:
        for finding in findings:
            if finding.unsafe:
                raise UnsafeInputError(finding.message, next_step=finding.advice)
        return _unchanged(State.IMPOSSIBLE, tuple(f"First to correct: {finding.message}" for finding in findings))
    migration = migrate(value)
    if migration.descriptor is None:
        return _unchanged(migration.state, migration.notes)
    new = _render(content, migration.descriptor)
    if write:
        _replace(folder / DESCRIPTOR_FILE, new)
    return Migrated(state=migration.state, diff=_diff(content, new), notes=migration.notes, changed=True, written=write)


def _unchanged(state: State, notes: tuple[str, ...]) -> Migrated:
    return Migrated(state=state, diff="", notes=notes, changed=False, written=False)


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


def _diff(old: bytes, new: bytes) -> str:
    names = (f"a/{DESCRIPTOR_FILE}", f"b/{DESCRIPTOR_FILE}")
    return "".join(_complete(difflib.unified_diff(_lines(old), _lines(new), *names)))


def _lines(content: bytes) -> list[str]:
    """Lines as a diff knows them; `splitlines` would also break at characters that are text in JSON."""
    lines = content.decode("utf-8").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _complete(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _replace(file: Path, content: bytes) -> None:
    """The new file appears whole or not at all, with the permissions of the old one."""
    try:
        with tempfile.TemporaryDirectory(prefix=".osds-migrate-", dir=file.parent) as staging:
            staged = Path(staging) / file.name
            with staged.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            shutil.copymode(file, staged)
            staged.replace(file)
    except OSError as error:
        raise OutsideError(
            f"{file.name} cannot be written: {error.strerror}", next_step="Check permissions and free space"
        ) from error
