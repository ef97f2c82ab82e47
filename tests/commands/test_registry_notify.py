"""Telling receivers: once, in order, signed; and whoever behaves badly harms nobody but themselves."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from osds.cli import cli
from osds.commands.registry.couriers import Couriers
from osds.commands.registry.notify import Delivery, Notified, notify
from osds.commands.registry.registries import Access
from osds.edges.git.git import Remote
from osds.edges.git.registry import open_remote
from osds.edges.web.https import Reach
from osds.edges.web.waiting import Waits
from osds.edges.web.webhooks import WebhookSender
from osds.errors import EXIT_BUG, EXIT_OK, EXIT_OUTSIDE, EXIT_USAGE, UnsafeInputError
from osds.news.delivered import DELIVERED_FILE
from osds.news.messages import Message
from osds.progress import Silent
from osds.registry.receivers import Receiver
from tests.commands.registering import access, github_with_registry
from tests.edges.http_faults import answer_with, drop_after
from tests.edges.webhook_receiver import HOST, SECRET, Inbox, cut, drip, gush, running_receiver, says
from tests.forge.state import Forge
from tests.news.test_messages import check
from tests.registry.newsroom import NOW, Newsroom
from tests.store.publishing import Killed

HOOK = f"- webhook: https://{HOST}/osds\n  secret: OSDS_HOOK\n"
OTHER = f"- webhook: https://{HOST}/other\n  secret: OSDS_HOOK\n"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with running_receiver(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


@dataclass
class Desk:
    """A registry, the receivers that its policy lists, and runs."""

    room: Newsroom
    inbox: Inbox
    waited: list[float] = field(default_factory=list)
    seconds: float = 5

    def policy(self, notify: str) -> None:
        lines = "".join(f"  {line}\n" for line in notify.splitlines()) or "  []\n"
        self.room.commit({"osds.yml": f"title: Ours\ncore-organisation: os-data\nnotify:\n{lines}"})

    def couriers(self, **more: Any) -> Couriers:
        def sender() -> WebhookSender:
            waits = Waits(budget=20, scale=0.001, sleep=self.waited.append)
            return WebhookSender(reach=self.inbox.reach, waits=waits, seconds=self.seconds)

        settings: dict[str, Any] = {"access": Access(), "environ": {"OSDS_HOOK": SECRET}, "sender": sender}
        return Couriers(**(settings | more))

    def run(self, send: Callable[[Receiver, Message], None] | None = None, **options: Any) -> Notified:
        return notify(
            self.room.open(),
            send or self.couriers().send,
            name="os-team/registry",
            clock=lambda: NOW,
            progress=Silent(),
            **options,
        )

    @property
    def cursors(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.room.text(DELIVERED_FILE))["receivers"]
        return {name.rpartition("/")[2]: last for name, last in found.items()}

    @property
    def tip(self) -> str:
        return self.room.open().tip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with three changes, whose one receiver has been told them: made once, copied for each test."""
    made = Desk(Newsroom.make(tmp_path_factory.mktemp("told") / "registry"), Inbox())
    made.room.happen("budget", times=3)
    made.policy(HOOK)
    made.run()
    return made.room.folder


@pytest.fixture
def desk(tmp_path: Path, told: Path, inbox: Inbox) -> Desk:
    shutil.copytree(told, tmp_path / "registry")
    return Desk(Newsroom(tmp_path / "registry"), inbox)


def only(done: Notified) -> Delivery:
    (delivery,) = done.deliveries
    return delivery


def test_notify__a_new_receiver_is_told_nothing_of_the_past(desk: Desk) -> None:
    assert (desk.inbox.asked, desk.cursors) == (0, {"osds": 3})
    tip = desk.tip
    assert only(desk.run()).told == 0
    assert (desk.tip, desk.inbox.asked) == (tip, 0)


def test_notify__what_has_changed_once_and_signed(desk: Desk) -> None:
    desk.room.happen("schools", "roads", detail="version 1")
    assert only(desk.run()).told == 2
    (body,) = desk.inbox.bodies()
    assert (desk.inbox.forged, desk.cursors) == (0, {"osds": 5})
    data = check(body)["data"]
    assert (data["registry"], data["first"], data["last"]) == ("os-team/registry", 4, 5)
    assert [each["title"] for each in data["events"]] == [
        "town/schools: version 1 was published",
        "town/roads: version 1 was published",
    ]
    tip = desk.tip
    assert only(desk.run()).told == 0
    assert (desk.tip, len(desk.inbox.taken)) == (tip, 1)


def test_notify__a_burst_is_a_few_messages(desk: Desk) -> None:
    desk.room.happen("budget", times=120)
    assert only(desk.run()).told == 120
    assert [(body["data"]["first"], body["data"]["last"]) for body in desk.inbox.bodies()] == [
        (4, 53),
        (54, 103),
        (104, 123),
    ]


def test_notify__one_run_tells_a_receiver_a_thousand_changes_and_leaves_the_rest(desk: Desk) -> None:
    desk.room.happen("budget", times=1010)
    assert (only(desk.run()).told, desk.cursors) == (1000, {"osds": 1003})
    assert (only(desk.run()).told, desk.cursors) == (10, {"osds": 1013})


def test_notify__tries_again_with_the_same_id_and_keeps_the_wait(desk: Desk) -> None:
    desk.inbox.manners = [says(500), says(429, Retry_After="7"), cut, says(503)]
    desk.room.happen("budget")
    assert only(desk.run()).told == 1
    assert (desk.inbox.asked, len(desk.inbox.taken)) == (5, 1)
    assert 7 in desk.waited


@pytest.mark.parametrize("status", [500, 503, 408, 429])
def test_notify__one_that_fails_keeps_its_place_and_others_are_told(desk: Desk, status: int) -> None:
    desk.policy(HOOK + OTHER)
    desk.run()
    desk.room.happen("budget")
    desk.inbox.habits["/osds"] = says(status)
    done = desk.run()
    failed, other = done.deliveries
    assert f"answered {status}" in failed.problem
    assert (failed.told, failed.left, done.exit_code) == (0, 1, EXIT_OUTSIDE)
    assert (other.told, other.problem) == (1, "")
    assert desk.cursors == {"osds": 3, "other": 4}
    del desk.inbox.habits["/osds"]
    assert [delivery.told for delivery in desk.run().deliveries] == [1, 0]
    assert (desk.cursors, len(desk.inbox.bodies()), len(desk.inbox.bodies("/other"))) == ({"osds": 4, "other": 4}, 1, 1)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 304])
def test_notify__one_that_refuses_is_not_asked_twice(desk: Desk, status: int) -> None:
    desk.inbox.habits["/osds"] = says(status)
    desk.room.happen("budget")
    done = desk.run()
    assert f"answered {status}" in only(done).problem
    assert (desk.inbox.asked, done.exit_code, desk.cursors) == (1, EXIT_USAGE, {"osds": 3})


@pytest.mark.parametrize(
    "place", ["https://127.0.0.1:{port}/other", "https://hooks.example.org/other", "http://10.0.0.1/"]
)
def test_notify__redirects_are_not_followed(desk: Desk, place: str) -> None:
    desk.inbox.habits["/osds"] = says(307, Location=place.format(port=desk.inbox.port))
    desk.room.happen("budget")
    assert "redirects are not followed" in only(desk.run()).problem
    assert (desk.inbox.asked, desk.inbox.taken) == (1, [])


def test_notify__a_wait_of_a_day_ends_the_run_for_that_receiver(desk: Desk) -> None:
    desk.inbox.habits["/osds"] = says(503, Retry_After="86400")
    desk.room.happen("budget")
    assert "asks to wait 86,400 seconds" in only(desk.run()).problem
    assert desk.inbox.asked == 1


def test_notify__an_answer_without_an_end_is_ended(desk: Desk) -> None:
    desk.inbox.manners, desk.seconds = [drip], 0.5
    desk.room.happen("budget")
    started = time.monotonic()
    assert only(desk.run()).told == 1  # by the second try
    assert time.monotonic() - started < 5


def test_notify__a_giant_answer_is_not_read(desk: Desk) -> None:
    desk.inbox.manners = [gush]
    desk.room.happen("budget")
    started = time.monotonic()
    assert only(desk.run()).told == 1
    assert time.monotonic() - started < 5
    assert desk.inbox.asked == 1


def test_notify__a_server_in_the_house_is_not_asked(inbox: Inbox) -> None:
    sender = WebhookSender(reach=Reach())
    with pytest.raises(UnsafeInputError, match="private address"):
        sender.send(f"https://127.0.0.1:{inbox.port}/osds", b"{}", lambda _: {})
    assert inbox.asked == 0


def test_notify__killed_between_delivery_and_note_sends_the_same_again(desk: Desk) -> None:
    send = desk.couriers().send

    def killed(receiver: Receiver, message: Message) -> None:
        send(receiver, message)
        raise Killed

    desk.room.happen("budget")
    with pytest.raises(Killed):
        desk.run(killed)
    assert desk.cursors == {"osds": 3}
    assert only(desk.run()).told == 1
    first, second = desk.inbox.taken
    assert (first.id, first.body) == (second.id, second.body)
    assert desk.cursors == {"osds": 4}


def test_notify__what_others_write_meanwhile_is_kept(desk: Desk) -> None:
    send = desk.couriers().send

    def beside(receiver: Receiver, message: Message) -> None:
        send(receiver, message)
        desk.room.happen("roads")  # somebody else moves the branch before the note is written

    desk.room.happen("budget")
    assert only(desk.run(beside)).told == 1
    assert desk.cursors == {"osds": 4}
    assert desk.room.text("data/changes.csv").count("\n") == 6
    assert only(desk.run()).told == 1


def test_notify__a_bug_with_one_receiver_does_not_stop_others(desk: Desk) -> None:
    desk.policy(HOOK + OTHER)
    desk.run()
    desk.room.happen("budget")
    send = desk.couriers().send

    def stumble(receiver: Receiver, message: Message) -> None:
        if receiver.id.endswith("/osds"):
            raise ZeroDivisionError("by zero")
        send(receiver, message)

    done = desk.run(stumble)
    assert [each.problem for each in done.deliveries] == ["ZeroDivisionError: by zero", ""]
    assert (done.exit_code, desk.cursors) == (EXIT_BUG, {"osds": 3, "other": 4})


def test_notify__one_that_is_listed_no_more_is_forgotten(desk: Desk) -> None:
    desk.policy(OTHER)
    assert only(desk.run()).new
    assert desk.cursors == {"other": 3}


def test_notify__a_dry_run_and_a_freeze_do_nothing(desk: Desk) -> None:
    desk.room.happen("budget")
    tip = desk.tip
    assert only(desk.run(dry_run=True)).told == 1
    assert desk.run(frozen=True).frozen
    assert (desk.tip, desk.inbox.asked) == (tip, 0)


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({}, "OSDS_HOOK has no secret"),
        ({"OSDS_HOOK": "hunter2-hunter2-hunter2-hunter2"}, "OSDS_HOOK does not hold the secret of a webhook"),
        ({"OSDS_NOTIFY_SECRETS": f"A=b\nOSDS_HOOK = {SECRET}\n"}, ""),
        ({"OSDS_NOTIFY_SECRETS": "nonsense\n=\n\nOSDS_HOOK"}, "OSDS_HOOK has no secret"),
    ],
)
def test_notify__secrets_come_from_the_environment_and_stay_there(
    desk: Desk, environ: dict[str, str], problem: str
) -> None:
    desk.room.happen("budget")
    couriers = desk.couriers(environ=environ)
    done = desk.run(couriers.send)
    assert only(done).problem.startswith(problem)
    assert (only(done).told == 1) == (problem == "")
    assert not any(word in repr((done, couriers)) for word in ("hunter2", SECRET, SECRET[6:]))


def test_notify__a_secret_of_somebody_else_is_noticed_by_the_receiver(desk: Desk) -> None:
    desk.room.happen("budget")
    done = desk.run(desk.couriers(environ={"OSDS_HOOK": "whsec_" + "QUFB" * 10}).send)
    assert "answered 401" in only(done).problem
    assert (desk.inbox.forged, desk.inbox.taken) == (1, [])


# By GitHub's dispatch


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    """GitHub with the registry and a site that wants to know."""
    with github_with_registry(tmp_path / "github") as forge:
        forge.add("os-team/site", {"README.md": b"x"}, writers={"keeper"})
        yield forge


@pytest.fixture
def wired(desk: Desk) -> Desk:
    desk.policy("- dispatch: os-team/site\n")
    desk.run()
    desk.room.happen("budget", "schools")
    return desk


def test_dispatch__starts_workflows_with_ids_alone(wired: Desk, github: Forge) -> None:
    couriers = wired.couriers(access=access(github, "keeper-token"))
    assert only(wired.run(couriers.send)).told == 2
    (sent,) = github.repositories["os-team/site"].dispatches
    assert sent["event_type"] == "osds"
    payload = check(sent["client_payload"])
    assert (payload["first"], payload["last"], payload["datasets"]) == (4, 5, ["town/budget", "town/schools"])
    assert only(wired.run(couriers.send)).told == 0
    assert len(github.repositories["os-team/site"].dispatches) == 1


def test_dispatch__after_an_unclear_failure_the_next_run_sends_the_same_id(wired: Desk, github: Forge) -> None:
    couriers = wired.couriers(access=access(github, "keeper-token"))
    github.faults["POST", "/dispatches"] = [drop_after]
    done = wired.run(couriers.send)
    assert (only(done).told, done.exit_code) == (0, EXIT_OUTSIDE)
    assert only(wired.run(couriers.send)).told == 2
    first, second = github.repositories["os-team/site"].dispatches
    assert first == second


def test_dispatch__waits_as_long_as_github_asks(wired: Desk, github: Forge) -> None:
    couriers = wired.couriers(access=access(github, "keeper-token"))
    github.faults["POST", "/dispatches"] = [answer_with(429, "slow down", {"Retry-After": "30"})]
    started = github.timer.now()
    assert only(wired.run(couriers.send)).told == 2
    assert github.timer.now() - started >= 30


@pytest.mark.parametrize("token", ["alice-token", None])
def test_dispatch__without_the_right_to_it(wired: Desk, github: Forge, token: str | None) -> None:
    done = wired.run(wired.couriers(access=access(github, token)).send)
    assert (only(done).told, done.exit_code) == (0, EXIT_USAGE)
    assert github.repositories["os-team/site"].dispatches == []


def test_dispatch__by_a_token_of_its_own(wired: Desk, github: Forge) -> None:
    wired.policy("- dispatch: os-team/site\n  secret: SITE_TOKEN\n")
    couriers = wired.couriers(access=access(github, "alice-token"), environ={"SITE_TOKEN": "keeper-token"})
    assert only(wired.run(couriers.send)).told == 2


def test_notify__a_registry_on_github(desk: Desk, github: Forge) -> None:
    couriers = desk.couriers(access=access(github, "keeper-token"))

    def run() -> Notified:
        remote = Remote(url=f"{github.url}/os-team/registry", token="keeper-token")
        with open_remote(remote, depth=1) as registry:
            return notify(registry, couriers.send, name="os-team/registry", clock=lambda: NOW, progress=Silent())

    assert run().deliveries == ()
    assert not [each for each in github.writes() if "receive-pack" in each]


def test_command__says_what_it_did(desk: Desk) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli, ["registry", "notify", str(desk.room.folder), *arguments], standalone_mode=False)

    assert run().stdout == f"Nothing new for the webhook at {HOST}\n"
    desk.room.happen("budget")
    assert run("--dry-run").stdout == f"Would tell the webhook at {HOST} 1 change\n"
    done = run("--json")
    assert done.return_value == EXIT_USAGE  # there is no secret
    assert json.loads(done.stdout)["receivers"][0]["left"] == 1
    desk.policy("")
    assert run().stdout.startswith("Nobody is to be told")
    assert run().return_value == EXIT_OK
    desk.policy(OTHER)
    assert run().stdout == f"The webhook at {HOST} is new: it is told what changes from now on\n"
