"""How long work tells a person that it goes on. The interface only; `edges.terminal` shows it, `Silent` does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Task(Protocol):
    """One piece of work under way."""

    def advance(self, count: int = 1) -> None:
        """`count` more units of the task's total are done."""


class Progress(Protocol):
    """Where work is announced."""

    def task(self, text: str, total: int | None = None) -> AbstractContextManager[Task]:
        """Announce `text`, a sentence without a full stop; `total` is the number of units, None if unknown."""


class Silent:
    """Progress that nobody sees: for tests, and for callers that print nothing."""

    @contextmanager
    def task(self, text: str, total: int | None = None) -> Iterator[Task]:  # noqa: ARG002 (nobody sees it)
        """Say nothing."""
        yield self

    def advance(self, count: int = 1) -> None:
        """Say nothing."""
