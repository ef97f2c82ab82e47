"""What follows from a sweep: the new statuses and the events, from what the jobs found and what the store has. Values only.

A look tells only of what it looked for: where a repository could not be read, nobody knows whether its data is valid now.
Where the watchdog looks, it alone says that a repository is back: git sees one there also if it is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from osds.errors import OutsideError
from osds.registry.catalog import Catalog
from osds.registry.changes import Event, EventType, timestamp
from osds.registry.policy import Policy
from osds.registry.status import Status, StatusBook, Trouble, Verdict, book_of
from osds.registry.sweep_plan import GENERATOR
from osds.registry.sweep_result import Outcome, Result
from osds.registry.troubles import ACTOR, observe

_FEW = 4  # datasets that may go wrong in one night by chance, however small the registry is
_WRONG = {Trouble.INVALID, Trouble.HELD, Trouble.FAILED, Trouble.LFS_QUOTA, Trouble.GONE}


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What came of a dataset after the jobs: in the store, and in the backup.

    `version` is the current one in the store, 0 if there is none, None if nobody knows. `held` says why a new version is
    held back, `failure` what failed outside, `quota` why git-lfs files could not be backed up.
    """

    version: int | None = None
    held: str = ""
    failure: str = ""
    quota: str = ""


NOTHING_KNOWN = Stored()


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that a sweep found of one dataset."""

    result: Result
    stored: Stored = NOTHING_KNOWN


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The statuses of all datasets that the catalog lists, and what is to be told, in the catalog's order."""

    book: StatusBook
    events: tuple[Event, ...]


def decide(
    catalog: Catalog,
    book: StatusBook,
    found: Mapping[tuple[str, str], Found],
    *,
    now: datetime,
    policy: Policy,
    watched: str | None = None,
) -> Decided:
    """What follows for every row of the catalog. Who is not found keeps the status; who has left the catalog has none.

    `watched` is how the URLs of repositories begin at which the watchdog looks, such as `https://github.com`.
    """
    statuses, events = [], []
    for row in catalog.rows:
        entry, seen = row.entry, found.get(row.key)
        before = book.of(entry.owner, entry.name, entry.url)
        if seen is not None and seen.result.url == entry.url:
            after, told = _follow(before, seen, now, policy, watched)
            statuses.append(after)
            events += told
        elif row.key in book.statuses:
            statuses.append(before)
    return Decided(book=book_of(statuses), events=tuple(events))


def _follow(
    before: Status, found: Found, now: datetime, policy: Policy, watched: str | None
) -> tuple[Status, list[Event]]:
    after, events = _with_version(_with_result(before, found.result), found.stored, now)
    looked_for, seen = _looked_for(found), dict(_troubles(found.result, found.stored))
    if watched is not None and before.url.lower().startswith(f"{watched.lower()}/") and Trouble.GONE not in seen:
        looked_for.discard(Trouble.GONE)
    # What the watchdog has said of it already stays, or the two would write their own words every night.
    seen |= {
        each.trouble: each.detail for each in before.troubles if each.trouble is Trouble.GONE and each.trouble in seen
    }
    if not looked_for:
        return after, events
    observed = observe(after, seen, looked_for, now=now, policy=policy)
    return observed.status, [*events, *observed.events]


def _with_result(status: Status, result: Result) -> Status:
    """The status after its data was judged. The time of a look that found the same again is no news."""
    if result.outcome is not Outcome.LOOKED:
        return status
    again = status.seconds and (status.commit, status.generator) == (result.commit, GENERATOR)
    valid = result.verdict is Verdict.VALID
    return replace(
        status,
        commit=result.commit,
        generator=GENERATOR,
        verdict=result.verdict,
        errors=result.errors,
        warnings=result.warnings,
        rows=result.rows,
        seconds=status.seconds if again else result.seconds,
        until=result.until if valid else status.until,
    )


def _with_version(status: Status, stored: Stored, now: datetime) -> tuple[Status, list[Event]]:
    """The status with what the store has, and the event if that is newer than what was known."""
    version = stored.version
    if version is None or version == status.version:
        return status, []
    if version == 0:  # it was lost: the next sweep makes it anew
        return replace(status, version=0, published=""), []
    after = replace(status, version=version, published=timestamp(now))
    if version < status.version:
        return after, []
    event = Event(
        time=timestamp(now),
        event=EventType.PUBLISHED,
        owner=status.owner,
        name=status.name,
        url=status.url,
        actor=ACTOR,
        detail=f"version {version}",
    )
    return after, [event]


def _looked_for(found: Found) -> set[Trouble]:
    result, stored = found.result, found.stored
    match result.outcome:
        case Outcome.GONE:
            return {Trouble.GONE}
        case Outcome.FAILED:
            return {Trouble.FAILED} | ({Trouble.GONE} if result.commit else set())
        case Outcome.LFS_QUOTA | Outcome.SETTLED:
            return {Trouble.GONE, Trouble.FAILED, Trouble.LFS_QUOTA}
        case Outcome.LOOKED:
            judged = {Trouble.GONE, Trouble.FAILED, Trouble.LFS_QUOTA, Trouble.INVALID}
            offered = result.verdict is Verdict.VALID and stored.version is not None and not stored.failure
            return judged | ({Trouble.HELD} if offered else set())
        case Outcome.LEFT:
            return set()


def _troubles(result: Result, stored: Stored) -> Iterator[tuple[Trouble, str]]:
    if result.outcome is Outcome.LOOKED and result.verdict is Verdict.INVALID:
        yield Trouble.INVALID, f"{result.errors:,} error{'' if result.errors == 1 else 's'}"
    if stored.held:
        yield Trouble.HELD, stored.held
    if result.outcome is Outcome.FAILED:
        yield Trouble.FAILED, result.detail
    elif stored.failure:
        yield Trouble.FAILED, stored.failure
    if result.outcome is Outcome.LFS_QUOTA:
        yield Trouble.LFS_QUOTA, result.detail
    elif stored.quota:
        yield Trouble.LFS_QUOTA, stored.quota
    if result.outcome is Outcome.GONE:
        yield Trouble.GONE, result.detail


def check_arrived(arrived: int, planned: int, policy: Policy) -> None:
    """Raise `OutsideError` if so few results arrived that the jobs must have failed, and not the datasets."""
    if arrived * 100 < planned * policy.shrink_floor:
        raise OutsideError(
            f"Only {arrived} of {planned} datasets have a result, less than {policy.shrink_floor}% (shrink-floor)",
            next_step="Nothing was written: look at the jobs that failed, then run them again",
        )


def check_losses(before: StatusBook, after: StatusBook, policy: Policy) -> None:
    """Raise `OutsideError` if so many datasets go wrong at once that it must be an outage, or a fault of osds."""
    well = [key for key, status in before.statuses.items() if status.commit and not _is_wrong(status)]
    left = [key for key in well if key not in after.statuses or not _is_wrong(after.statuses[key])]
    lost = len(well) - len(left)
    if lost > _FEW and len(left) * 100 < len(well) * policy.shrink_floor:
        raise OutsideError(
            f"{lost} of {len(well)} datasets that were well would go wrong at once, and fewer than "
            f"{policy.shrink_floor}% (shrink-floor) would stay well",
            next_step="Nothing was noted, because it looks like an outage. If it is true, lower shrink-floor for one run",
        )


def _is_wrong(status: Status) -> bool:
    return any(standing.trouble in _WRONG for standing in status.troubles)
