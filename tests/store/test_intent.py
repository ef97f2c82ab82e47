from __future__ import annotations

import pytest

from osds.store.intent import IDLE, LEASE, WORKING, is_running, parse_intent, render_intent, render_lease


def test_intent__what_is_written_is_read() -> None:
    assert parse_intent(render_intent(["objects/b", "objects/a"])) == {"objects/a", "objects/b"}
    assert render_intent(["b", "a"]) == render_intent(["a", "b"])


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"objects": "a"}', b"\xff"])
def test_parse_intent__not_ours(content: bytes) -> None:
    assert parse_intent(content) == frozenset()


def test_lease__running_until_it_says_otherwise() -> None:
    assert is_running(render_lease("1"))
    assert not is_running(IDLE)
    assert is_running(b"cut off")  # who knows: the careful answer
    assert is_running(b"{}")


def test_lease__outlives_the_work_that_it_covers() -> None:
    """The last delete may begin after WORKING seconds and take a whole patience of tries that nobody answers."""
    assert WORKING + 45 <= LEASE
