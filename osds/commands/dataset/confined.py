"""The judge of tables in a process of its own, with the limits that whoever runs osds has set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from osds.edges.local.child import open_child
from osds.settings import Settings, size_of
from osds.tables.answers import Answer, Ask, Question, read_answer
from osds.tables.proof.answers import Scan, ScanQuestion, read_scan
from osds.tables.rewriting import is_zip


@dataclass(frozen=True, kw_only=True)
class Judges:
    """The engine that proves rows good, and frictionless that judges the others, in a process with limits."""

    scan: Callable[[ScanQuestion], Scan]
    ask: Ask


@contextmanager
def confined(settings: Settings) -> Iterator[Judges]:
    """Judges that cannot hang or fill the machine. Raises `UsageError` if `max-memory` is no size."""
    memory = size_of(settings.max_memory, "max-memory")
    with open_child("osds.tables.child", memory=memory, seconds=settings.max_seconds) as child:

        def scan(question: ScanQuestion) -> Scan:
            message = child.ask({"scan": vars(question), "writes": True}, lambda _: None)
            if "answer" not in message:
                return Scan(unproven=f"the engine ended: {message['ended']}")
            try:
                return read_scan(message["answer"])
            except ValueError:
                return Scan(unproven="the engine ended: crash")

        def ask(question: Question, on_rows: Callable[[int], None]) -> Answer:
            message = child.ask(
                {"question": vars(question), "writes": is_zip(question.descriptor)},
                lambda told: on_rows(_count(told.get("rows"))),
            )
            try:
                return read_answer(message["answer"]) if "answer" in message else _ended(message["ended"], settings)
            except ValueError:
                return _ended("crash", settings)

        yield Judges(scan=scan, ask=ask)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _ended(reason: str, settings: Settings) -> Answer:
    memory = f"Memory is limited to {settings.max_memory} (`max-memory`)"
    words = {
        "time": f"it took more than {settings.max_seconds:,} seconds (`max-seconds`)",
        "memory": f"it needed more than {settings.max_memory} of memory (`max-memory`), or the system had no more",
        "answer": "its errors are more than can be told; lower `limit-errors`",
        "crash": f"the process that judges it broke down. {memory}, time to {settings.max_seconds:,} seconds "
        "(`max-seconds`)",
    }
    return Answer(ended=words[reason])
