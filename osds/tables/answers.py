"""What is asked of frictionless about one table, and what it answers, as values that can travel as JSON.

frictionless runs in a process of its own, so the answer comes from outside: `read_answer` believes no type of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from osds.dataset.package import Json


@dataclass(frozen=True, kw_only=True)
class Question:
    """Judge the first resource of `descriptor`, a rewritten one, with files below `folder`, up to `limit_errors`.

    With `doubted`, only these rows are shown to frictionless (number and cells of each, in order): all others of the
    table's `rows` rows are known to be good.
    """

    folder: str
    descriptor: Mapping[str, Json]
    limit_errors: int
    doubted: Sequence[tuple[int, Sequence[str]]] | None = None
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class RowPart:
    """Some cells of a row, shortened: from column number `first` on, of `columns` in all; `marked` are offending ones."""

    cells: tuple[str, ...]
    first: int
    marked: tuple[int, ...]
    columns: int


@dataclass(frozen=True, kw_only=True)
class TableError:
    """One error of frictionless: its type and title, its words, and where. Long texts are cut already."""

    code: str
    title: str
    message: str
    row: int | None = None
    field: str | None = None
    cell: str | None = None
    part: RowPart | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What frictionless says. Counts are None where it did not count.

    `stopped`: it stopped at the limit of errors. `gave_up`: it raised the only error instead of reporting. `ended`: the
    process ended before it could answer, and this is why, in words. `labels` are those of the header row, shortened.
    `added` are errors that osds finds beside frictionless'.
    """

    labels: tuple[str, ...] = ()
    errors: tuple[TableError, ...] = ()
    added: tuple[TableError, ...] = ()
    stopped: bool = False
    gave_up: bool = False
    ended: str = ""
    rows: int | None = None
    fields: int | None = None
    bytes: int | None = None

    def to_json(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {**vars(self), "errors": _errors_to_json(self.errors), "added": _errors_to_json(self.added)}


def _errors_to_json(errors: Sequence[TableError]) -> list[Json]:
    """As `dataclasses.asdict`, which copies every text, and there may be many thousands."""
    return [{**vars(error), "part": None if error.part is None else vars(error.part)} for error in errors]


Ask = Callable[[Question, Callable[[int], None]], Answer]
"""Asks, and is told now and then how many more rows have been read."""


def read_answer(value: Json) -> Answer:
    """The answer in a JSON value. Raises `ValueError` if it is anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("errors"), list):
        raise ValueError("not an answer")  # noqa: TRY004 (wrong JSON is a wrong value)
    return Answer(
        labels=_texts(value, "labels"),
        errors=tuple(_read_error(error) for error in value["errors"]),
        added=tuple(_read_error(error) for error in value.get("added") or ()),
        stopped=_typed(value, "stopped", bool),
        gave_up=_typed(value, "gave_up", bool),
        ended=_typed(value, "ended", str),
        rows=_typed(value, "rows", int, type(None)),
        fields=_typed(value, "fields", int, type(None)),
        bytes=_typed(value, "bytes", int, type(None)),
    )


def _read_error(value: Json) -> TableError:
    if not isinstance(value, dict):
        raise ValueError("not an error")  # noqa: TRY004
    return TableError(
        code=_typed(value, "code", str),
        title=_typed(value, "title", str),
        message=_typed(value, "message", str),
        row=_typed(value, "row", int, type(None)),
        field=_typed(value, "field", str, type(None)),
        cell=_typed(value, "cell", str, type(None)),
        part=None if value.get("part") is None else _read_part(value["part"]),
    )


def _read_part(value: Json) -> RowPart:
    if not isinstance(value, dict):
        raise ValueError("not a part of a row")  # noqa: TRY004
    return RowPart(
        cells=_texts(value, "cells"),
        first=_typed(value, "first", int),
        marked=_list_of(value, "marked", int),
        columns=_typed(value, "columns", int),
    )


def _texts(value: Mapping[str, Json], key: str) -> tuple[str, ...]:
    return _list_of(value, key, str)


def _list_of(value: Mapping[str, Json], key: str, of: type) -> tuple[Json, ...]:
    found = value.get(key)
    if not isinstance(found, (list, tuple)) or any(type(item) is not of for item in found):
        raise ValueError(f"{key} is not a list of its type")
    return tuple(found)


def _typed(value: Mapping[str, Json], key: str, *types: type) -> Json:
    found = value.get(key)
    if type(found) not in types:
        raise ValueError(f"{key} is not of its type")
    return found
