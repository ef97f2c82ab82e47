"""The same work on many things, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from osds.progress import Progress

WORKERS = 8  # transfers at the same time

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], text: str, progress: Progress, *, workers: int = WORKERS
) -> list[Result]:
    """The results in the order of the items. After the first failure nothing new is begun, and it is raised."""
    with progress.task(text, total=len(items)) as task, ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work, item) for item in items]
        results = []
        try:
            for future in futures:
                results.append(future.result())
                task.advance()
        finally:
            for future in futures:
                future.cancel()
        return results
