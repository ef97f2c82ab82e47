"""git-lfs content from this machine and from a server on loopback that does what servers do on bad days."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import DamagedContentError, MissingContentError, QuotaError
from osds.edges.https import Reach
from osds.edges.lfs import ObjectFolder, Sources, local_objects, remote_folder
from osds.edges.lfs_server import LfsServer, Pace
from osds.edges.waiting import Waits
from osds.errors import OutsideError, UnsafeInputError
from tests.edges.git_backend import git
from tests.edges.lfs_repository import commit_files, git_lfs, needs_git_lfs
from tests.edges.lfs_server import LfsDouble, running_lfs
from tests.store import s3_faults as faults
from tests.store.s3_faults import Asked, Fault, always, in_turn, seeded

CONTENT = bytes(range(256)) * 20_000  # 5 MB
LOOPBACK = Reach(loopback=True, silence=5)
TOKEN = "ghp_never_shown"
LOGIN = f"Basic {base64.b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"


def pointer_to(content: bytes) -> Pointer:
    return Pointer(oid=hashlib.sha256(content).hexdigest(), size=len(content))


POINTER = pointer_to(CONTENT)


@pytest.fixture
def server() -> Iterator[LfsDouble]:
    with running_lfs() as double:
        double.objects[POINTER.oid] = CONTENT
        yield double


def client(server: LfsDouble, *, token: str | None = None, budget: float = 60, pace: Pace | None = None) -> LfsServer:
    waits = Waits(budget=budget, scale=0.001)
    return LfsServer(
        repository=server.repository(), token=token, reach=LOOPBACK, waits=waits, pace=pace or Pace(grace=20)
    )


def fetched(source: LfsServer | Sources, pointer: Pointer = POINTER) -> bytes:
    return b"".join(source.open(pointer))


def storage(asked: Asked) -> bool:
    return asked.key.startswith("/storage/")


def batch(asked: Asked) -> bool:
    return asked.key.endswith("/batch")


# --- from a server ---


def test_server__streams_what_the_pointer_says(server: LfsDouble) -> None:
    assert fetched(client(server)) == CONTENT
    assert server.asked("POST") == ["/os-data/budget.git/info/lfs/objects/batch"]
    assert server.asked("GET") == [f"/storage/{POINTER.oid}"]


def test_server__many_objects_are_asked_for_at_once(server: LfsDouble) -> None:
    contents = [b"%d" % number for number in range(150)]
    server.objects |= {pointer_to(content).oid: content for content in contents}
    source = client(server)
    source.announce([pointer_to(content) for content in contents])
    assert [fetched(source, pointer_to(content)) for content in contents] == contents
    assert len(server.asked("POST")) == 2


def test_token__goes_to_its_host_and_not_to_the_storage(server: LfsDouble) -> None:
    with running_lfs() as other:
        other.objects = server.objects
        server.login = LOGIN
        server.storage = other.url
        server.action_header = other.action_header = {"X-Storage": "yes"}
        assert fetched(client(server, token=TOKEN)) == CONTENT
        assert [heard.headers.get("Authorization") for heard in server.heard] == [LOGIN]
        (heard,) = other.heard
        assert "Authorization" not in heard.headers
        assert heard.headers["X-Storage"] == "yes"


def test_token__is_said_where_the_storage_is_the_host_itself(server: LfsDouble) -> None:
    server.login = LOGIN
    assert fetched(client(server, token=TOKEN)) == CONTENT
    assert [heard.headers.get("Authorization") for heard in server.heard] == [LOGIN, LOGIN]
    server.heard.clear()
    server.action_header = {"Authorization": "RemoteAuth x"}
    assert fetched(client(server, token=TOKEN)) == CONTENT
    assert [heard.headers.get("Authorization") for heard in server.heard] == [LOGIN, "RemoteAuth x"]


def test_token__is_not_shown(server: LfsDouble) -> None:
    server.login = "Basic other"
    source = client(server, token=TOKEN)
    with pytest.raises(OutsideError, match=r"refuses the content .*401.*OSDS_TOKEN") as caught:
        fetched(source)
    for text in (repr(source), str(caught.value), repr(caught.value)):
        assert TOKEN not in text
        assert LOGIN not in text


def test_redirect__to_another_host_takes_no_header_along(server: LfsDouble) -> None:
    with running_lfs() as other:
        other.objects = server.objects
        server.action_header = {"Authorization": "RemoteAuth secret"}
        server.moved = {f"/storage/{POINTER.oid}": f"{other.url}/storage/{POINTER.oid}"}
        assert fetched(client(server)) == CONTENT
        assert "Authorization" not in other.heard[0].headers


def test_redirect__for_ever(server: LfsDouble) -> None:
    server.moved = {f"/storage/{POINTER.oid}": f"/storage/{POINTER.oid}"}
    with pytest.raises(OutsideError, match="in circles"):
        fetched(client(server))
    assert len(server.asked("GET")) == 3


def test_redirect__of_the_batch_api_is_a_repository_that_moved(server: LfsDouble) -> None:
    server.moved = {"/os-data/budget.git/info/lfs/objects/batch": "/new/budget.git/info/lfs/objects/batch"}
    with pytest.raises(OutsideError, match=r"os-data/budget has moved\. Use its new address"):
        fetched(client(server, token=TOKEN))


@pytest.mark.parametrize(
    "href",
    [
        "http://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "http://storage.example.org",
        "https://[::ffff:10.0.0.1]",
        "https://u:p@storage.example.org",
        "file:///etc",
        "ftp://127.0.0.1",
    ],
)
def test_address__of_the_storage_is_looked_at(server: LfsDouble, href: str) -> None:
    server.storage = href
    with pytest.raises(UnsafeInputError, match="is not asked"):
        fetched(client(server))
    assert server.asked("GET") == []


def test_address__after_a_redirect_is_looked_at(server: LfsDouble) -> None:
    server.moved = {f"/storage/{POINTER.oid}": "https://192.168.0.1/x?secret"}
    with pytest.raises(UnsafeInputError, match=r"192\.168\.0\.1/x is not asked: it is a private") as caught:
        fetched(client(server))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1"])
def test_address__of_this_machine_is_refused_however_it_is_written(server: LfsDouble, host: str) -> None:
    """`localhost` and numbers are names to the parser; what they resolve to is what counts."""
    port = server.url.rpartition(":")[2]
    for scheme in ("http", "https"):
        source = LfsServer(repository=f"{scheme}://{host}:{port}/os-data/budget")
        with pytest.raises(UnsafeInputError, match="is not asked"):
            fetched(source)
    assert server.heard == []


def test_address__of_the_house_only_for_the_host_that_was_named() -> None:
    with pytest.raises(UnsafeInputError, match="not a public one"):
        Reach(inside=frozenset({"github.example.org"})).connect("10.0.0.1", 443)
    with pytest.raises(UnsafeInputError, match="not a public one"):
        Reach(inside=frozenset({"127.0.0.1"})).connect("127.0.0.1", 443)


# --- what is not there ---


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
def test_withheld__one_object(server: LfsDouble, code: int, message: str, kind: type[OutsideError], told: str) -> None:
    server.withheld = {POINTER.oid: (code, message)}
    with pytest.raises(kind, match=told):
        fetched(client(server))
    assert server.asked("GET") == []


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
    server: LfsDouble, status: int, message: str, kind: type[OutsideError], told: str
) -> None:
    server.refusal = (status, message)
    with pytest.raises(kind, match=told):
        fetched(client(server))
    assert len(server.heard) == 1


def test_damaged__wrong_bytes_and_wrong_size(server: LfsDouble) -> None:
    server.plan = always(faults.FLIPPED, where=storage)
    with pytest.raises(DamagedContentError, match="has other bytes"):
        fetched(client(server))
    server.plan = faults.no_faults
    for wrong in (CONTENT[:-1], CONTENT + b"x", b""):
        server.objects[POINTER.oid] = wrong
        with pytest.raises(OutsideError, match="bytes"):
            fetched(client(server, budget=0))


# --- bad days ---


@pytest.mark.parametrize("where", [storage, batch])
@pytest.mark.parametrize(
    "fault", [faults.INTERNAL, faults.BAD_GATEWAY, faults.SLOW_DOWN, faults.CUT_BEFORE, faults.LATE]
)
def test_faults__that_pass(server: LfsDouble, fault: Fault, where: object) -> None:
    server.plan = in_turn(fault, fault, where=where)  # type: ignore[arg-type]
    assert fetched(client(server)) == CONTENT


@pytest.mark.parametrize("ranges", [True, False])
def test_resume__goes_on_where_it_broke_off(server: LfsDouble, ranges: bool) -> None:
    server.ranges = ranges
    server.plan = in_turn(Fault(after_bytes=1_000_000), Fault(after_bytes=2_500_000), Fault(cut=True), where=storage)
    assert fetched(client(server)) == CONTENT
    asked = [heard.headers.get("Range") for heard in server.heard if heard.method == "GET"]
    done = [None, "bytes=1000000-", "bytes=3500000-", "bytes=3500000-"]
    assert asked == (done if ranges else [None, "bytes=1000000-", "bytes=2500000-", "bytes=2500000-"])


def test_faults__that_do_not_pass(server: LfsDouble) -> None:
    server.plan = always(faults.INTERNAL, where=storage)
    with pytest.raises(OutsideError, match=r"fails at the git-lfs object .* \(it answers 500\)"):
        fetched(client(server))
    assert len(server.asked("GET")) == 8


@pytest.mark.parametrize("as_date", [False, True])
@pytest.mark.parametrize("where", [storage, batch])
def test_retry_after__is_waited_for(server: LfsDouble, where: object, as_date: bool) -> None:
    server.plan = in_turn(Fault(status=429, retry_after=1, as_date=as_date), where=where)  # type: ignore[arg-type]
    assert fetched(client(server)) == CONTENT
    times = [heard.time for heard in server.heard if heard.method == ("GET" if where is storage else "POST")]
    assert times[1] - times[0] >= 1


def test_retry_after__longer_than_the_budget(server: LfsDouble) -> None:
    server.plan = always(Fault(status=503, retry_after=86_400))
    with pytest.raises(OutsideError, match=r"asks to wait 86,400 seconds\. Run the same command again after that time"):
        fetched(client(server))
    assert len(server.heard) == 1


def test_expired__a_new_address_is_asked_for(server: LfsDouble) -> None:
    source = client(server)
    server.action_header = {"X-Key": "old"}
    source.announce([POINTER])
    server.action_header = {"X-Key": "new"}
    assert fetched(source) == CONTENT
    assert len(server.asked("POST")) == 2
    assert [heard.headers.get("X-Key") for heard in server.heard if heard.method == "GET"] == ["old", "new"]


@pytest.mark.parametrize("ends", [{"expires_in": 3}, {"expires_at": datetime.now(UTC) - timedelta(minutes=1)}])
def test_expired__is_known_beforehand(server: LfsDouble, ends: dict[str, object]) -> None:
    for name, value in ends.items():
        setattr(server, name, value)
    source = client(server)
    source.announce([POINTER])
    assert fetched(source) == CONTENT
    assert (len(server.asked("POST")), len(server.asked("GET"))) == (2, 1)


def test_expired__in_the_middle_of_a_download(server: LfsDouble) -> None:
    server.action_header = {"X-Key": "old"}

    def plan(asked: Asked) -> Fault | None:
        if not storage(asked):
            return None
        server.action_header = {"X-Key": "new"}
        return first.pop() if first else None

    first = [Fault(after_bytes=1_000_000)]
    server.plan = plan
    source = client(server)
    source.announce([POINTER])
    server.action_header = {"X-Key": "new"}
    assert fetched(source) == CONTENT


def test_slow__is_given_up(server: LfsDouble) -> None:
    server.plan = always(Fault(pause=0.02), where=storage)  # 50 kB/s: 100 s for it all
    started = time.monotonic()
    with pytest.raises(OutsideError, match=r"too slow: [\d,]+ of 5,120,000 bytes in 1 seconds"):
        fetched(client(server, pace=Pace(least=10_000_000, grace=0.3)))
    assert time.monotonic() - started < 10


def test_slow__our_own_slowness_does_not_count(server: LfsDouble) -> None:
    blocks = client(server, pace=Pace(least=1e9, grace=0.6)).open(POINTER)
    content = next(blocks)
    time.sleep(0.8)
    assert content + b"".join(blocks) == CONTENT


def test_silent__is_given_up(server: LfsDouble) -> None:
    server.plan = always(Fault(delay=1.5), where=storage)
    source = LfsServer(repository=server.repository(), reach=Reach(loopback=True, silence=0.2), waits=Waits(budget=0.0))
    with pytest.raises(OutsideError, match="it says nothing"):
        fetched(source)


@pytest.mark.parametrize("seed", range(5))
def test_faults__by_chance(server: LfsDouble, seed: int) -> None:
    cut = Fault(after_bytes=700_000)
    server.plan = seeded(seed, rate=0.5, faults=(*faults.PASSING, cut, cut, cut), in_a_row=3)
    contents = [CONTENT[: 1_000_000 + n] for n in range(6)]
    server.objects |= {pointer_to(content).oid: content for content in contents}
    source = client(server)
    assert all(fetched(source, pointer_to(content)) == content for content in contents)


def test_nobody_listens() -> None:
    source = LfsServer(repository="http://127.0.0.1:9/a/b", reach=LOOPBACK, waits=Waits(budget=0.0))
    with pytest.raises(OutsideError, match="cannot be reached"):
        fetched(source)


# --- from this machine ---


def kept(folder: ObjectFolder, content: bytes, pointer: Pointer) -> None:
    folder.path(pointer).parent.mkdir(parents=True, exist_ok=True)
    folder.path(pointer).write_bytes(content)


@needs_git_lfs
def test_local__the_store_of_a_clone_and_of_its_linked_work_trees(tmp_path: Path, home: Path) -> None:
    source = tmp_path / "source"
    commit_files(source, {"budget.csv": CONTENT})
    git_lfs(source, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(source), bare.name)
    git(source, "remote", "add", "origin", bare.as_uri())
    git_lfs(source, "lfs", "push", "--all", "origin")
    for folder in (source, tmp_path / "linked", bare):
        objects = local_objects(folder)
        assert objects is not None
        assert fetched(Sources([objects], None)) == CONTENT


def test_local__no_repository(tmp_path: Path) -> None:
    assert local_objects(tmp_path) is None
    (tmp_path / "a").mkdir()
    git(tmp_path, "init", "--quiet")
    assert local_objects(tmp_path / "a") is None


def test_local__a_linked_dot_git_is_refused(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    git(tmp_path / "victim", "init", "--quiet")
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / ".git").symlink_to(tmp_path / "victim" / ".git")
    with pytest.raises(UnsafeInputError, match="symbolic link"):
        local_objects(tmp_path / "hostile")


def test_sources__this_machine_first(tmp_path: Path, server: LfsDouble) -> None:
    folder = ObjectFolder(tmp_path)
    small = pointer_to(b"small")
    kept(folder, b"small", small)
    sources = Sources([folder], client(server))
    sources.announce([POINTER, small])
    assert fetched(sources, small) == b"small"
    assert server.asked("GET") == []
    assert fetched(sources) == CONTENT


def test_sources__an_unfinished_object_of_this_machine_is_passed_over(tmp_path: Path, server: LfsDouble) -> None:
    kept(ObjectFolder(tmp_path), CONTENT[:100], POINTER)
    assert fetched(Sources([ObjectFolder(tmp_path)], client(server))) == CONTENT


def test_sources__a_damaged_object_of_this_machine_is_told(tmp_path: Path) -> None:
    kept(ObjectFolder(tmp_path), bytes(len(CONTENT)), POINTER)
    with pytest.raises(DamagedContentError, match=r"other bytes"):
        fetched(Sources([ObjectFolder(tmp_path)], None))


def test_sources__nowhere(tmp_path: Path) -> None:
    with pytest.raises(MissingContentError, match="not on this machine"):
        fetched(Sources([ObjectFolder(tmp_path)], None))


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("/srv/a.git", "/srv/a.git"),
        ("file:///srv/a%20b", "/srv/a b"),
        ("file://localhost/srv", "/srv"),
        ("https://github.com/a/b", None),
        ("file://server/share", None),
    ],
)
def test_remote_folder(url: str, folder: str | None) -> None:
    assert remote_folder(url) == (None if folder is None else Path(folder))
