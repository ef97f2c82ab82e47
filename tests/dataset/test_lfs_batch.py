from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.dataset.lfs import Pointer
from osds.dataset.lfs_batch import Download, Withheld, batch_url, read_batch, render_batch, said_by
from osds.errors import OutsideError

ONE = Pointer(oid="1" * 64, size=11)
TWO = Pointer(oid="2" * 64, size=22)
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
HREF = "https://storage.example.org/1?Signature=s"


def answer(*objects: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"transfer": "basic", "objects": list(objects), **more}).encode()


def action(**more: Any) -> dict[str, Any]:
    return {"oid": ONE.oid, "size": ONE.size, "actions": {"download": {"href": HREF, **more}}}


@pytest.mark.parametrize(
    "repository",
    [
        "https://github.com/os-data/budget",
        "https://github.com/os-data/budget/",
        "https://github.com/os-data/budget.git",
    ],
)
def test_batch_url__server_discovery(repository: str) -> None:
    assert batch_url(repository) == "https://github.com/os-data/budget.git/info/lfs/objects/batch"


def test_render_batch__asks_for_downloads_by_the_basic_way() -> None:
    assert json.loads(render_batch([ONE, TWO])) == {
        "operation": "download",
        "transfers": ["basic"],
        "objects": [{"oid": ONE.oid, "size": 11}, {"oid": TWO.oid, "size": 22}],
        "hash_algo": "sha256",
    }


def test_read_batch__where_an_object_lies() -> None:
    told = action(header={"Authorization": "RemoteAuth x", "Host": "evil", "Range": "bytes=1-"}, expires_in=3600)
    assert read_batch(answer({**told, "authenticated": True}), [ONE], NOW) == {
        ONE.oid: Download(href=HREF, headers={"Authorization": "RemoteAuth x"}, lasts=3600, authenticated=True)
    }


@pytest.mark.parametrize(
    ("more", "lasts"),
    [
        ({}, None),
        ({"expires_in": 0}, None),
        ({"expires_in": 90.5, "expires_at": "2026-11-24T12:10:00Z"}, 90.5),
        ({"expires_at": "2026-11-24T12:10:00Z"}, 600),
        ({"expires_at": "2026-11-24T13:10:00.123456789+01:00"}, 600.123456),
        ({"expires_at": "2026-11-24T11:59:00Z"}, -60),
        ({"expires_at": "0001-01-01T00:00:00Z"}, None),
        ({"expires_at": "soon"}, None),
        ({"expires_at": 7}, None),
        ({"expires_in": "600"}, None),
        ({"expires_in": True}, None),
        ({"expires_in": 10**20}, None),
    ],
)
def test_read_batch__how_long_it_holds(more: dict[str, Any], lasts: float | None) -> None:
    found = read_batch(answer(action(**more)), [ONE], NOW)[ONE.oid]
    assert isinstance(found, Download)
    assert found.lasts == lasts


def test_read_batch__what_is_withheld() -> None:
    gone = {"oid": ONE.oid, "size": 11, "error": {"code": 410, "message": "Object removed"}}
    odd = {"oid": TWO.oid, "size": 22, "error": {"code": "x"}}
    assert read_batch(answer(gone, odd), [ONE, TWO], NOW) == {
        ONE.oid: Withheld(status=410, said="Object removed"),
        TWO.oid: Withheld(status=500, said=""),
    }
    silent = read_batch(answer({"oid": ONE.oid, "size": 11}, {"oid": "3" * 64}, "x"), [ONE, TWO], NOW)  # type: ignore[arg-type]
    assert [found.status for found in silent.values() if isinstance(found, Withheld)] == [404, 404]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"objects": {}}',
        b"[" * 10_000,
        answer(action(), transfer="tus"),
        answer(action(header={"X": "a\r\nHost: b"})),
        answer(action(header={"X": 1})),
        answer(action(header={"A b": "c"})),
        answer(action(header={"X": "ü"})),
        answer(action(header={"X": "a" * 9000})),
    ],
)
def test_read_batch__not_a_git_lfs_server(content: bytes) -> None:
    with pytest.raises(OutsideError, match="not that of a git-lfs server"):
        read_batch(content, [ONE], NOW)


KEYS = st.sampled_from(["oid", "actions", "download", "href", "header", "error", "code", "expires_at", "expires_in"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)))
def test_read_batch__whatever_it_says(each: Any) -> None:
    try:
        objects = [{"oid": ONE.oid, "actions": {"download": each}}, each, {"oid": ONE.oid, "error": each}]
        found = read_batch(answer(*objects), [ONE], NOW)
    except OutsideError:
        return
    assert set(found) == {ONE.oid}


def test_secrets__are_not_shown() -> None:
    assert "Signature" not in repr(Download(href=HREF, headers={"Authorization": "secret"}))
    assert "secret" not in repr(Download(href=HREF, headers={"Authorization": "secret"}))


@pytest.mark.parametrize(
    ("content", "said"), [(b'{"message": "no"}', "no"), (b'{"message": 1}', ""), (b"<html>", ""), (b"[]", "")]
)
def test_said_by(content: bytes, said: str) -> None:
    assert said_by(content) == said
