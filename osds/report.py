"""What was found in a dataset, as values: `Check`, `Finding`, `Report`. Nothing here reads, prints or decides.

A `Check` is one thing osds looks at. Each room keeps its own checks beside the functions that use them, and the page
`docs/checks.md` is generated from all of them. A `Finding` is a check that did not hold at one place. A `Report` is all
findings of one dataset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from osds.errors import EXIT_INVALID, EXIT_OK, EXIT_UNSAFE


class Severity(StrEnum):
    """An error makes the dataset invalid; a warning is doubtful; a notice is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in the dataset.

    `file` is relative to the dataset's folder. `row` is the number of the record as frictionless counts it (the header
    is row 1). `field` is the column's name. `pointer` is an RFC 6901 JSON Pointer into the descriptor.
    """

    file: str | None = None
    row: int | None = None
    field: str | None = None
    pointer: str | None = None


DESCRIPTOR_FILE = "datapackage.json"


def in_descriptor(pointer: str = "") -> Place:
    """The place of something in `datapackage.json`."""
    return Place(file=DESCRIPTOR_FILE, pointer=pointer)


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The row of a finding as it stands in the file: some of its cells, shortened, and the labels of their columns.

    `first` is the number of the first column shown, `marked` the numbers of the offending ones (all from 1), `columns` how
    many cells the row has.
    """

    labels: tuple[str, ...]
    cells: tuple[str, ...]
    first: int
    marked: tuple[int, ...]
    columns: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check that did not hold at one place. `value` is the offending text, if there is one.

    `kind` says more closely than the check what is wrong, in words that many findings share: a part of the title.
    """

    code: str
    severity: Severity
    title: str
    message: str
    advice: str
    place: Place
    value: str | None = None
    unsafe: bool = False
    kind: str = ""
    excerpt: Excerpt | None = None

    @property
    def headline(self) -> str:
        """What is wrong, in short: the title and, where there is one, the kind."""
        return f"{self.title}: {self.kind}" if self.kind else self.title


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing osds looks at, with the words that explain it. `unsafe` checks refuse the dataset (exit code 3).

    `example` shows what the check finds, in Markdown.
    """

    code: str
    severity: Severity
    title: str
    explanation: str
    advice: str
    example: str = ""
    unsafe: bool = False

    def at(self, place: Place, message: str, *, value: str | None = None, advice: str | None = None) -> Finding:
        """This check did not hold at `place`; `message` is a sentence without a full stop, `advice` the next step."""
        return Finding(
            code=self.code,
            severity=self.severity,
            title=self.title,
            message=message,
            advice=self.advice if advice is None else advice,
            place=place,
            value=value,
            unsafe=self.unsafe,
        )


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """What is known of one table after judging it. `rows` excludes the header; None where nobody counted.

    `known`: it was judged before, without an error, and was not read again; `reason` says how that is known.
    """

    resource: str
    files: tuple[str, ...]
    rows: int | None
    fields: int
    bytes: int
    judged: bool
    reason: str = ""  # why it was not judged, or not to the end, or not again
    known: bool = False
    route: str = ""  # how its rows were judged: proven by the engine, or read by frictionless, and why
    labels: tuple[str, ...] = ()  # the header, where the file is plain CSV: UTF-8 without BOM, comma, double quotes


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings of one dataset, in the order in which they were found.

    `left_out` says what else was not checked and why, in words.
    """

    dataset: str
    findings: tuple[Finding, ...] = ()
    tables: tuple[TableFacts, ...] = field(default=())
    left_out: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """True if there is no error; derived, never set."""
        return not any(f.severity is Severity.ERROR for f in self.findings)

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 3 refused as unsafe."""
        if any(f.unsafe for f in self.findings):
            return EXIT_UNSAFE
        return EXIT_OK if self.valid else EXIT_INVALID

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(f.severity is severity for f in self.findings)
