"""What a pull request asks of the catalog, read from two versions of the file: which rows, and what is wrong in its form.

The file is judged as keyed rows, not as text: where a new row stands and how it is quoted does not matter, because the
merger writes it anew. Everything that is not a row of the request has to stay as it was, byte for byte.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from osds.registry import reasons
from osds.registry.catalog import CATALOG_FILE, Catalog, Entry, Row, parse_catalog
from osds.registry.lines import ClashError, RegistryFileError, ValueRefusedError
from osds.registry.reasons import Reason

_ORDINARY = ("100644", "100755")
_NOTHING = "000000"
_SHOWN = 5  # names in one reason
MAX_CHANGES = 100  # rows; more than that is not somebody's datasets
MAX_LINE = 4000  # characters of a row that is new


@dataclass(frozen=True, kw_only=True)
class TreeChange:
    """One path that differs between two commits; modes are git's, `000000` where there is no such path."""

    path: str
    mode_before: str
    mode_after: str


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """One row as it was and as it shall be; None where there is none. At most one of them is None."""

    before: Entry | None
    after: Entry | None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a request asks for. With any `reasons` its rows are not to be trusted."""

    changes: tuple[RowChange, ...] = ()
    reasons: tuple[Reason, ...] = ()


def judge_tree(changes: tuple[TreeChange, ...]) -> tuple[Reason, ...]:
    """What is wrong with the files that a request changes: it may change the contents of the catalog alone."""
    others = [change.path for change in changes if change.path != CATALOG_FILE]
    found = [reasons.OTHER_FILES.about(_names(others))] if others else []
    catalog = next((change for change in changes if change.path == CATALOG_FILE), None)
    if catalog is None:
        return tuple(found) or (reasons.NOTHING_ASKED.about(),)
    if catalog.mode_after == _NOTHING:
        found.append(reasons.CATALOG_GONE.about())
    elif catalog.mode_after not in _ORDINARY:
        found.append(reasons.FILE_KIND.about())
    elif catalog.mode_after != catalog.mode_before:
        found.append(reasons.FILE_MODE.about(f"{catalog.mode_before} has become {catalog.mode_after}"))
    return tuple(found)


def _names(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more


def read_ask(base: Catalog, head: bytes) -> Ask:
    """What the file `head` asks of the catalog `base`, from which it was made."""
    text, wrong = _decode(head)
    if not wrong and text.partition("\n")[0] != base.header:
        wrong = (reasons.HEADER.about(f"it was {base.header}"),)
    if wrong:
        return Ask(reasons=wrong)
    try:
        asked = parse_catalog(text, known=base)
    except RegistryFileError as error:
        return Ask(reasons=(_unreadable(error),))
    differing = _differing(base, asked)
    changes = _changes(*differing)
    if changes is None:
        return Ask(reasons=(reasons.TOO_LARGE.about(f"more than {MAX_CHANGES} rows, or {MAX_LINE} characters in one"),))
    wrong = tuple(_disturbed(base, asked, *differing))
    if not changes and not wrong:
        wrong = (reasons.NOTHING_ASKED.about(),)
    return Ask(changes=changes, reasons=wrong)


def _decode(head: bytes) -> tuple[str, tuple[Reason, ...]]:
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        return "", (reasons.BYTE_ORDER_MARK.about(),)
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        return "", (reasons.NOT_UTF8.about(f"{CATALOG_FILE}, line {line}"),)
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        return "", (reasons.LINE_ENDS.about(f"{CATALOG_FILE}, line {line} has a carriage return"),)
    if not text.endswith("\n"):
        return "", (reasons.LAST_LINE.about(),)
    return text, ()


def _unreadable(error: RegistryFileError) -> Reason:
    kind = (
        reasons.TWICE
        if isinstance(error, ClashError)
        else reasons.BAD_VALUE
        if isinstance(error, ValueRefusedError)
        else reasons.BAD_ROW
    )
    return kind.about(str(error).removesuffix("."))


def _changes(lost: list[Row], found: list[Row]) -> tuple[RowChange, ...] | None:
    """In the order of the keys, so that nothing depends on where a row stands; None if they are too many or too long."""
    if len(lost) + len(found) > 2 * MAX_CHANGES or any(len(row.line) > MAX_LINE for row in found):
        return None
    before, after = {row.key: row for row in lost}, {row.key: row for row in found}
    changes = [
        RowChange(
            before=before[key].entry if key in before else None,
            after=after[key].entry if key in after else None,
        )
        for key in sorted(before.keys() | after.keys())
        if key not in before or key not in after or before[key].values != after[key].values
    ]
    return tuple(changes) if len(changes) <= MAX_CHANGES else None


def _differing(base: Catalog, asked: Catalog) -> tuple[list[Row], list[Row]]:
    """The rows whose bytes are in one of the two alone."""
    lost = [row for row in base.rows if row.line not in asked.by_line]
    return lost, [row for row in asked.rows if row.line not in base.by_line]


def _disturbed(base: Catalog, asked: Catalog, lost: list[Row], found: list[Row]) -> Iterator[Reason]:
    """What happened to rows whose values are the same as before."""
    before = {row.key: row.values for row in lost}
    requoted = {row.key for row in found if before.get(row.key) == row.values}
    if requoted:
        yield reasons.REQUOTED.about(_names(["/".join(key) for key in sorted(requoted)]))
    gone, new = {row.line for row in lost}, {row.line for row in found}
    order = [row for row in base.rows if row.line not in gone or row.key in requoted]
    rows = [row for row in asked.rows if row.line not in new or row.key in requoted]
    moved = [old.key for old, new in zip(order, rows, strict=True) if old is not new and old.key != new.key]
    if moved:
        yield reasons.REORDERED.about(_names(["/".join(key) for key in moved]))
