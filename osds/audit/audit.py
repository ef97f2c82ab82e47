"""The door of this room: from a judged dataset to findings on its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Context, localcontext

from osds.aggregates.ledger import Ledger, Unreadable, open_ledger
from osds.audit.books import Books, open_books
from osds.audit.breakdowns import open_breakdowns
from osds.audit.codes import find_codes
from osds.audit.columns import with_lines_and_dates
from osds.audit.duplicates import find_duplicates
from osds.audit.measures import find_sums
from osds.audit.revisions import find_revisions
from osds.audit.signs import find_signs
from osds.audit.totals import find_totals
from osds.audit.years import find_gaps, find_jumps, find_outside
from osds.dataset.package import DataPackage
from osds.fiscal.joins import named_resources
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import Finding
from osds.settings import Settings
from osds.tables.text import TableText

EXACT = Context(prec=200)  # more digits than the sum of all amounts can have


def _find_in_members(books: Books) -> Iterator[Finding]:
    """The checks that share the sums of a dimension's members."""
    for breakdown in open_breakdowns(books):
        yield from find_totals(breakdown)
        yield from find_codes(breakdown)


LOOKS: tuple[Callable[[Books], Iterator[Finding]], ...] = (
    find_gaps,
    find_outside,
    find_jumps,
    find_revisions,
    find_signs,
    find_sums,
    _find_in_members,
    find_duplicates,
)


def audit(
    package: DataPackage,
    model: FiscalModel,
    tables: Mapping[str, TableText],
    settings: Settings,
    *,
    progress: Progress,
    threads: int | None = None,
) -> tuple[Finding, ...]:
    """What is doubtful in the figures of a valid dataset: warnings and notices, in one order for one input.

    `tables` are the judged tables by resource. Nothing is found where figures cannot be added up (an amount is no
    number, a date has no year, a key is not unique): `aggregate` reports that. `threads` is for tests.
    Raises `UsageError` if `settings.memory` is no size, `OutsideError` if disk or memory fails.
    """
    if not set(named_resources(model)) <= tables.keys():
        return ()
    extend = with_lines_and_dates
    with open_ledger(package, model, tables, settings, progress=progress, extend=extend, threads=threads) as ledger:
        return audit_ledger(ledger, progress=progress)


def audit_ledger(ledger: Ledger | Unreadable, *, progress: Progress) -> tuple[Finding, ...]:
    """The same from facts that are loaded already, see `open_books`. It leaves the facts as they are."""
    if isinstance(ledger, Unreadable) or not ledger.plan.rows:
        return ()
    with progress.task("Looking for doubtful figures", len(LOOKS)) as task, localcontext(EXACT):
        books = open_books(ledger)
        findings: list[Finding] = []
        for look in LOOKS:
            task.advance()
            findings += look(books)
        return tuple(findings)
