"""The rules of a registry for one change of one row. Each function yields the reasons that hold; none of them decides.

Whose row it is follows from numeric ids of the forge, from the right to write to the dataset's repository, or from the
dataset itself: only somebody who may write there can commit the `osds.yml` that names this registry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from osds.registry import reasons
from osds.registry.catalog import KEPT_BY_OSDS, OWNER_ID, QUARANTINE, REPOSITORY_ID, STATUS, Catalog, Entry, folded
from osds.registry.dataset_facts import Sight, same_registry
from osds.registry.forge import Person
from osds.registry.names import find_close, is_reserved
from osds.registry.planning import Kind, Planned
from osds.registry.policy import Policy
from osds.registry.reasons import Reason, ReasonKind
from osds.registry.urls import comparable_url, host_in_url, owner_in_url
from osds.registry.voices import is_core_reviewer

_GETS_A_NAME = {Kind.ADD, Kind.RENAME, Kind.TRANSFER}


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the rules are applied to: the catalog as it is, the registry's policy, and who asks.

    `registry` are the names under which datasets may mean this registry; `retired` folded ids that were in use before.
    """

    tip: Catalog
    policy: Policy
    author: Person | None
    registry: tuple[str, ...]
    server_url: str
    retired: frozenset[str] = frozenset()


def judge_change(change: Planned, ground: Ground) -> Iterator[Reason]:
    """Every reason for and against one change."""
    kinds = _removal(change, ground) if change.row is None else _row(change, ground)
    for found in kinds:
        kind, detail = found if isinstance(found, tuple) else (found, "")
        yield kind.about(detail, dataset=change.dataset)


_Found = Iterator[ReasonKind | tuple[ReasonKind, str]]


def consent(change: Planned, ground: Ground) -> ReasonKind | None:
    """What shows that the dataset's side wants this; the strongest of what there is."""
    facts, author = change.facts, ground.author
    if author and facts.repository and author.id == facts.repository.owner.id:
        return reasons.OWNER_ASKS
    if author and facts.author_may_write is True:
        return reasons.WRITER_ASKS
    if any(same_registry(facts.claims, name, ground.server_url) for name in ground.registry):
        return reasons.DATASET_ASKS
    return None


def _removal(change: Planned, ground: Ground) -> _Found:
    shown = consent(change, ground)
    if shown:
        yield shown
    yield reasons.REMOVAL
    yield from _core(change, ground)


def _row(change: Planned, ground: Ground) -> _Found:
    yield from _columns(change)
    yield from _address(change, ground)
    if change.kind in _GETS_A_NAME:
        yield from _name(change, ground)
    if change.row and is_listed_host(change.row.url, ground.policy, ground.server_url):
        yield from _dataset(change, ground)
    else:
        yield reasons.HOST
    yield from _identity(change, ground)
    yield from _core(change, ground)


def is_listed_host(url: str, policy: Policy, server_url: str) -> bool:
    """True if a registry of this policy lists, and looks at, repositories of the URL's host. A path has no host."""
    host = host_in_url(url)
    return host is None or f"https://{host}" == server_url.lower() or host in policy.hosts


def _columns(change: Planned) -> _Found:
    """The columns that are not for the asker to fill."""
    if change.after is None or change.row is None:
        return
    before = change.before.extra if change.before else {}
    filled = [c for c in KEPT_BY_OSDS if change.after.extra.get(c, "") != before.get(c, "")]
    if filled:
        yield reasons.KEPT_COLUMNS, ", ".join(filled)
    had = change.before.core if change.before else ""
    if change.after.core not in {had, change.row.core}:
        yield reasons.CORE_DERIVED


def _address(change: Planned, ground: Ground) -> _Found:
    """Where the row leads."""
    row = change.row
    owner = owner_in_url(row.url) if row else None
    if row and owner is not None and owner.lower() != row.owner.lower():
        yield reasons.OWNER_DIFFERS, f"{row.url} belongs to {owner}"
    twin = _twin(change, ground)
    if twin:
        yield reasons.SAME_REPOSITORY, twin


def _twin(change: Planned, ground: Ground) -> str | None:
    """Another row of the catalog whose repository has this one's number, under whatever address."""
    number, columns = change.facts.repository_id, ground.tip.columns
    if not number or REPOSITORY_ID not in columns:
        return None
    at = columns.index(REPOSITORY_ID)
    twins = ("/".join(row.key) for row in ground.tip.rows if row.values[at] == number)
    return next((twin for twin in twins if change.before is None or twin != str(change.before.id)), None)


def _name(change: Planned, ground: Ground) -> _Found:
    entry, policy = change.entry, ground.policy
    if folded(change.dataset) in ground.retired:
        yield reasons.NAME_RETIRED
    if is_reserved(entry.name, policy.reserved_names):
        yield reasons.NAME_RESERVED
    core = (row for row in ground.tip.rows if row.values[3] and row.values[2].lower() != entry.owner.lower())
    near = find_close(entry.name, (row.values[1] for row in core), policy.look_alike_distance)
    if near:
        yield reasons.LOOK_ALIKE, near
    similar = _similar_owner(entry.owner, ground)
    if similar:
        yield reasons.SIMILAR_OWNER, similar


def _similar_owner(owner: str, ground: Ground) -> str | None:
    """Another owner in the catalog whom this one could be taken for; None if this one is listed already."""
    owners = ground.tip.owners
    if owner.lower() in owners:
        return None
    return find_close(owner, sorted(owners.values()), ground.policy.look_alike_distance)


def _dataset(change: Planned, ground: Ground) -> _Found:
    """What the repository says, and whether its side wants this."""
    facts = change.facts
    if facts.sight is Sight.UNREACHABLE:
        yield reasons.UNREACHABLE
        return
    if facts.sight is Sight.HIDDEN:
        yield reasons.HIDDEN
        return
    if facts.name is None:
        yield reasons.NO_DESCRIPTOR
    elif facts.name != change.entry.name:
        yield reasons.NAME_DIFFERS, f"its datapackage.json says {facts.name}"
    shown = consent(change, ground)
    if shown is None:
        yield reasons.NO_CONSENT if change.kind is Kind.ADD else reasons.NOT_YOUR_ROW
        return
    yield shown
    if shown is reasons.DATASET_ASKS and _fills_columns(change):
        yield reasons.VALUES_OF_OTHERS


def _fills_columns(change: Planned) -> bool:
    before = change.before.extra if change.before else {}
    after = change.after.extra if change.after else {}
    return any(after[c] != before.get(c, "") for c in after if c not in KEPT_BY_OSDS)


def _identity(change: Planned, ground: Ground) -> _Found:
    """Whether the row is still about the repository that it was about."""
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if before.extra.get(STATUS) == QUARANTINE:
        yield reasons.IN_QUARANTINE
    if is_replaced(change):
        yield reasons.REPLACED
    elif change.kind is Kind.TRANSFER and not change.proven:
        yield reasons.TRANSFER_UNPROVEN
    elif not (change.proven or _same_address(before, after) or consent(change, ground) is reasons.OWNER_ASKS):
        yield reasons.OTHER_REPOSITORY


def _same_address(one: Entry, other: Entry) -> bool:
    return comparable_url(one.url) == comparable_url(other.url)


def is_replaced(change: Planned) -> bool:
    """True if the forge has another repository, or another owner, under the address than when the row was written."""
    before, after, repository = change.before, change.after, change.facts.repository
    if before is None or after is None or repository is None:
        return False
    same_owner = before.owner.lower() == repository.owner.login.lower()
    if same_owner and before.extra.get(OWNER_ID, "") not in {"", str(repository.owner.id)}:
        return True
    return _same_address(before, after) and before.extra.get(REPOSITORY_ID, "") not in {"", str(repository.id)}


def _core(change: Planned, ground: Ground) -> _Found:
    """Core datasets need one of the core reviewers, where the policy names any."""
    is_core = any(row and row.core for row in (change.before, change.row))
    author = ground.author
    trusted = author is not None and is_core_reviewer(author, ground.policy, by_id_alone=True)
    if is_core and ground.policy.core_reviewers and not trusted:
        yield reasons.CORE_REVIEW
