"""Who is asked for git-lfs content, and who gets to hear the token."""

from __future__ import annotations

import pytest

from osds.edges.web.https import Reach
from osds.edges.web.lfs_server import LfsServer
from osds.errors import OutsideError, UnsafeInputError
from tests.edges.lfs_client import CONTENT, LOGIN, POINTER, TOKEN, client, fetched
from tests.edges.lfs_server import LfsDouble, running_lfs


def test_token__goes_to_its_host_and_not_to_the_storage(lfs_server: LfsDouble) -> None:
    with running_lfs() as other:
        other.objects = lfs_server.objects
        lfs_server.login = LOGIN
        lfs_server.storage = other.url
        lfs_server.action_header = other.action_header = {"X-Storage": "yes"}
        assert fetched(client(lfs_server, token=TOKEN)) == CONTENT
        assert [heard.headers.get("Authorization") for heard in lfs_server.heard] == [LOGIN]
        (heard,) = other.heard
        assert "Authorization" not in heard.headers
        assert heard.headers["X-Storage"] == "yes"


def test_token__is_said_where_the_storage_is_the_host_itself(lfs_server: LfsDouble) -> None:
    lfs_server.login = LOGIN
    assert fetched(client(lfs_server, token=TOKEN)) == CONTENT
    assert [heard.headers.get("Authorization") for heard in lfs_server.heard] == [LOGIN, LOGIN]
    lfs_server.heard.clear()
    lfs_server.action_header = {"Authorization": "RemoteAuth x"}
    assert fetched(client(lfs_server, token=TOKEN)) == CONTENT
    assert [heard.headers.get("Authorization") for heard in lfs_server.heard] == [LOGIN, "RemoteAuth x"]


def test_token__is_not_shown(lfs_server: LfsDouble) -> None:
    lfs_server.login = "Basic other"
    source = client(lfs_server, token=TOKEN)
    with pytest.raises(OutsideError, match=r"refuses the content .*401.*OSDS_TOKEN") as caught:
        fetched(source)
    for text in (repr(source), str(caught.value), repr(caught.value)):
        assert TOKEN not in text
        assert LOGIN not in text


def test_redirect__to_another_host_takes_no_header_along(lfs_server: LfsDouble) -> None:
    with running_lfs() as other:
        other.objects = lfs_server.objects
        lfs_server.action_header = {"Authorization": "RemoteAuth secret"}
        lfs_server.moved = {f"/storage/{POINTER.oid}": f"{other.url}/storage/{POINTER.oid}"}
        assert fetched(client(lfs_server)) == CONTENT
        assert "Authorization" not in other.heard[0].headers


def test_redirect__for_ever(lfs_server: LfsDouble) -> None:
    lfs_server.moved = {f"/storage/{POINTER.oid}": f"/storage/{POINTER.oid}"}
    with pytest.raises(OutsideError, match="in circles"):
        fetched(client(lfs_server))
    assert len(lfs_server.asked("GET")) == 3


def test_redirect__of_the_batch_api_is_a_repository_that_moved(lfs_server: LfsDouble) -> None:
    lfs_server.moved = {"/os-data/budget.git/info/lfs/objects/batch": "/new/budget.git/info/lfs/objects/batch"}
    with pytest.raises(OutsideError, match=r"os-data/budget has moved\. Use its new address"):
        fetched(client(lfs_server, token=TOKEN))


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
def test_address__of_the_storage_is_looked_at(lfs_server: LfsDouble, href: str) -> None:
    lfs_server.storage = href
    with pytest.raises(UnsafeInputError, match="is not asked"):
        fetched(client(lfs_server))
    assert lfs_server.asked("GET") == []


def test_address__after_a_redirect_is_looked_at(lfs_server: LfsDouble) -> None:
    lfs_server.moved = {f"/storage/{POINTER.oid}": "https://192.168.0.1/x?secret"}
    with pytest.raises(UnsafeInputError, match=r"192\.168\.0\.1/x is not asked: it is a private") as caught:
        fetched(client(lfs_server))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1"])
def test_address__of_this_machine_is_refused_however_it_is_written(lfs_server: LfsDouble, host: str) -> None:
    """`localhost` and numbers are names to the parser; what they resolve to is what counts."""
    port = lfs_server.url.rpartition(":")[2]
    for scheme in ("http", "https"):
        source = LfsServer(repository=f"{scheme}://{host}:{port}/os-data/budget")
        with pytest.raises(UnsafeInputError, match="is not asked"):
            fetched(source)
    assert lfs_server.heard == []


def test_address__of_the_house_only_for_the_host_that_was_named() -> None:
    with pytest.raises(UnsafeInputError, match="not a public one"):
        Reach(inside=frozenset({"github.example.org"})).connect("10.0.0.1", 443)
    with pytest.raises(UnsafeInputError, match="not a public one"):
        Reach(inside=frozenset({"127.0.0.1"})).connect("127.0.0.1", 443)
