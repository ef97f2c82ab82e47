"""Looking at the bytes of a table before a parser does: which files, with which marks, and what is said of what is odd.

Pure: the bytes come as blocks, from `edges.unpacking`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from osds.dataset.package import Json, Resource
from osds.report import Check, Finding, Place
from osds.tables import checks
from osds.tables.bytescan import MAX_COLUMNS, MAX_MISPLACED, MAX_RECORD, Marks, Odd, settle
from osds.tables.census import Census, CensusTaker
from osds.tables.quotes import Quotes
from osds.tables.rewriting import FORMATS, format_of

_MARKUP = '\t\n\r",;|0\0'  # what must have the bytes of ASCII in an encoding for its bytes to be looked at
_MOVE_THE_HEADER = {"header", "headerRows", "commentChar", "commentRows", "skipBlankRows"}
_STATEFUL = ("utf_7", "iso2022", "iso_2022", "hz")  # the bytes of ASCII stand for letters there, now and then
_NAMES = {b";": "semicolons", b"\t": "tabs", b"|": "bars"}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32 begins like one of them


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file to look at, and what the descriptor says of its marks; `marks` is None where only its size matters."""

    path: str
    marks: Marks | None
    labelled: bool = True  # the first row is the header, as far as the descriptor says


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What is odd in a file, and its census; None where its bytes cannot be told without decoding, or are too many."""

    findings: tuple[Finding, ...] = ()
    census: Census | None = None


def wanted_files(resource: Resource, *, decoded: bool = False) -> Iterator[Wanted]:
    """The files of a table that the judge would read; `decoded` if copies in UTF-8 are looked at in their place."""
    if format_of(resource) in FORMATS:
        marks, labelled = _marks(resource, decoded=decoded), not _stated(resource).keys() & _MOVE_THE_HEADER
        for path in dict.fromkeys(resource.paths):
            yield Wanted(path=path, marks=marks, labelled=labelled)


def examine(wanted: Wanted, read: Callable[[], Iterable[bytes]]) -> Examined:
    """Look at one file. `read` opens it anew each time; it is read twice only if something is odd in it."""
    marks, taker = wanted.marks, None
    findings: tuple[Finding, ...] = ()
    for block in without_bom(read()):
        if taker is None:
            if marks is None or block.startswith(_WIDE):
                marks = None
                continue
            if wanted.labelled and block.startswith((b"\n", b"\r\n")):
                findings += (checks.BLANK_HEADER.at(Place(file=wanted.path), f"{wanted.path}, line 1: it is empty"),)
            guesses, marks = not marks.delimiter, settle(marks, block)
            if guesses and marks.delimiter != b",":
                words = f"{wanted.path}, line 1: the cells seem to be separated by {_NAMES[marks.delimiter]}"
                findings += (checks.DELIMITER_GUESSED.at(Place(file=wanted.path), words),)
            taker = CensusTaker(marks)
        taker.feed(block)
        if taker.odd.columns > MAX_COLUMNS or (taker.odd.long_record and not taker.wants_quotes):
            return Examined(findings=(*findings, *_findings(wanted.path, taker.odd)))
    if taker is None or marks is None:
        return Examined()
    odd = _look_closer(marks, taker, read)
    return Examined(findings=(*findings, *_findings(wanted.path, odd)), census=taker.finish())


def _look_closer(marks: Marks, taker: CensusTaker, read: Callable[[], Iterable[bytes]]) -> Odd:
    """What is odd in the file, with the quotes followed one by one where the census says that it matters."""
    odd = taker.odd
    if taker.wants_quotes:
        odd = _follow(marks, read)
        odd.columns, odd.nul = taker.odd.columns, taker.odd.nul
    if marks.blanks and marks.quoted and not (odd.misplaced or odd.unclosed):
        other = _follow(marks, lambda: _without_blanks(read(), marks.delimiter))
        odd.misplaced, odd.misplaced_count, odd.unclosed = other.misplaced, other.misplaced_count, other.unclosed
    return odd


def _follow(marks: Marks, read: Callable[[], Iterable[bytes]]) -> Odd:
    quotes = Quotes(marks)
    for block in without_bom(read()):
        quotes.feed(block)
    return quotes.finish()


def without_bom(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks of a file, none of them empty, without the mark that UTF-8 may begin with."""
    first = True
    for block in blocks:
        bare = block.removeprefix(codecs.BOM_UTF8) if first else block
        first = False
        if bare:
            yield bare


def _without_blanks(blocks: Iterable[bytes], delimiter: bytes) -> Iterator[bytes]:
    """The blocks as a reader takes them that skips blanks between a delimiter and a quote."""
    blanks = re.compile(re.escape(delimiter) + rb' +"')
    rest = b""
    for block in blocks:
        seen = rest + block
        bare = seen.rstrip(b" ")
        cut = len(bare) - 1 if bare.endswith(delimiter) else len(seen)  # the next block says what follows
        yield blanks.sub(delimiter + b'"', seen[:cut])
        rest = seen[cut : cut + 2]  # one blank says as much as many
    yield rest


def _marks(resource: Resource, *, decoded: bool) -> Marks | None:
    """What the descriptor says of delimiter and quotes; None where bytes cannot be told without decoding."""
    encoding = resource.raw.get("encoding")
    if isinstance(encoding, str) and not decoded and not _is_like_ascii(encoding):
        return None
    stated = _stated(resource)
    delimiter = stated.get("delimiter", "\t" if format_of(resource) == "tsv" else "")
    plain = stated.get("quoteChar", '"') == '"' and stated.get("doubleQuote", True) is True
    plain = plain and not stated.get("escapeChar") and not stated.get("skipInitialSpace")
    known = isinstance(delimiter, str) and len(delimiter) <= 1 and delimiter.isascii() and delimiter not in '"\r\n'
    if delimiter != "" and not known:
        return Marks(quoted=False)
    return Marks(delimiter=delimiter.encode(), quoted=plain)


def _stated(resource: Resource) -> dict[str, Json]:
    """What the descriptor states of the dialect."""
    dialect = resource.raw.get("dialect")
    stated: dict[str, Json] = dict(dialect) if isinstance(dialect, dict) else {}
    nested = stated.get("csv")
    return stated | (nested if isinstance(nested, dict) else {})


def _is_like_ascii(encoding: str) -> bool:
    try:
        name = codecs.lookup(encoding).name.replace("-", "_")
        return not name.startswith(_STATEFUL) and _MARKUP.encode(encoding) == _MARKUP.encode("ascii")
    except (LookupError, ValueError):
        return False  # no encoding at all; the judge says so


def _findings(path: str, odd: Odd) -> Iterator[Finding]:
    def at(check: Check, line: int, words: str) -> Finding:
        return check.at(Place(file=path), f"{path}, line {line:,}: {words}")

    if odd.columns > MAX_COLUMNS:
        yield at(checks.TABLE_LIMIT, 1, f"the header has more than {MAX_COLUMNS:,} columns")
    if odd.long_record:
        yield at(checks.TABLE_LIMIT, odd.long_record, f"about here begins a row of more than {MAX_RECORD >> 20} MB")
    if odd.nul:
        yield at(checks.NUL_BYTE, odd.nul, "here stands the first NUL byte")
    if odd.lone_return:
        yield at(checks.LONE_RETURN, odd.lone_return, "a carriage return stands here without a line feed")
    if odd.misplaced:
        count = f"{odd.misplaced_count:,}" if odd.misplaced_count < MAX_MISPLACED else f"{MAX_MISPLACED:,} or more"
        words = f"text goes on after a closing quote, here for the first of {count} times"
        yield at(checks.QUOTE_MISPLACED, odd.misplaced, words)
    if odd.unclosed:
        yield at(checks.QUOTE_UNCLOSED, odd.unclosed, "the quote that opens a cell here is never closed")
