"""git-lfs content from a server on loopback that does what servers do on bad days."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from osds.dataset.lfs_content import DamagedContentError, MissingContentError, QuotaError
from osds.edges.web.https import Reach
from osds.edges.web.lfs_server import LfsServer, Pace
from osds.edges.web.waiting import Waits
from osds.errors import OutsideError
from tests.edges.lfs_client import CONTENT, LOOPBACK, POINTER, batch, client, fetched, pointer_to, storage
from tests.edges.lfs_server import LfsDouble
from tests.store import s3_faults as faults
from tests.store.s3_faults import Asked, Fault, always, in_turn, seeded


def test_server__streams_what_the_pointer_says(lfs_server: LfsDouble) -> None:
    assert fetched(client(lfs_server)) == CONTENT
    assert lfs_server.asked("POST") == ["/os-data/budget.git/info/lfs/objects/batch"]
    assert lfs_server.asked("GET") == [f"/storage/{POINTER.oid}"]


def test_server__many_objects_are_asked_for_at_once(lfs_server: LfsDouble) -> None:
    contents = [b"%d" % number for number in range(150)]
    lfs_server.objects |= {pointer_to(content).oid: content for content in contents}
    source = client(lfs_server)
    source.announce([pointer_to(content) for content in contents])
    assert [fetched(source, pointer_to(content)) for content in contents] == contents
    assert len(lfs_server.asked("POST")) == 2


@pytest.mark.parametrize(
    ("code", "message", "kind", "told"),
    [
        (404, "Object does not exist", MissingContentError, "does not have the git-lfs object .*pushes it again"),
        (410, "Removed", MissingContentError, "does not have"),
        (403, "over its data quota. Purchase more data packs", QuotaError, "quota"),
        (509, "Bandwidth Limit Exceeded", QuotaError, "quota"),
        (422, "Invalid", MissingContentError, "does not have"),
        (500, "Oh", OutsideError, "fails at"),
    ],
)
def test_withheld__one_object(
    lfs_server: LfsDouble, code: int, message: str, kind: type[OutsideError], told: str
) -> None:
    lfs_server.withheld = {POINTER.oid: (code, message)}
    with pytest.raises(kind, match=told):
        fetched(client(lfs_server))
    assert lfs_server.asked("GET") == []


@pytest.mark.parametrize(
    ("status", "message", "kind", "told"),
    [
        (403, "This repository is over its data quota. Purchase more data packs", QuotaError, "quota"),
        (507, "", QuotaError, "quota"),
        (509, "", QuotaError, "quota"),
        (404, "Not Found", OutsideError, "Check the repository's address"),
        (422, "Validation", OutsideError, "fails at the content"),
    ],
)
def test_withheld__everything(
    lfs_server: LfsDouble, status: int, message: str, kind: type[OutsideError], told: str
) -> None:
    lfs_server.refusal = (status, message)
    with pytest.raises(kind, match=told):
        fetched(client(lfs_server))
    assert len(lfs_server.heard) == 1


def test_damaged__wrong_bytes_and_wrong_size(lfs_server: LfsDouble) -> None:
    lfs_server.plan = always(faults.FLIPPED, where=storage)
    with pytest.raises(DamagedContentError, match="has other bytes"):
        fetched(client(lfs_server))
    lfs_server.plan = faults.no_faults
    for wrong in (CONTENT[:-1], CONTENT + b"x", b""):
        lfs_server.objects[POINTER.oid] = wrong
        with pytest.raises(OutsideError, match="bytes"):
            fetched(client(lfs_server, budget=0))


@pytest.mark.parametrize("where", [storage, batch])
@pytest.mark.parametrize(
    "fault", [faults.INTERNAL, faults.BAD_GATEWAY, faults.SLOW_DOWN, faults.CUT_BEFORE, faults.LATE]
)
def test_faults__that_pass(lfs_server: LfsDouble, fault: Fault, where: object) -> None:
    lfs_server.plan = in_turn(fault, fault, where=where)  # type: ignore[arg-type]
    assert fetched(client(lfs_server)) == CONTENT


@pytest.mark.parametrize("ranges", [True, False])
def test_resume__goes_on_where_it_broke_off(lfs_server: LfsDouble, ranges: bool) -> None:
    lfs_server.ranges = ranges
    lfs_server.plan = in_turn(
        Fault(after_bytes=1_000_000), Fault(after_bytes=2_500_000), Fault(cut=True), where=storage
    )
    assert fetched(client(lfs_server)) == CONTENT
    asked = [heard.headers.get("Range") for heard in lfs_server.heard if heard.method == "GET"]
    done = [None, "bytes=1000000-", "bytes=3500000-", "bytes=3500000-"]
    assert asked == (done if ranges else [None, "bytes=1000000-", "bytes=2500000-", "bytes=2500000-"])


def test_faults__that_do_not_pass(lfs_server: LfsDouble) -> None:
    lfs_server.plan = always(faults.INTERNAL, where=storage)
    with pytest.raises(OutsideError, match=r"fails at the git-lfs object .* \(it answers 500\)"):
        fetched(client(lfs_server))
    assert len(lfs_server.asked("GET")) == 8


@pytest.mark.parametrize("as_date", [False, True])
@pytest.mark.parametrize("where", [storage, batch])
def test_retry_after__is_waited_for(lfs_server: LfsDouble, where: object, as_date: bool) -> None:
    lfs_server.plan = in_turn(Fault(status=429, retry_after=1, as_date=as_date), where=where)  # type: ignore[arg-type]
    assert fetched(client(lfs_server)) == CONTENT
    times = [heard.time for heard in lfs_server.heard if heard.method == ("GET" if where is storage else "POST")]
    assert times[1] - times[0] >= 1


def test_retry_after__longer_than_the_budget(lfs_server: LfsDouble) -> None:
    lfs_server.plan = always(Fault(status=503, retry_after=86_400))
    with pytest.raises(OutsideError, match=r"asks to wait 86,400 seconds\. Run the same command again after that time"):
        fetched(client(lfs_server))
    assert len(lfs_server.heard) == 1


def test_expired__a_new_address_is_asked_for(lfs_server: LfsDouble) -> None:
    source = client(lfs_server)
    lfs_server.action_header = {"X-Key": "old"}
    source.announce([POINTER])
    lfs_server.action_header = {"X-Key": "new"}
    assert fetched(source) == CONTENT
    assert len(lfs_server.asked("POST")) == 2
    assert [heard.headers.get("X-Key") for heard in lfs_server.heard if heard.method == "GET"] == ["old", "new"]


@pytest.mark.parametrize("ends", [{"expires_in": 3}, {"expires_at": datetime.now(UTC) - timedelta(minutes=1)}])
def test_expired__is_known_beforehand(lfs_server: LfsDouble, ends: dict[str, object]) -> None:
    for name, value in ends.items():
        setattr(lfs_server, name, value)
    source = client(lfs_server)
    source.announce([POINTER])
    assert fetched(source) == CONTENT
    assert (len(lfs_server.asked("POST")), len(lfs_server.asked("GET"))) == (2, 1)


def test_expired__in_the_middle_of_a_download(lfs_server: LfsDouble) -> None:
    lfs_server.action_header = {"X-Key": "old"}

    def plan(asked: Asked) -> Fault | None:
        if not storage(asked):
            return None
        lfs_server.action_header = {"X-Key": "new"}
        return first.pop() if first else None

    first = [Fault(after_bytes=1_000_000)]
    lfs_server.plan = plan
    source = client(lfs_server)
    source.announce([POINTER])
    lfs_server.action_header = {"X-Key": "new"}
    assert fetched(source) == CONTENT


def test_slow__is_given_up(lfs_server: LfsDouble) -> None:
    lfs_server.plan = always(Fault(pause=0.02), where=storage)  # 50 kB/s: 100 s for it all
    started = time.monotonic()
    with pytest.raises(OutsideError, match=r"too slow: [\d,]+ of 5,120,000 bytes in 1 seconds"):
        fetched(client(lfs_server, pace=Pace(least=10_000_000, grace=0.3)))
    assert time.monotonic() - started < 10


def test_slow__our_own_slowness_does_not_count(lfs_server: LfsDouble) -> None:
    blocks = client(lfs_server, pace=Pace(least=1e9, grace=0.6)).open(POINTER)
    content = next(blocks)
    time.sleep(0.8)
    assert content + b"".join(blocks) == CONTENT


def test_silent__is_given_up(lfs_server: LfsDouble) -> None:
    lfs_server.plan = always(Fault(delay=1.5), where=storage)
    source = LfsServer(
        repository=lfs_server.repository(), reach=Reach(loopback=True, silence=0.2), waits=Waits(budget=0.0)
    )
    with pytest.raises(OutsideError, match="it says nothing"):
        fetched(source)


@pytest.mark.parametrize("seed", range(5))
def test_faults__by_chance(lfs_server: LfsDouble, seed: int) -> None:
    cut = Fault(after_bytes=700_000)
    lfs_server.plan = seeded(seed, rate=0.5, faults=(*faults.PASSING, cut, cut, cut), in_a_row=3)
    contents = [CONTENT[: 1_000_000 + n] for n in range(6)]
    lfs_server.objects |= {pointer_to(content).oid: content for content in contents}
    source = client(lfs_server)
    assert all(fetched(source, pointer_to(content)) == content for content in contents)


def test_nobody_listens() -> None:
    source = LfsServer(repository="http://127.0.0.1:9/a/b", reach=LOOPBACK, waits=Waits(budget=0.0))
    with pytest.raises(OutsideError, match="cannot be reached"):
        fetched(source)
