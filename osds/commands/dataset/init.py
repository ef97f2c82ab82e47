"""`osds init`: make a dataset's repository out of a folder with CSV files. What is there already is never overwritten."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from osds.dataset.package import Json
from osds.dataset.paths import path_problem
from osds.dataset.strict_json import MAX_BYTES, load
from osds.edges.local.files import dataset_folder, digest, look, read_file
from osds.edges.local.placing import place_files
from osds.errors import OutsideError, UsageError
from osds.fiscal.iso4217 import CURRENCIES
from osds.inference.package import Guessed, guess_package
from osds.inference.sources import CsvFile
from osds.inference.table import Table, read_table
from osds.inference.text import Encoding, Layout, detect_encoding, detect_layout
from osds.progress import Progress, Task
from osds.refresh.rhythm import daily
from osds.report import DESCRIPTOR_FILE
from osds.settings import OPTIONS, Option
from osds.silence import SETTINGS_FILE
from osds.updating import UPDATE_KEY, UPDATE_SCHEMA

WORKFLOW_FILE = ".github/workflows/osds.yml"
CORE_WORKFLOW_FILE = ".github/workflows/osds-update.yml"
ATTRIBUTES_FILE = ".gitattributes"
CREATED, KEPT, WOULD_CREATE = "created", "kept", "would create"

_CRON_OF_TEMPLATE = "17 3 * * *"
_MAX_FILES = 100
_HEAD = 64 * 1024
_BLOCK = 1024 * 1024
_LINES_PER_STEP = 5_000


@dataclass(frozen=True, kw_only=True)
class Initialised:
    """What `init` did: (path, `created` | `kept` | `would create`) for each file, and its guesses in sentences.

    `descriptor` is the one that was guessed; None if there was one already, which is kept.
    """

    files: tuple[tuple[str, str], ...]
    guesses: tuple[str, ...]
    descriptor: Mapping[str, Json] | None


def init(folder: Path, *, currency: str | None, dry_run: bool, progress: Progress, core: bool = False) -> Initialised:
    """Write what makes `folder` a dataset's repository, or with `dry_run` only say what that would be.

    `currency` is the ISO 4217 code of all amounts, None if unknown. A `core` dataset gets the workflow by which it updates
    itself, too. A file that exists is kept as it is. Raises
    `UsageError` if no descriptor can be made of the folder's CSV files, `OutsideError` if the disk fails; then nothing
    was written.
    """
    folder = dataset_folder(folder)
    currency = _check_currency(currency)
    missing = {path for path in _texts({}, core=core) if look(folder, path).kind == "missing"}
    guessed = _guess(folder, currency, progress) if DESCRIPTOR_FILE in missing else None
    texts = _texts(guessed.descriptor if guessed else _kept_descriptor(folder), core=core)
    if not dry_run:
        place_files(folder, {path: text.encode() for path, text in texts.items() if path in missing})
    done = WOULD_CREATE if dry_run else CREATED
    guesses = guessed.guesses if guessed else tuple(_unused(currency))
    return Initialised(
        files=tuple((path, done if path in missing else KEPT) for path in texts),
        guesses=(*guesses, *_advice(folder, missing), *_core_advice(core)),
        descriptor=guessed.descriptor if guessed else None,
    )


def _unused(currency: str | None) -> Iterator[str]:
    if currency is not None:
        yield f"{currency} was not used: {DESCRIPTOR_FILE} was here already and is kept"


def _advice(folder: Path, missing: set[str]) -> Iterator[str]:
    content = None if ATTRIBUTES_FILE in missing else read_file(folder, ATTRIBUTES_FILE, _HEAD)
    if content is not None and b"-text" not in content:
        yield f"{ATTRIBUTES_FILE} was here already: add the line `*.csv -text` to it, or git may change the data"


def _core_advice(core: bool) -> Iterator[str]:
    if core:
        yield f"{SETTINGS_FILE} has to name the command that brings the data up to date: `update: scripts/update.sh`"


def _kept_descriptor(folder: Path) -> Mapping[str, Json]:
    value, _ = load(read_file(folder, DESCRIPTOR_FILE, MAX_BYTES) or b"{}")
    return value if isinstance(value, dict) else {}


def _check_currency(currency: str | None) -> str | None:
    if currency is None or currency.upper() in CURRENCIES:
        return currency.upper() if currency else None
    raise UsageError(f"{currency!r} is not a currency", next_step="Give its ISO 4217 code, for instance EUR")


# What the files say


def _texts(descriptor: Mapping[str, Json], *, core: bool) -> dict[str, str]:
    """Every file of a new repository with its text, the descriptor first."""
    cron = daily(str(descriptor.get("name", "")))
    update = {CORE_WORKFLOW_FILE: _template("core-workflow.yml").replace(_CRON_OF_TEMPLATE, cron)} if core else {}
    return {
        DESCRIPTOR_FILE: json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n",
        WORKFLOW_FILE: _template("workflow.yml"),
        **update,
        SETTINGS_FILE: _settings_text(core=core),
        ATTRIBUTES_FILE: _template("gitattributes"),
    }


def _template(name: str) -> str:
    return (package_files("osds") / "templates" / name).read_text("utf-8")


def _settings_text(*, core: bool) -> str:
    lines = [
        "# Settings of osds for this dataset. Each line in comments shows a default; take it into use to change it."
    ]
    for option in (option for option in OPTIONS if option.in_file):
        lines.extend(("", f"# {option.about}.", f"# {option.name}: {_shown(option)}"))
    if core:
        lines.extend(("", f"# {UPDATE_SCHEMA['description']}.", f"# {UPDATE_KEY}: scripts/update.sh"))
    return "\n".join(lines) + "\n"


def _shown(option: Option) -> object:
    return option.metavar if option.default is None else option.default


# Reading the CSV files


def _guess(folder: Path, currency: str | None, progress: Progress) -> Guessed:
    paths = _find_csv(folder)
    if not paths:
        raise UsageError(
            f"There is no CSV file in {str(folder)!r} or its folder data",
            next_step="Put the tables there, saved as CSV in UTF-8, and run `osds init` again",
        )
    if len(paths) > _MAX_FILES:
        raise UsageError(
            f"There are {len(paths)} CSV files, more than the {_MAX_FILES} that osds init describes",
            next_step="Join files that are parts of one table",
        )
    return guess_package(folder.resolve().name, [_read(folder, path, progress) for path in paths], currency=currency)


def _find_csv(folder: Path) -> list[str]:
    """The paths of CSV files in the folder and in `data`; neither hidden files nor symbolic links."""
    places = [folder, *([folder / "data"] if look(folder, "data").kind == "folder" else [])]
    try:
        found = [entry for place in places for entry in place.iterdir() if _is_csv(entry)]
    except OSError as error:
        raise OutsideError(f"The folder cannot be read: {error.strerror}", next_step="Check its permissions") from error
    return sorted(entry.relative_to(folder).as_posix() for entry in found)


def _is_csv(entry: Path) -> bool:
    named = entry.suffix.lower() == ".csv" and not entry.name.startswith(".")
    return named and entry.is_file() and not entry.is_symlink()


def _read(folder: Path, path: str, progress: Progress) -> CsvFile:
    """Everything inference needs to know of one file. Raises `UsageError` with the file's name in it."""
    try:
        _check_file(folder, path)
        encoding = detect_encoding(_blocks(folder / path))
        layout = detect_layout(_head(folder / path, encoding))
        size = (folder / path).stat().st_size
        with progress.task(f"Reading {path}", size) as task:
            table = _read_table(folder / path, encoding, layout, task)
        sha256, complete = digest(folder, path, "sha256"), _ends_a_line(folder / path)
    except UsageError as error:
        raise UsageError(f"{_printable(path)}: {error.what}", next_step=error.next_step) from error
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}", next_step="Check its permissions") from error
    return CsvFile(
        path=path, bytes=size, sha256=sha256, complete=complete, encoding=encoding, layout=layout, table=table
    )


def _ends_a_line(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"


def _printable(path: str) -> str:
    return path if path.isprintable() else ascii(path)


def _check_file(folder: Path, path: str) -> None:
    if look(folder, path).pointer is not None:
        raise UsageError("It is a git-lfs pointer, not the data", next_step="Run `git lfs pull` first")
    problem = path_problem(path)
    if problem is None and not path.isprintable():  # also file names that are not UTF-8
        problem = "the name has characters that cannot be printed"
    if problem is not None:
        raise UsageError(problem, next_step="Rename the file")


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _text(file: BinaryIO, encoding: Encoding) -> TextIOWrapper:
    return TextIOWrapper(file, encoding="utf-8-sig" if encoding.bom else encoding.name, newline="")


def _head(file: Path, encoding: Encoding) -> str:
    """Whole lines from the beginning of a file."""
    with file.open("rb") as stream, _text(stream, encoding) as text:
        head = text.read(_HEAD)
    cut = max(head.rfind("\n"), head.rfind("\r"))
    return head[: cut + 1] if len(head) == _HEAD and cut > 0 else head


def _read_table(file: Path, encoding: Encoding, layout: Layout, task: Task) -> Table:
    with file.open("rb") as stream, _text(stream, encoding) as text:
        lines = _announced(text, stream, task)
        rows = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=layout.skip_space)
        try:
            return read_table(rows)
        except csv.Error as error:
            raise UsageError(
                f"It is not a table from line {rows.line_num} on ({error})",
                next_step="Look there for a quotation mark without its partner",
            ) from error


def _announced(text: TextIOWrapper, stream: BinaryIO, task: Task) -> Iterator[str]:
    """The lines of `text`; now and then the task hears how many more bytes were read of `stream` below it."""
    done = 0
    for number, line in enumerate(text, start=1):
        yield line
        if number % _LINES_PER_STEP == 0:
            task.advance(stream.tell() - done)
            done = stream.tell()
