"""The process in which the engine and frictionless meet a dataset: `python -I -m osds.tables.child BYTES`.

`osds.edges.local.child` starts it. It reads a line of JSON for each question, `{"scan": …}` or `{"question": …}`, and
writes lines of JSON: `{"rows": count}` now and then, and `{"answer": …}` or `{"ended": reason}` at the end of each.
Before the first question it limits itself, where the system knows such limits (POSIX): memory, size of files it may
write, open files, no core dump; and processor time for each question, so that it ends also where nobody is left to end
it. The clock on the wall is the parent's. `osds.tables.guard` says what may be opened; no connection is made and no
program started.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from osds.dataset.package import Json
from osds.tables.answers import Question
from osds.tables.guard import Guard
from osds.tables.proof.answers import ScanQuestion
from osds.tables.rewriting import files_of

MAX_ANSWER = 16 << 20  # bytes of a line; `osds.edges.local.child` reads no more
_MAX_OPEN_FILES = 256
_MAX_TEMPORARY = 20 << 30  # bytes; frictionless unpacks a zip file into a temporary one, and the engine spills
_SPARE_SECONDS = 2


def main() -> None:
    """Answer questions until there are no more."""
    questions, answers = take_streams()
    limit_process(int(sys.argv[1]))
    guard = Guard()
    sys.addaudithook(guard)
    import osds.tables.proof.scan  # noqa: F401 (while the first question is being thought of)

    for line in questions:
        message = json.loads(line)
        limit_question(message["seconds"], writes=message["writes"])
        guard.allow(_files(message))
        answer = _answer(message, answers)
        send(answers, answer)
        if "ended" in answer:
            return
        if "scan" in message and answer["answer"]["suspects"]:
            from osds.tables.asking import get_ready  # the rows are being looked for meanwhile

            get_ready(message["scan"]["descriptor"])


def _files(message: Mapping[str, Json]) -> Iterable[str]:
    """The files that a question is about."""
    if "scan" in message:
        paths: dict[str, str] = message["scan"]["paths"]
        return paths.values()
    question = message["question"]
    return [str(Path(question["folder"]) / path) for path in files_of(question["descriptor"])]


def _answer(message: Mapping[str, Json], answers: BinaryIO) -> dict[str, Json]:
    try:
        answer = _scan(message["scan"]) if "scan" in message else _ask(message["question"], answers)
        too_large = len(json.dumps(answer)) > MAX_ANSWER - 100
    except MemoryError:
        return {"ended": "memory"}
    return {"ended": "answer"} if too_large else {"answer": answer}


def _scan(question: Mapping[str, Json]) -> Json:
    from osds.tables.proof.scan import scan

    found = scan(ScanQuestion(**question))
    references = {name: vars(sums) for name, sums in found.references.items()}
    return {**vars(found), "sums": found.sums and vars(found.sums), "references": references}


def _ask(question: Mapping[str, Json], answers: BinaryIO) -> Json:
    from osds.tables.asking import ask

    return ask(Question(**question), lambda count: send(answers, {"rows": count})).to_json()


def send(answers: BinaryIO, message: dict[str, Json]) -> None:
    """Write one message."""
    answers.write(json.dumps(message).encode("ascii") + b"\n")
    answers.flush()


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The standard streams for ourselves: what anybody else reads here is empty, and what they print goes nowhere."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return questions, answers


def limit_process(memory: int) -> None:
    """Limit the bytes of memory of this process and the files that it may have open; a crash leaves nothing behind."""
    if sys.platform == "win32":
        return
    import resource

    for kind, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES),
    ):
        _lower(kind, amount)


def limit_question(seconds: int, *, writes: bool) -> None:
    """Limit the seconds of a processor from now on, and what may be written into one file."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds + _SPARE_SECONDS)
    _lower(resource.RLIMIT_FSIZE, _MAX_TEMPORARY if writes else 0)


def _lower(kind: int, amount: int) -> None:
    """Set a soft limit, never above the hard one. macOS refuses some limits; what remains is the parent's clock."""
    import contextlib
    import resource

    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (amount, hard))


if __name__ == "__main__":
    main()
