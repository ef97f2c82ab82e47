"""The facts of a validated dataset, loaded once in a run: the audit asks them questions, then they are added up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from osds.dataset.package import DataPackage
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import TableFacts
from osds.settings import Settings

if TYPE_CHECKING:
    from osds.aggregates.ledger import Ledger, Unreadable


def get_ready() -> None:
    """Import what loading facts and asking them questions needs: a moment for whoever has nothing else to do just now."""
    import duckdb  # noqa: F401

    import osds.audit.audit
    import osds.commands.dataset.plain_tables  # noqa: F401


class Ledgers:
    """Whoever asks first has the facts loaded; they are kept for the next one, and let go at the end.

    A run judges one dataset, and so holds one ledger at most.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._settings = settings
        self._progress = progress
        self._stack = ExitStack()
        self._ledger: Ledger | Unreadable | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def open(
        self, folder: Path, package: DataPackage, model: FiscalModel, judged: Sequence[TableFacts]
    ) -> Ledger | Unreadable:
        """The facts of the dataset in `folder`. All tables that its model names must have been judged valid."""
        if self._ledger is None:
            from osds.aggregates.ledger import open_ledger
            from osds.audit.columns import with_lines_and_dates
            from osds.commands.dataset.plain_tables import plain_tables

            tables = self._stack.enter_context(plain_tables(folder, package, model, judged, self._progress))
            self._ledger = self._stack.enter_context(
                open_ledger(
                    package, model, tables, self._settings, progress=self._progress, extend=with_lines_and_dates
                )
            )
        return self._ledger
