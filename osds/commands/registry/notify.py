"""`osds registry notify`: tell each receiver what has changed since it was told last, in order, and note how far it is.

The note, `data/delivered.json`, moves only after a delivery. A run that is killed in between sends the same message again,
with the same id. A receiver that fails keeps its place and stops nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from osds.commands.registry.changing import Wanted, write
from osds.commands.registry.judging import read_state
from osds.commands.registry.registries import Clock, read_text
from osds.edges.git.registry import Registry
from osds.errors import EXIT_BUG, EXIT_OK, OsdsError
from osds.news.delivered import DELIVERED_FILE, Cursors, moved, parse_delivered, render_delivered
from osds.news.messages import Message, messages
from osds.progress import Progress
from osds.registry.changes import RecordedEvent, last_id, parse_changes
from osds.registry.receivers import Receiver

_MOST_MESSAGES = 20  # to one receiver in one run

Send = Callable[[Receiver, Message], None]  # raises `OsdsError` if the receiver has not taken it


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of one receiver: how many changes it was told, and how many are left. `problem` is why there are any."""

    receiver: Receiver
    told: int = 0
    left: int = 0
    new: bool = False
    problem: str = ""
    exit_code: int = EXIT_OK


@dataclass(frozen=True, kw_only=True)
class Notified:
    """What a run did."""

    deliveries: tuple[Delivery, ...] = ()
    frozen: bool = False

    @property
    def exit_code(self) -> int:
        """0, or that of the worst problem; one that another run may heal is less bad than one that a person must."""
        codes = {delivery.exit_code for delivery in self.deliveries} - {EXIT_OK}
        return EXIT_BUG if EXIT_BUG in codes else min(codes, default=EXIT_OK)


def notify(
    registry: Registry,
    send: Send,
    *,
    name: str,
    clock: Clock,
    progress: Progress,
    frozen: bool = False,
    dry_run: bool = False,
) -> Notified:
    """Tell the receivers of a registry that is called `name`. With `dry_run` nothing is sent or written.

    Raises `OsdsError` if the registry itself cannot be read or written.
    """
    state = read_state(registry)
    if frozen or state.policy.freeze:
        return Notified(frozen=True)
    log, receivers = parse_changes(state.log), state.policy.notify
    before = _read(registry)
    run = _Run(registry=registry, send=send, name=name, clock=clock, dry_run=dry_run)
    run.note({})
    with progress.task(f"Telling {len(receivers)} receivers", total=len(receivers)) as task:
        done = []
        for receiver in receivers:
            done.append(run.serve(receiver, log, before.get(receiver.id)))
            task.advance()
    return Notified(deliveries=tuple(done))


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What is the same for all receivers."""

    registry: Registry
    send: Send
    name: str
    clock: Clock
    dry_run: bool

    def serve(self, receiver: Receiver, log: Sequence[RecordedEvent], after: int | None) -> Delivery:
        """Tell one receiver what it has not been told; None for one that is new, and is told nothing of the past."""
        if after is None or after >= len(log):
            return Delivery(receiver=receiver, new=after is None)
        if self.dry_run:
            return Delivery(receiver=receiver, told=len(log) - after)
        last, problem, exit_code = after, "", EXIT_OK
        try:
            for message in self._messages(receiver, log, after):
                self.send(receiver, message)
                last = message.last
        except OsdsError as error:
            problem, exit_code = str(error), error.exit_code
        except Exception as error:  # noqa: BLE001 (a receiver that finds a bug must not stop all others)
            problem, exit_code = f"{type(error).__name__}: {error}", EXIT_BUG
        if last > after:
            self.note({receiver.id: last})
        told, left = last - after, len(log) - last
        return Delivery(receiver=receiver, told=told, left=left, problem=problem, exit_code=exit_code)

    def _messages(self, receiver: Receiver, log: Sequence[RecordedEvent], after: int) -> Iterator[Message]:
        return islice(messages(log, after, receiver=receiver.id, registry=self.name), _MOST_MESSAGES)

    def note(self, done: Cursors) -> None:
        """Write into the registry how far receivers have been told now, beside others who may do the same."""
        write(self.registry, lambda: self._cursors(done), clock=self.clock, dry_run=self.dry_run)

    def _cursors(self, done: Cursors) -> Wanted[None]:
        state, before = read_state(self.registry), _read(self.registry)
        after = moved(before, state.policy.notify, done, newest=last_id(state.log))
        files = {DELIVERED_FILE: render_delivered(after).encode()} if after != before else {}
        return Wanted(outcome=None, files=files, message="Note what receivers have been told\n")


def _read(registry: Registry) -> Cursors:
    return parse_delivered(read_text(registry, DELIVERED_FILE))
