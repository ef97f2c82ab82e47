"""Writing values into SQL for the engine."""

from __future__ import annotations

from collections.abc import Iterable

from osds.tables.proof.unproven import UnprovenError


def text(value: str) -> str:
    """A text as a literal. Raises `UnprovenError` for what no cell of a UTF-8 file can hold, which no engine compares."""
    if "\0" in value or not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnprovenError("a text of the schema is not Unicode") from None
    if "\0" in value:
        raise UnprovenError("a text of the schema holds a NUL")
    return "'" + value.replace("'", "''") + "'"


def one_of(cell: str, values: Iterable[str]) -> str:
    """A predicate: the cell is one of these texts."""
    texts = sorted(set(values))
    if len(texts) == 1:
        return f"{cell} = {text(texts[0])}"
    return f"{cell} IN ({', '.join(map(text, texts))})" if texts else "FALSE"


def all_of(predicates: Iterable[str]) -> str:
    """A predicate: all of these are true."""
    return " AND ".join(predicates) or "TRUE"
