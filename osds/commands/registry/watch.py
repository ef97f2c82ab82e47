"""The watchdog of a registry: looks at as many datasets on GitHub as its requests allow, and notes what has changed.

It stands outside the datasets' repositories, because a schedule that was switched off cannot tell. Datasets that it did not
look at keep their troubles, and a GitHub that is out of order is never taken for trouble of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from osds.commands.registry.judging import State, read_state
from osds.commands.registry.looks import MOST, Looker
from osds.commands.registry.recording import Record, Recorded, read_book, record
from osds.commands.registry.registries import Clock
from osds.edges.git.objects import commit_time
from osds.edges.git.registry import Registry
from osds.edges.github.actions import GitHubActions
from osds.edges.github.errors import GitHubRefusedError
from osds.edges.github.forge import GitHubForge
from osds.edges.github.github import GitHub
from osds.edges.github.waiting import LongWaitError
from osds.errors import OutsideError
from osds.progress import Progress
from osds.registry.catalog import REPOSITORY_ID, Row
from osds.registry.changes import Event
from osds.registry.rounds import in_todays_order
from osds.registry.status import Status, StatusBook, Trouble
from osds.registry.watch import Look, Switched, is_gone, judge, to_keep_awake

Key = tuple[str, str]  # owner and name

_ENOUGH = 5  # datasets looked at before a run is given up in its middle


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A workflow that GitHub had switched off, or was about to, and what became of it."""

    repository: str
    path: str
    now: Switched

    @property
    def on(self) -> bool:
        """True if it runs again."""
        return self.now is not Switched.MAY_NOT


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a run did. `left` datasets on GitHub wait for another day; `unanswered` could not be looked at."""

    looked: int
    left: int
    requests: int
    unanswered: tuple[str, ...]
    switched: tuple[Switch, ...]
    recorded: Recorded


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What was seen, by the dataset, and the datasets that GitHub gave no answer for."""

    seen: Mapping[Key, Look]
    unanswered: tuple[str, ...]


def watch(
    registry: Registry,
    github: GitHub,
    *,
    own: str | None,
    server_url: str,
    clock: Clock,
    progress: Progress,
    requests: int,
    dry_run: bool,
) -> Watched:
    """Look, switch on what may be, and record. `own` is the registry itself, OWNER/REPO, if it is on GitHub.

    Raises `OutsideError` if GitHub fails or hides so much at once that it is more likely out of order.
    """
    actions = GitHubActions(github)
    looker = Looker(GitHubForge(github, own or "", server_url=server_url), actions, dry_run=dry_run)
    state, book, now = read_state(registry), read_book(registry), clock()
    own_switched, own_unanswered = _own(looker, own, registry, now) if own else ((), ())
    rows = in_todays_order([row for row in state.catalog.rows if _is_on(row, server_url)], now)
    with progress.task("Looking at the datasets' repositories"):
        looks = _look_at(rows, looker, actions, state=state, requests=requests)
    _check_gone(looks.seen, state, book)
    recorded = record(
        registry, lambda tip, known: _derive(tip, known, looks.seen, now), clock=lambda: now, dry_run=dry_run
    )
    return Watched(
        looked=len(looks.seen),
        left=len(rows) - len(looks.seen) - len(looks.unanswered),
        requests=actions.asked,
        unanswered=(*own_unanswered, *looks.unanswered),
        switched=(*own_switched, *_switched(looks.seen)),
        recorded=recorded,
    )


def _own(looker: Looker, own: str, registry: Registry, now: datetime) -> tuple[tuple[Switch, ...], tuple[str, ...]]:
    """The registry's own workflows: without them nothing is merged and nothing watched."""
    try:
        promises = looker.workflows(own)
    except GitHubRefusedError as refusal:
        if refusal.status == 401:
            raise
        return (), (own,)
    quiet = to_keep_awake(promises, commit_time(registry.git, registry.tip), now)
    done = looker.switch_on(own, promises) | looker.keep_awake(own, quiet)
    return tuple(Switch(repository=own, path=path, now=became) for path, became in done.items()), ()


def _is_on(row: Row, server_url: str) -> bool:
    return row.values[0].lower().startswith(f"{server_url.lower()}/")


def _look_at(rows: Iterable[Row], looker: Looker, actions: GitHubActions, *, state: State, requests: int) -> Looks:
    seen: dict[Key, Look] = {}
    unanswered: list[str] = []
    for row in rows:
        if requests - actions.asked < MOST:
            break
        try:
            seen[row.key] = looker.look(row.values[0], _repository_id(row))
        except LongWaitError:
            if not seen:
                raise
            break  # as if there had been fewer requests: what was seen is noted, the others come another day
        except OutsideError:
            unanswered.append("/".join(row.key))
        except GitHubRefusedError as refusal:
            if refusal.status == 401:
                raise
            unanswered.append("/".join(row.key))
        if len(seen) + len(unanswered) >= _ENOUGH:
            _check_answers(len(unanswered), len(seen), state)
    if unanswered:
        _check_answers(len(unanswered), len(seen), state)
    return Looks(seen=seen, unanswered=tuple(unanswered))


def _check_answers(failed: int, seen: int, state: State) -> None:
    if not seen or failed > _bearable(seen + failed, state):
        raise OutsideError(
            f"GitHub did not answer for {failed} of {seen + failed} datasets, so nothing was noted",
            next_step="Run it again later; https://www.githubstatus.com tells when GitHub is out of order",
        )


def _check_gone(seen: Mapping[Key, Look], state: State, book: StatusBook) -> None:
    """Many repositories do not vanish in one day."""
    gone = [key for key, look in seen.items() if is_gone(look, _repository_id(state.catalog.by_key[key]))]
    known = {key for key, status in book.statuses.items() if any(s.trouble is Trouble.GONE for s in status.troubles)}
    new = [key for key in gone if key not in known]
    if len(new) > _bearable(len(seen), state):
        raise OutsideError(
            f"GitHub shows no repository for {len(new)} of {len(seen)} datasets that were there, so nothing was noted",
            next_step="Run it again later. If they are gone for good, take their rows out of the catalog, "
            "or lower shrink-floor in osds.yml",
        )


def _bearable(count: int, state: State) -> float:
    """So many of `count` datasets may fail at once and still be believed: as many as a change may remove, and always one."""
    return max(1, count * (100 - state.policy.shrink_floor) / 100)


def _derive(tip: State, known: StatusBook, seen: Mapping[Key, Look], now: datetime) -> Record:
    """Where a row went or changed its address in the meantime, nothing is noted."""
    statuses = dict(known.statuses)
    events: list[Event] = []
    for key, look in sorted(seen.items()):
        row = tip.catalog.by_key.get(key)
        if row is None:
            continue
        owner, name, url = *key, row.values[0]
        observed = judge(known.of(owner, name, url), _repository_id(row), look, now=now, policy=tip.policy)
        events += observed.events
        if key in statuses or observed.status != Status(owner=owner, name=name, url=url):
            statuses[key] = observed.status
    return Record(book=replace(known, statuses=statuses), events=tuple(events))


def _repository_id(row: Row) -> str:
    return row.values[row.columns.index(REPOSITORY_ID)] if REPOSITORY_ID in row.columns else ""


def _switched(seen: Mapping[Key, Look]) -> Iterable[Switch]:
    for look in seen.values():
        for path, now in (look.switched or {}).items():
            if look.repository is not None:
                yield Switch(repository=look.repository.full_name, path=path, now=now)
