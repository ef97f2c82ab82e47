"""`osds registry merge`: the only writer of a registry. It enters what is allowed, and says to everybody else why not.

One run reads the open requests, decides each on the current tip, puts a commit for each allowed one on a chain, and moves
the branch once by compare-and-set. If somebody else has moved it, all is derived again. Only then does it speak: so a run
that is killed anywhere leaves either nothing or rows whose requests the next run closes, because the catalog has them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from osds.commands.registry.judging import Judge, Judged, State, read_state
from osds.commands.registry.registries import Clock
from osds.edges.git.objects import OSDS, Author
from osds.errors import EXIT_BUG, EXIT_OK, EXIT_OUTSIDE, OsdsError, OutsideError
from osds.progress import Progress
from osds.registry import reasons
from osds.registry.catalog import CATALOG_FILE, Entry
from osds.registry.changes import CHANGES_FILE, Event, EventType, append, last_time, timestamp
from osds.registry.credit import commit_message
from osds.registry.forge import Conversation, Forge, Request
from osds.registry.notice import our_comment, render_notice
from osds.registry.reasons import Outcome, ReasonKind

_TRIES = 20  # of moving the branch, when others move it at the same moment
_MOMENT = timedelta(minutes=2)  # in which a run that has moved the branch has also spoken
_SLOT = 900  # seconds after which a run that has too much to do begins elsewhere
# Reasons that pass by themselves within a run or two: nobody is told, so that nobody is told twice.
_PASSING = {reasons.UNREACHABLE, reasons.MOVED, reasons.FROZEN}


@dataclass(frozen=True, kw_only=True)
class Handled:
    """What became of one request. `problem` is why it could not be handled, for the keepers."""

    request: Request
    outcome: Outcome | None = None
    reasons: tuple[ReasonKind, ...] = ()
    entered: bool = False
    problem: str = ""
    exit_code: int = EXIT_OK


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What a run did. `commit` is the registry's tip afterwards, `left` how many requests it had no time for."""

    handled: tuple[Handled, ...] = ()
    commit: str = ""
    moved: bool = False
    left: int = 0
    frozen: bool = False

    @property
    def exit_code(self) -> int:
        """0, or that of the worst problem: 4 may be healed by another run, 5 is a bug in osds."""
        codes = [handled.exit_code for handled in self.handled]
        return EXIT_BUG if EXIT_BUG in codes else EXIT_OUTSIDE if any(codes) else EXIT_OK


@dataclass
class _Chain:
    """The registry as this attempt makes it: the state after each commit, and what was entered by which.

    `fresh` is True if somebody else wrote to the registry a moment ago.
    """

    state: State
    fresh: bool
    judged: list[Judged] = field(default_factory=list)
    commits: dict[int, str] = field(default_factory=dict)  # by number of the request
    failed: list[Handled] = field(default_factory=list)


def merge(judge: Judge, forge: Forge, *, clock: Clock, progress: Progress, limit: int, dry_run: bool) -> Merged:
    """Handle the open requests of a registry, at most `limit` of them.

    Raises `OsdsError` if the registry itself cannot be read or written; a problem with one request is reported and the
    others go on. With `dry_run` everything is read and decided, and nothing is written anywhere.
    """
    state = read_state(judge.registry)
    if judge.frozen or state.policy.freeze:
        return Merged(commit=state.commit, frozen=True)
    requests, left = _choose(forge, state, clock(), limit)
    run = _Run(judge=judge, forge=forge, clock=clock, requests=requests)
    with progress.task(f"Looking at {len(requests)} requests"):
        attempt = run.derive(state) if dry_run else run.enter()
    spoken = [] if dry_run else [run.speak(judged, attempt) for judged in attempt.judged]
    handled = spoken or [_handled(judged, attempt) for judged in attempt.judged]
    return Merged(
        handled=tuple(sorted([*handled, *attempt.failed], key=lambda done: done.request.number)),
        commit=judge.registry.tip if dry_run else attempt.state.commit,
        moved=bool(attempt.commits) and not dry_run,
        left=left,
    )


def _choose(forge: Forge, state: State, now: datetime, limit: int) -> tuple[list[Request], int]:
    """The requests of this run in the order of their numbers, and how many are left for others.

    One author cannot fill a run. Where there is too much to do, the clock says where to begin: so those who can never be
    entered do not keep a run from the rest for ever.
    """
    found = [*forge.pull_requests(), *forge.issues(state.policy.register_label)]
    by_author: dict[object, list[Request]] = {}
    for request in sorted(found, key=lambda request: request.number):
        by_author.setdefault(request.author.id if request.author else None, []).append(request)
    slot = int(now.timestamp() // _SLOT)
    fair = [request for own in by_author.values() for request in _window(own, state.policy.max_requests, slot)]
    chosen = _window(sorted(fair, key=lambda request: request.number), limit, slot)
    return sorted(chosen, key=lambda request: request.number), len(found) - len(chosen)


def _window(requests: list[Request], size: int, slot: int) -> list[Request]:
    """So many of the requests, others in each slot of time."""
    start = slot * size % len(requests) if len(requests) > size else 0
    return [*requests[start:], *requests[:start]][:size]


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run over its requests."""

    judge: Judge
    forge: Forge
    clock: Clock
    requests: list[Request]
    conversations: dict[int, Conversation] = field(default_factory=dict)

    def enter(self) -> _Chain:
        """Derive, and move the branch; again, if it has been moved meanwhile. The chain that the branch ends with."""
        registry = self.judge.registry
        for attempt in range(_TRIES):
            derived = self.derive(read_state(registry))
            old = registry.tip
            if derived.state.commit == old or registry.compare_and_set(registry.branch, derived.state.commit, old):
                registry.bring_along(old)
                return derived
            time.sleep(random.uniform(0, min(2, 0.05 * (attempt + 1))))  # noqa: S311 (so that rivals do not march in step)
            registry.refresh()
        raise OutsideError(f"The registry changed {_TRIES} times while osds wrote to it", next_step="Try again later")

    def derive(self, state: State) -> _Chain:
        """Every decision on `state`, each after those before it, as commits that no branch has yet."""
        written = last_time(state.log)
        fresh = written is not None and self.clock() - written < _MOMENT
        derived, rows = _Chain(state=state, fresh=fresh), len(state.catalog.rows)
        for request in self.requests:
            try:
                self._handle(derived, request, rows)
            except OsdsError as error:
                problem = Handled(request=request, problem=str(error), exit_code=EXIT_OUTSIDE)
                derived.failed.append(problem)
            except Exception as error:  # noqa: BLE001 (a request that finds a bug must not stop all others)
                told = f"{type(error).__name__}: {error}"
                derived.failed.append(Handled(request=request, problem=told, exit_code=EXIT_BUG))
        return derived

    def _handle(self, derived: _Chain, request: Request, rows: int) -> None:
        if request.number not in self.conversations:
            self.conversations[request.number] = self.forge.conversation(request)
        now = self.clock()
        judged = self.judge.judge(derived.state, request, self.conversations[request.number], now=now, rows=rows)
        decision, state = judged.decision, derived.state
        for entry in decision.quarantine:
            state = self._commit(
                replace(state, catalog=state.catalog.with_entry(entry)), [_quarantined(entry, now)], None
            )
        if decision.catalog is not None:
            actor = request.author.login if request.author else ""
            events = [change.event(time=timestamp(now), actor=actor) for change in decision.changes]
            state = self._commit(replace(state, catalog=decision.catalog), events, judged)
            derived.commits[request.number] = state.commit
        derived.state = state
        derived.judged.append(judged)

    def _commit(self, state: State, events: Iterable[Event], judged: Judged | None) -> State:
        """The state after one more commit: one request's rows, and their events."""
        events = list(events)
        log = state.log
        for event in events:
            log = append(log, event)
        files = {CATALOG_FILE: state.catalog.render().encode(), CHANGES_FILE: log.encode()}
        message = commit_message(events, judged.request if judged else None)
        author = Author(identity=OSDS, time=self.clock())
        commit = self.judge.registry.commit(files, message, author, parent=state.commit)
        return replace(state, commit=commit, log=log)

    def speak(self, judged: Judged, derived: _Chain) -> Handled:
        """Tell the asker, and close what is done. A failure here is for the next run, which finds what is left to do."""
        handled = _handled(judged, derived)
        try:
            self._tell(judged, derived)
        except OsdsError as error:
            return replace(handled, problem=str(error), exit_code=EXIT_OUTSIDE)
        return handled

    def _tell(self, judged: Judged, derived: _Chain) -> None:
        decision, request = judged.decision, judged.request
        commit = derived.commits.get(request.number, "")
        done = decision.outcome is Outcome.ALLOW
        if decision.outcome is Outcome.WAIT and {reason.kind for reason in _against(judged)} <= _PASSING:
            return
        if done and not commit and derived.fresh:  # another run may have entered it, and be about to say so
            return
        ours = our_comment(judged.conversation.comments) or our_comment(self.forge.conversation(request).comments)
        body = f"{judged.seen.marker}\n{render_notice(decision, registry=self.forge.registry, commit=commit)}"
        if ours is None:
            self.forge.comment(request.number, body)
        elif ours.body != body:
            self.forge.edit_comment(ours, body)
        if done:
            self.forge.close(request)


def _against(judged: Judged) -> Iterator[reasons.Reason]:
    return (reason for reason in judged.decision.reasons if reason.kind.outcome is not Outcome.ALLOW)


def _quarantined(entry: Entry, now: datetime) -> Event:
    return Event(
        time=timestamp(now),
        event=EventType.QUARANTINED,
        owner=entry.owner,
        name=entry.name,
        url=entry.url,
        actor="osds",
    )


def _handled(judged: Judged, derived: _Chain) -> Handled:
    return Handled(
        request=judged.request,
        outcome=judged.decision.outcome,
        reasons=tuple(reason.kind for reason in judged.decision.reasons),
        entered=judged.request.number in derived.commits,
    )
