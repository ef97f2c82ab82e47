"""Messages, signatures and cursors, as values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from osds.errors import UsageError
from osds.news.delivered import moved, parse_delivered, render_delivered
from osds.news.messages import MOST, Message, messages
from osds.news.signing import Signer, open_signer
from osds.registry.changes import Event, EventType
from osds.registry.lines import RegistryFileError
from osds.registry.receivers import Dispatch, Receiver, Webhook, parse_receivers
from tests.news.cases import event, log, many
from tests.news.test_feeds import EVENTS

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/notification.schema.json").read_text("utf-8"))
HOOK = Webhook(url="https://hooks.example.org/osds", secret="OSDS_HOOK")


def sent(count: int, after: int = 0, receiver: Receiver = HOOK) -> list[Message]:
    return list(messages(many(count), after, receiver=receiver.id, registry="os-team/registry"))


def check(document: Any) -> Any:
    Draft202012Validator(SCHEMA).validate(document)
    return document


def test_schema__names_every_kind_of_event() -> None:
    assert SCHEMA["$defs"]["event"]["properties"]["event"]["enum"] == list(EventType)


@pytest.mark.parametrize(
    ("count", "after", "cut"),
    [
        (3, 0, [(1, 3)]),
        (3, 2, [(3, 3)]),
        (3, 3, []),
        (3, 9, []),
        (2 * MOST + 1, 0, [(1, MOST), (MOST + 1, 2 * MOST), (2 * MOST + 1, 2 * MOST + 1)]),
    ],
)
def test_messages__tell_every_change_once_and_in_order(count: int, after: int, cut: list[tuple[int, int]]) -> None:
    found = sent(count, after)
    assert [(each.first, each.last) for each in found] == cut
    assert [n.id for each in found for n in each.events] == list(range(after + 1, count + 1))


@given(st.lists(EVENTS, min_size=1, max_size=5))
def test_messages__are_what_the_schema_describes(events: list[Event]) -> None:
    for message in messages(log(*events), 0, receiver="x", registry="r"):
        assert len(check(json.loads(message.body))["data"]["events"]) == len(events)
        check(message.payload)


def test_messages__the_largest_stay_far_below_what_github_takes() -> None:
    long = [
        event(EventType.TROUBLE, owner="o" * 39, name=f"{number:0>100}", detail="invalid: " + "x" * 5000)
        for number in range(MOST)
    ]
    (message,) = messages(log(*long), 0, receiver="x", registry="r")
    assert len(json.dumps(message.payload)) < 10_000
    assert len(message.payload) <= 8
    assert len(message.body) < 64_000


def test_messages__the_same_changes_to_the_same_receiver_have_the_same_id() -> None:
    (one,), (again,), (other,) = sent(3), sent(3), sent(3, receiver=Dispatch(repository="a/b"))
    assert (one.id, one.body) == (again.id, again.body)
    assert other.id != one.id
    assert sent(4)[0].id != one.id


def test_signature__of_the_specification() -> None:
    # The example of the Standard Webhooks libraries' own tests.
    signer = open_signer("X", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signer.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_signature__by_the_old_and_the_new_secret() -> None:
    old, new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka"
    both = open_signer("X", f"{new} {old}").headers("m", 1, b"{}")["webhook-signature"].split(" ")
    assert both == [open_signer("X", each).headers("m", 1, b"{}")["webhook-signature"] for each in (new, old)]


@pytest.mark.parametrize(
    "secret",
    [
        "",
        " ",
        "hunter2-hunter2",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_" + "QUFB" * 30,
        "whsec_!!!",
        "TWZLUTlyOEdLWXFyVHdqVVBEOElMUFo=",
    ],
)
def test_signer__refuses_what_is_no_secret_and_does_not_show_it(secret: str) -> None:
    with pytest.raises(UsageError, match="OSDS_HOOK") as refused:
        open_signer("OSDS_HOOK", secret)
    assert not secret.strip() or secret not in str(refused.value).replace("whsec_ and", "").replace("echo whsec_$", "")


def test_signer__does_not_show_its_keys() -> None:
    assert repr(Signer(keys=(b"very secret",))) == "Signer()"


RECEIVERS: list[Receiver] = [HOOK, Dispatch(repository="a/b")]


@pytest.mark.parametrize(
    ("before", "done", "newest", "after"),
    [
        ({}, {}, 7, {HOOK.id: 7, "dispatch a/b": 7}),
        ({HOOK.id: 3, "dispatch a/b": 7}, {}, 7, {HOOK.id: 3, "dispatch a/b": 7}),
        ({HOOK.id: 3, "dispatch a/b": 7}, {HOOK.id: 5}, 7, {HOOK.id: 5, "dispatch a/b": 7}),
        ({HOOK.id: 6, "dispatch a/b": 7}, {HOOK.id: 5}, 7, {HOOK.id: 6, "dispatch a/b": 7}),  # another run was quicker
        ({HOOK.id: 3, "webhook gone": 1}, {}, 3, {HOOK.id: 3, "dispatch a/b": 3}),
        ({HOOK.id: 9, "dispatch a/b": 9}, {}, 4, {HOOK.id: 4, "dispatch a/b": 4}),  # the log was cut back
    ],
)
def test_cursors(before: dict[str, int], done: dict[str, int], newest: int, after: dict[str, int]) -> None:
    found = moved(before, RECEIVERS, done, newest)
    assert found == after
    assert parse_delivered(render_delivered(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2, "receivers": {}}',
        '{"format": 1, "receivers": {"a": -1}}',
        '{"format": 1, "receivers": {"a": true}}',
        '{"format": 1, "receivers": [1]}',
        "[" * 100_000,
    ],
)
def test_delivered__refuses_what_osds_does_not_write(text: str) -> None:
    with pytest.raises(RegistryFileError, match=r"data/delivered\.json cannot be read"):
        parse_delivered(text)


def test_receivers__as_a_policy_lists_them() -> None:
    assert parse_receivers(
        [
            {"webhook": "https://hooks.example.org/osds", "secret": "OSDS_HOOK"},
            {"dispatch": "a/b"},
            {"dispatch": "c/d", "secret": "SITE_TOKEN"},
        ]
    ) == (HOOK, Dispatch(repository="a/b"), Dispatch(repository="c/d", secret="SITE_TOKEN"))
    assert parse_receivers([]) == ()


@pytest.mark.parametrize(
    "receiver",
    [
        "https://hooks.example.org/osds",
        {},
        {"webhook": "https://hooks.example.org/osds"},
        {"webhook": "http://hooks.example.org/osds", "secret": "A"},
        {"webhook": "https://user:password@hooks.example.org/osds", "secret": "A"},
        {"webhook": "https://hooks.example.org/osds?key=1", "secret": "A"},
        {"webhook": "https://hooks.example.org/osds#x", "secret": "A"},
        {"webhook": "https://localhost/osds", "secret": "A"},
        {"webhook": "https://127.0.0.1/osds", "secret": "A"},
        {"webhook": "https://169.254.169.254/latest/meta-data", "secret": "A"},
        {"webhook": "https://[::1]/", "secret": "A"},
        {"webhook": "https://10.0.0.7/", "secret": "A"},
        {"webhook": "file:///etc/passwd", "secret": "A"},
        {"webhook": "https://hooks.example.org/" + "x" * 500, "secret": "A"},
        {"webhook": "https://hooks.example.org/osds", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        {"webhook": "https://hooks.example.org/osds", "secret": "lower"},
        {"webhook": "https://hooks.example.org/osds", "secret": "A", "colour": "red"},
        {"webhook": "https://hooks.example.org/osds", "dispatch": "a/b", "secret": "A"},
        {"dispatch": "a"},
        {"dispatch": "../b"},
        {"dispatch": "a/b/c"},
        {"dispatch": 1},
        {1: "a/b"},
    ],
)
def test_receivers__refuses(receiver: object) -> None:
    assert parse_receivers([receiver]) is None


def test_receivers__refuses_a_list_that_is_none_or_says_one_twice_or_too_many() -> None:
    assert parse_receivers("a/b") is None
    assert parse_receivers([{"dispatch": "a/b"}, {"dispatch": "a/b"}]) is None
    assert parse_receivers([{"dispatch": f"a/{number}"} for number in range(51)]) is None
