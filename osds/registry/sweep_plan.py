"""The plan of a sweep: which datasets each job looks at, so that few jobs take about the same time. Values to values.

The expected time of a dataset is that of the last look. One that this version of osds has settled costs little, because
nine nights of ten its repository is as it was, and then asking for its head is all the work. The longest goes first, to
the job that has least to do (LPT: Graham, "Bounds on multiprocessing timing anomalies", 1969, at most 4/3 of the best).
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from osds import __version__
from osds.dataset.identity import DatasetId
from osds.errors import OsdsError, UsageError
from osds.registry.catalog import QUARANTINE, STATUS, Catalog, Entry
from osds.registry.policy import Policy
from osds.registry.rules import is_listed_host
from osds.registry.status import OBJECT_ID, Status, StatusBook, Trouble, Verdict
from osds.registry.strict_fields import read_document, read_fields, refusal
from osds.registry.urls import check_url, is_public

PLAN_FILE = "plan.json"
GENERATOR = f"osds {__version__}"
MAX_JOBS = 256  # of one matrix: https://docs.github.com/actions/reference/limits
JOB_MINUTES = 20
LOOK_SECONDS = 2  # to ask a repository for its head
UNKNOWN_SECONDS = 60  # for a dataset that nobody has looked at

_FORMAT = 1
_MAX_PLAN = 256 * 1024 * 1024  # bytes: half a million datasets
_SELDOM = 10  # one look in so many finds a settled dataset changed
_UNSETTLED = {Trouble.FAILED, Trouble.LFS_QUOTA, Trouble.HELD}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A dataset to look at. While its default branch is at the commit `settled`, nothing has to be done; "" means always."""

    owner: str
    name: str
    url: str
    settled: str = ""

    def __post_init__(self) -> None:
        DatasetId(owner=self.owner, name=self.name)
        check_url(self.url)
        if not OBJECT_ID.fullmatch(self.settled):
            raise UsageError(f"{self.settled[:80]!r} is not a commit")

    @property
    def id(self) -> DatasetId:
        """`owner/name`."""
        return DatasetId(owner=self.owner, name=self.name)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The jobs, each with its datasets, made at a commit of the registry by the version `generator` of osds."""

    commit: str
    generator: str
    shards: tuple[tuple[Planned, ...], ...]

    @cached_property
    def datasets(self) -> tuple[Planned, ...]:
        """All of them."""
        return tuple(planned for shard in self.shards for planned in shard)


def make_plan(
    catalog: Catalog,
    book: StatusBook,
    policy: Policy,
    *,
    commit: str,
    local: bool,
    server_url: str,
    max_jobs: int = MAX_JOBS,
    job_minutes: int = JOB_MINUTES,
    anew: bool = False,
) -> Plan:
    """The plan for a catalog and what is known of its datasets, the same for the same.

    Rows in quarantine are left out, and repositories on this computer unless the registry is `local` itself. `anew` looks
    at every dataset again, whatever is known of it.
    """
    weighed = []
    for row in catalog.rows:
        entry = row.entry
        if _may_be_asked(entry, policy, local=local, server_url=server_url):
            status = book.of(entry.owner, entry.name, entry.url)
            settled = "" if anew else settled_commit(status)
            planned = Planned(owner=entry.owner, name=entry.name, url=entry.url, settled=settled)
            weighed.append((expected_seconds(status, settled=bool(settled)), planned))
    seconds = sum(cost for cost, _ in weighed)
    count = min(max_jobs, len(weighed), math.ceil(seconds / (60 * job_minutes)))
    return Plan(commit=commit, generator=GENERATOR, shards=_distribute(weighed, count))


def _may_be_asked(entry: Entry, policy: Policy, *, local: bool, server_url: str) -> bool:
    if entry.extra.get(STATUS) == QUARANTINE or not (local or is_public(entry.url)):
        return False
    return is_listed_host(entry.url, policy, server_url)


def settled_commit(status: Status) -> str:
    """The commit of which this version of osds can find nothing new; "" if there is none.

    What failed, or was held back until a person says otherwise, is looked at again.
    """
    known = status.verdict is Verdict.INVALID or (status.verdict is Verdict.VALID and status.version > 0)
    open_ends = any(standing.trouble in _UNSETTLED for standing in status.troubles)
    return status.commit if known and not open_ends and status.generator == GENERATOR else ""


def expected_seconds(status: Status, *, settled: bool) -> int:
    """How long the next look may take, on the average."""
    work = status.seconds or (UNKNOWN_SECONDS if status.verdict is Verdict.UNKNOWN else 1)
    return LOOK_SECONDS + (work // _SELDOM if settled else work)


def _distribute(weighed: Sequence[tuple[int, Planned]], count: int) -> tuple[tuple[Planned, ...], ...]:
    """The longest first, each to the job that has least to do."""
    shards: list[list[Planned]] = [[] for _ in range(count)]
    loads = [(0, number) for number in range(count)]
    for cost, planned in sorted(weighed, key=lambda pair: (-pair[0], pair[1].owner, pair[1].name)):
        load, number = heapq.heappop(loads)
        shards[number].append(planned)
        heapq.heappush(loads, (load + cost, number))
    return tuple(map(tuple, shards))


def render_plan(plan: Plan) -> str:
    """The text of `plan.json`, one line for each dataset."""
    head = json.dumps({"format": _FORMAT, "commit": plan.commit, "generator": plan.generator})[:-1]
    shards = (",\n".join(json.dumps(asdict(planned)) for planned in shard) for shard in plan.shards)
    return f'{head}, "shards": [\n' + ",\n".join(f"[{shard}]" for shard in shards) + "\n]}\n"


def parse_plan(content: bytes) -> Plan:
    """Read `plan.json`. Raises `UnsafeInputError` if it is not what this very version of osds writes."""
    raw = read_document(content, PLAN_FILE, _MAX_PLAN)
    try:
        return _read_plan(raw)
    except (ValueError, OsdsError) as error:
        raise refusal(PLAN_FILE, error) from error


def _read_plan(raw: dict[str, Any]) -> Plan:
    read_fields(raw, {"format": int, "commit": str, "generator": str, "shards": list})
    if raw["format"] != _FORMAT or raw["generator"] != GENERATOR or not OBJECT_ID.fullmatch(raw["commit"]):
        raise ValueError(f"it is of {raw['generator'][:80]!r}, and this is {GENERATOR!r}")
    shards = tuple(tuple(_read_shard(shard)) for shard in raw["shards"])
    plan = Plan(commit=raw["commit"], generator=raw["generator"], shards=shards)
    if len({str(planned.id) for planned in plan.datasets}) != len(plan.datasets):
        raise ValueError("a dataset is planned twice")
    return plan


def _read_shard(shard: object) -> Iterator[Planned]:
    if not isinstance(shard, list):
        raise ValueError("a shard is no list")  # noqa: TRY004 (all that is wrong with the document is told alike)
    for raw in shard:
        yield Planned(**read_fields(raw, {"owner": str, "name": str, "url": str, "settled": str}))
