"""Asking frictionless about one table, in this process. `osds.tables.child` runs it in a process with limits."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from frictionless import FrictionlessException, Package
from frictionless.formats.csv import CsvControl
from frictionless.vendors import stringcase

from osds.dataset.package import Json
from osds.tables import checks
from osds.tables.answers import Answer, Question, TableError
from osds.tables.bytescan import MAX_COLUMNS
from osds.tables.categories import Categories
from osds.tables.doubted import show_only
from osds.tables.excerpts import Parts, shorten
from osds.tables.unique_keys import UniqueKeys
from osds.tables.whole_patterns import WholePatterns

# frictionless turns the same few dozen names into snake case again for each error; to remember them takes a third off.
stringcase.snakecase = lru_cache(maxsize=1000)(stringcase.snakecase)
MAX_VALUE = 200  # characters of a cell that are quoted
MAX_MESSAGE = 500
_TICK = 1000  # rows between two signs of life


def get_ready(descriptor: Mapping[str, Json]) -> None:
    """Let frictionless load what it will need for a question about this rewritten package, which takes it a while."""
    with contextlib.suppress(Exception):  # whatever it has to say about the package, it says when it is asked
        Package.from_descriptor(dict(descriptor)).get_resource(descriptor["resources"][0]["name"])


def ask(question: Question, on_rows: Callable[[int], None]) -> Answer:
    """What frictionless says of the table. Raises `MemoryError` if there was too little."""
    seen = 0
    schema = question.descriptor["resources"][0]["schema"]
    looks = (WholePatterns(schema), Categories(schema), UniqueKeys(schema))

    def on_row(row: Any) -> None:  # noqa: ANN401 (frictionless calls it with its untyped Row, by name)
        nonlocal seen
        seen += 1
        for each in looks:
            each.look(row)
        if seen % _TICK == 0:
            on_rows(_TICK)

    try:
        package = Package.from_descriptor(dict(question.descriptor), basepath=question.folder)
        resource: Any = package.resources[0]
        if question.doubted is not None:
            show_only(resource, question.doubted, rows_in_all=question.rows)
        report = resource.validate(limit_errors=question.limit_errors, on_row=on_row)
    except MemoryError:
        raise
    except FrictionlessException as error:
        _raise_if_memory(error)
        return _gave_up(error.error.type, error.error.title, error.error.message)
    # frictionless raises TypeError, AttributeError, re.error and others on schemas that it cannot apply to the data:
    # for a dataset they are one and the same finding, and no input may end in a traceback.
    except Exception as error:  # noqa: BLE001
        _raise_if_memory(error)
        return _gave_up(checks.JUDGE_FAILED.code, checks.JUDGE_FAILED.title, f"{type(error).__name__}: {error}")
    task = report.tasks[0]
    parts = Parts()
    return Answer(
        labels=tuple(shorten(str(label)) for label in task.labels[:MAX_COLUMNS]),
        errors=tuple(_read_error(error, parts) for error in task.errors),
        added=(*_guessed(resource, question.descriptor), *(error for each in looks for error in each.found)),
        stopped=bool(task.warnings),
        rows=task.stats.get("rows"),
        fields=task.stats.get("fields"),
        bytes=task.stats.get("bytes"),
    )


def _guessed(resource: Any, descriptor: Mapping[str, Json]) -> list[TableError]:  # noqa: ANN401 (frictionless' own)
    """Blanks before cells may be skipped because frictionless guesses so from the first rows: then that is told."""
    dialect = descriptor["resources"][0].get("dialect", {})
    stated = {**dialect, **(dialect.get("csv") or {})}
    if "skipInitialSpace" in stated or not CsvControl.from_dialect(resource.dialect).skip_initial_space:
        return []
    message = "Blanks before the cells are skipped, because there is one before each cell of the first rows"
    return [TableError(code=checks.BLANKS_SKIPPED.code, title=checks.BLANKS_SKIPPED.title, message=message)]


def _raise_if_memory(error: BaseException | None) -> None:
    """frictionless turns whatever a parser raises into an error of its own, also `MemoryError`."""
    while error is not None:
        if isinstance(error, MemoryError):
            raise error
        error = error.__cause__ or error.__context__


def _gave_up(code: str, title: str, message: str) -> Answer:
    return Answer(errors=(TableError(code=code, title=title, message=_short(message, MAX_MESSAGE)),), gave_up=True)


def _read_error(error: Any, parts: Parts) -> TableError:  # noqa: ANN401 (frictionless' error classes share no typed base)
    keys = getattr(error, "field_names", ())  # of a foreign key
    cell = " + ".join(error.field_cells) if keys else getattr(error, "cell", None)
    field = " + ".join(keys) or getattr(error, "field_name", None) or getattr(error, "label", None) or None
    number = getattr(error, "field_number", None)
    cells: Sequence[object] = getattr(error, "cells", None) or getattr(error, "labels", None) or ()
    return TableError(
        code=error.type,
        title=error.title,
        message=_short(error.message, MAX_MESSAGE),
        row=getattr(error, "row_number", None),
        field=None if field is None else _short(str(field), MAX_VALUE),
        cell=None if cell is None else _short(str(cell), MAX_VALUE),
        part=parts.take(error.type, field, cell, cells, () if number is None else (number,)),
    )


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
