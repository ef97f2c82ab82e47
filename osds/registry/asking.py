"""What a pull request asks of the catalog, read from two versions of the file: which rows, and what is wrong in its form.

The file is judged as keyed rows, not as text: where a new row stands and how it is quoted does not matter, because the
merger writes it anew. Everything that is not a row of the request has to stay as it was, byte for byte.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from osds.registry import reasons
from osds.registry.catalog import CATALOG_FILE, Catalog, Entry, parse_catalog
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
    changes = _changes(base, asked)
    if changes is None:
        return Ask(reasons=(reasons.TOO_LARGE.about(f"more than {MAX_CHANGES} rows, or {MAX_LINE} characters in one"),))
    wrong = tuple(_disturbed(base, asked))
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


def _changes(base: Catalog, asked: Catalog) -> tuple[RowChange, ...] | None:
    """In the order of the keys, so that nothing depends on where a row stands; None if they are too many or too long."""
    before, after = base.by_key, asked.by_key
    new = [row for row in asked.rows if row.key not in before or before[row.key].values != row.values]
    gone = [row.key for row in base.rows if row.key not in after]
    if len(new) + len(gone) > MAX_CHANGES or any(len(row.line) > MAX_LINE for row in new):
        return None
    return tuple(
        RowChange(
            before=before[key].entry if key in before else None,
            after=after[key].entry if key in after else None,
        )
        for key in sorted([row.key for row in new] + gone)
    )


def _disturbed(base: Catalog, asked: Catalog) -> Iterator[Reason]:
    """What happened to rows whose values are the same as before."""
    before, after = base.by_key, asked.by_key
    rows = [row for row in asked.rows if row.key in before and before[row.key].values == row.values]
    requoted = [row for row in rows if before[row.key].line != row.line]
    if requoted:
        yield reasons.REQUOTED.about(_names(["/".join(row.key) for row in requoted]))
    order = [row.key for row in base.rows if row.key in after and after[row.key].values == row.values]
    moved = [key for key, row in zip(order, rows, strict=True) if key != row.key]
    if moved:
        yield reasons.REORDERED.about(_names(["/".join(key) for key in moved]))
