"""What osds sends to GitHub, and what it takes for an answer: real HTTP on loopback."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from osds.edges.github.github import Account, GitHub
from osds.edges.github.waiting import Patience
from osds.errors import OutsideError, UnsafeInputError, UsageError
from tests.edges.http_faults import Fault, answer_with
from tests.forge.people import REGISTRY
from tests.forge.plan import cut_after, empty, page
from tests.forge.state import Forge

Answers = object


@pytest.fixture
def server(github: Forge) -> Forge:
    github.add(REGISTRY, {"a": b""}, writers={"keeper"})
    return github


@pytest.fixture
def api(server: Forge) -> Iterator[GitHub]:
    with client(server) as found:
        yield found


def client(server: Forge, **patience: float) -> GitHub:
    bears = Patience(**patience)  # type: ignore[arg-type]  # floats and counts
    return GitHub(server.api_url, "keeper-token", pause=0.25, timer=server.timer, patience=bears)


def test_request__says_who_it_is_and_nothing_else(server: Forge, api: GitHub, tmp_path: Path) -> None:
    api.repository(REGISTRY)
    sent = server.requests[0].headers
    assert {name: sent[name] for name in ("user-agent", "accept", "accept-encoding", "x-github-api-version")} == {
        "user-agent": "osds",
        "accept": "application/vnd.github+json",
        "accept-encoding": "identity",
        "x-github-api-version": "2022-11-28",
    }
    assert sent["authorization"] == "token keeper-token"
    assert "cookie" not in sent
    assert "keeper-token" not in server.requests[0].path


def test_request__takes_no_login_from_the_home_folder(
    server: Forge, api: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    api.repository(REGISTRY)
    assert server.requests[0].authorization == "token keeper-token"


def test_requests__keep_their_distance(server: Forge, api: GitHub) -> None:
    api.repository(REGISTRY)
    api.repository(REGISTRY)
    with pytest.raises(UsageError):
        api.update_pull_request(REGISTRY, 1, title="T", body="B")
    times = [request.at for request in server.requests]
    assert all(later - earlier >= 0.25 for earlier, later in pairwise(times))


def test_writes__are_a_second_apart(server: Forge, api: GitHub) -> None:
    for _ in range(3):
        api.transport.requestJsonAndCheck("POST", f"/repos/{REGISTRY}/issues", input={"title": "T"})
    times = [request.at for request in server.requests]
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


def test_etag__what_did_not_change_costs_nothing(server: Forge, api: GitHub) -> None:
    first = api.repository(REGISTRY)
    used = server.tokens["keeper-token"].used
    assert api.repository(REGISTRY) == first
    assert [request.status for request in server.requests] == [200, 304]
    assert server.tokens["keeper-token"].used == used
    server.repositories[REGISTRY].archived = True
    assert api.repository(REGISTRY).archived


def test_limit__the_last_request_of_the_hour_is_the_last(server: Forge, api: GitHub) -> None:
    server.limit = 1
    api.repository(REGISTRY)
    with pytest.raises(
        OutsideError, match=r"asks to wait 60 minutes\. Run the same command again after 2026-01-01 01:00"
    ):
        api.find_pull_request(REGISTRY, "a:b")
    assert len(server.requests) == 1, "it knows without asking"


@pytest.mark.parametrize(("pause", "refused"), [(0.25, 0), (0.01, 1)])
def test_limit__the_pace_of_writes_is_githubs(server: Forge, pause: float, refused: int) -> None:
    server.hasty_after = 80
    with GitHub(server.api_url, "keeper-token", pause=pause, timer=server.timer) as api:
        for number in range(90):
            api.transport.requestJsonAndCheck("POST", f"/repos/{REGISTRY}/issues", input={"title": str(number)})
    assert sum(request.status == 403 for request in server.requests) == refused
    assert len(server.repositories[REGISTRY].conversations) == 90
    assert server.early == []


def redirect(status: int, place: str) -> Fault:
    return answer_with(status, "moved", {"Location": place})


@pytest.mark.parametrize(
    "place",
    [
        "http://localhost:{port}/api/v3/x",
        "https://evil.example/api/v3/x",
        "//evil.example/x",
        "/elsewhere",
        "/api/v3/../x",
    ],
)
def test_redirect__the_token_does_not_leave_its_place(server: Forge, api: GitHub, place: str) -> None:
    server.faults["GET", REGISTRY] = [redirect(301, place.format(port=server.url.rpartition(":")[2]))]
    with pytest.raises(UnsafeInputError, match="outside its API"):
        api.repository(REGISTRY)
    assert len(server.requests) == 1


def test_redirect__keeps_the_query_and_ends(server: Forge, api: GitHub) -> None:
    server.rename(REGISTRY, "os-team/catalog")
    assert api.find_pull_request(REGISTRY, "os-team:ask") is None
    assert server.requests[-1].path.startswith("/api/v3/repositories/")
    assert server.requests[-1].query["head"] == ["os-team:ask"]
    server.faults["GET", "/user"] = [redirect(302, "/api/v3/user")] * 9
    with pytest.raises(OutsideError, match="again and again"):
        api.account()
    server.faults["PATCH", "/pulls/1"] = [redirect(301, "/api/v3/user")]
    with pytest.raises(UsageError, match="has moved"):
        api.transport.requestJsonAndCheck("PATCH", f"/repos/{REGISTRY}/pulls/1", input={})


def long_answer(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "2000000")
    handler.end_headers()
    handler.wfile.write(b" " * 2_000_000)


def deep_answer(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    content = b"[" * 200_000
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def slow_answer(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(12):
        handler.wfile.write(b" ")
        time.sleep(0.05)
    handler.close_connection = True


def chunked_answer(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    """As GitHub sends most answers."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for piece in (b'{"login": "kee', b'per", "id": 8}', b""):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def test_answer__in_chunks(server: Forge, api: GitHub) -> None:
    server.faults["GET", "/user"] = [chunked_answer]
    assert api.account() == Account(login="keeper", id=8)


def test_answer__that_drips(server: Forge) -> None:
    server.faults["GET", "/user"] = [slow_answer]
    with client(server, tries=1, answer=0.2) as api, pytest.raises(OutsideError, match="longer than 0 seconds"):
        api.account()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (long_answer, "longer than 1,000,000 bytes"),
        (deep_answer, "not JSON"),
        (page(200), "not JSON"),
        (empty, "not JSON"),
        (cut_after, "IncompleteRead"),
    ],
)
def test_answer__that_is_none(server: Forge, fault: Fault, said: str) -> None:
    server.faults["GET", "/user"] = [fault] * 2
    with client(server, tries=2, size=1_000_000) as api, pytest.raises(OutsideError, match=said) as failure:
        api.account()
    assert "again" in failure.value.next_step
    server.faults["GET", "/user"] = [fault]
    with client(server, tries=2, size=1_000_000) as api:
        assert api.account() is not None, "a second try may be answered"


def test_answer__of_another_shape(server: Forge, api: GitHub) -> None:
    def number(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
        content = b'{"id": "x", "login": 7}'
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    server.faults["GET", "/user"] = [number]
    with pytest.raises(OutsideError, match="is not what it describes"):
        api.account()


def test_log__no_token_in_it(server: Forge, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with client(server) as api:
        api.repository(REGISTRY)
        server.faults["GET", "/user"] = [answer_with(401, "Bad credentials")]
        with pytest.raises(UsageError) as refusal:
            api.account()
        texts = [caplog.text, repr(api), repr(vars(api)), str(refusal.value)]
    assert not [text for text in texts if "keeper-token" in text]
