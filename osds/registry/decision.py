"""The one decision of a registry: may a request go in? A pure function of what others have found out.

The check on a pull request and the merger call it with the same values, so the check foretells what the merger does. It
trusts no status, title, branch name or earlier verdict; `docs/registry.md` says in words what it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from osds.registry import reasons
from osds.registry.asking import RowChange
from osds.registry.catalog import QUARANTINE, STATUS, Catalog, Entry
from osds.registry.lines import ClashError, SameRepositoryError
from osds.registry.planning import FactsByUrl, Kind, Planned, plan
from osds.registry.reasons import Outcome, Reason, gravest
from osds.registry.rules import Ground, is_replaced, judge_change
from osds.registry.voices import Voices, is_core_reviewer


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything that a decision depends on.

    `form` is what is wrong with the request before anybody reads its rows, `since` when it began to ask for what it asks
    now, `rows_before` how many rows the catalog had before this run changed it (default: what the tip has).
    """

    ground: Ground
    changes: tuple[RowChange, ...]
    facts: FactsByUrl
    now: datetime
    since: datetime
    voices: Voices = field(default_factory=Voices)
    form: tuple[Reason, ...] = ()
    draft: bool = False
    frozen: bool = False
    rows_before: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of a request, and why.

    `catalog` is the catalog with the changes, only if they are allowed. `until` is when a wait ends, if time ends it.
    `quarantine` are rows to put in quarantine, whatever becomes of the request.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    changes: tuple[Planned, ...] = ()
    catalog: Catalog | None = None
    until: datetime | None = None
    quarantine: tuple[Entry, ...] = ()


def decide(case: Case) -> Decision:
    """The decision on one request. All reasons are given, not only the first; the gravest decides."""
    if case.form:
        return Decision(outcome=gravest(case.form), reasons=case.form)
    changes = plan(case.changes, case.ground.tip, case.facts, case.ground.policy)
    if not changes:
        return Decision(outcome=Outcome.ALLOW, reasons=(reasons.ALREADY_IN.about(),))
    after, clashes = _apply(case.ground.tip, changes)
    found = [reason for change in changes for reason in judge_change(change, case.ground)]
    found += [*clashes, *_whole(case, changes, after)]
    until = case.since + timedelta(hours=max(_hours(change, case.ground) for change in changes))
    if case.now < until:
        found.append(reasons.WAITING.about())
    found = list(_lifted(found, case))
    outcome = gravest(found)
    return Decision(
        outcome=outcome,
        reasons=tuple(sorted(found, key=lambda reason: -reason.kind.outcome.weight)),
        changes=changes,
        catalog=after if outcome is Outcome.ALLOW else None,
        until=until if outcome is Outcome.WAIT and case.now < until else None,
        quarantine=tuple(_quarantine(changes)),
    )


def _apply(tip: Catalog, changes: tuple[Planned, ...]) -> tuple[Catalog, list[Reason]]:
    """The catalog with all changes, those that clash left out and told."""
    catalog, clashes = tip, []
    for change in changes:
        if change.before and (change.row is None or change.row.id != change.before.id):
            catalog = catalog.without(change.before.id)
    for change in changes:
        if change.row is None:
            continue
        is_new = change.before is None or change.before.id != change.row.id
        if is_new and catalog.find(change.row.id):  # in the forge's spelling it is an id that others have
            clashes.append(reasons.TOO_ALIKE.about(dataset=change.dataset))
            continue
        try:
            catalog = catalog.with_entry(change.row)
        except SameRepositoryError as error:
            clashes.append(reasons.SAME_REPOSITORY.about(error.what, dataset=change.dataset))
        except ClashError as error:
            clashes.append(reasons.TOO_ALIKE.about(error.what, dataset=change.dataset))
    return catalog, clashes


def _whole(case: Case, changes: tuple[Planned, ...], after: Catalog) -> Iterator[Reason]:
    """What is to be said of the request as a whole."""
    policy, voices = case.ground.policy, case.voices
    if case.frozen or policy.freeze:
        yield reasons.FROZEN.about()
    if case.draft:
        yield reasons.DRAFT.about()
    if voices.vetoed:
        yield reasons.VETO.about(", ".join(voices.vetoed))
    if voices.objected:
        yield reasons.OBJECTION.about(", ".join(person.login for person in voices.objected))
    if len(changes) > policy.max_rows:
        yield reasons.MANY_ROWS.about(f"{len(changes)} rows, more than {policy.max_rows}")
    before = len(case.ground.tip.rows) if case.rows_before is None else case.rows_before
    removes = any(change.kind is Kind.REMOVE for change in changes)
    if removes and len(after.rows) * 100 < policy.shrink_floor * before:
        yield reasons.SHRINKS.about(f"{len(after.rows)} of {before} rows would be left")


def _hours(change: Planned, ground: Ground) -> int:
    """How long a change waits. The first dataset of an owner waits longer; a removal waits for a keeper anyway."""
    if change.kind is Kind.REMOVE:
        return 0
    if change.kind in {Kind.ADD, Kind.TRANSFER} and change.entry.owner.lower() not in ground.tip.owners:
        return ground.policy.waiting_hours
    return ground.policy.update_waiting_hours


def _lifted(found: list[Reason], case: Case) -> Iterator[Reason]:
    """The reasons that are left when keepers agree. Core datasets need the agreement of a core reviewer."""
    agreed, policy = case.voices.agreed, case.ground.policy
    of_core = any(is_core_reviewer(person, policy) for person in agreed)
    for reason in found:
        needs = of_core if reason.kind is reasons.CORE_REVIEW else bool(agreed)
        if not (reason.kind.lifted and needs):
            yield reason
    if agreed:
        yield reasons.KEEPER_AGREES.about(", ".join(person.login for person in agreed))


def _quarantine(changes: tuple[Planned, ...]) -> Iterator[Entry]:
    for change in changes:
        before = change.before
        if before and is_replaced(change) and before.extra.get(STATUS) == "":
            yield replace(before, extra={**before.extra, STATUS: QUARANTINE})
