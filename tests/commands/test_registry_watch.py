"""The watchdog on a GitHub on loopback: silence, failures, schedules switched off, repositories gone or moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.errors import OutsideError, UsageError
from osds.registry.status import Trouble
from osds.registry.watch import Switched
from tests.commands.watching import DAY, PATH, book, caller, github_with, look, promise, ran, told
from tests.edges.git_backend import git, tip
from tests.edges.http_faults import answer_with
from tests.forge.people import REGISTRY
from tests.forge.state import Forge
from tests.forge.values import Workflow

HOUR = 3600.0
OFF = "GitHub switched .github/workflows/osds.yml off after 60 days without a commit"


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    with github_with(tmp_path / "github", "budget", "roads", "water", "woods", "zoo") as forge:
        yield forge


@pytest.fixture
def workflow(github: Forge) -> Workflow:
    """The workflow of alice/budget, which ran this morning; of the others, only files are known."""
    found = promise(github, "budget")
    ran(github, found, ago=2 * HOUR)
    return found


def commits(forge: Forge) -> int:
    return int(git(forge.repositories[REGISTRY].folder, "rev-list", "--count", "HEAD"))


def successful_writes(forge: Forge) -> int:
    return sum(request.writes and request.status < 300 for request in forge.requests)


def troubles(forge: Forge, name: str = "budget") -> list[Trouble]:
    return [standing.trouble for standing in book(forge).statuses["alice", name].troubles]


def test_watch__notes_rhythm_and_last_run_and_then_nothing(github: Forge, workflow: Workflow) -> None:
    done = look(github)
    status = book(github).statuses["alice", "budget"]
    assert (status.rhythm, status.last_run, status.troubles) == (("17 5 * * *",), "2025-12-31T22:00:00Z", ())
    assert list(book(github).statuses) == [("alice", "budget")], "of the others there is nothing to say"
    assert (done.looked, done.left, done.recorded.changed) == (5, 0, True)
    assert told(github) == []
    before = tip(github.repositories[REGISTRY].folder, "main"), successful_writes(github)
    assert not look(github).recorded.changed
    assert (tip(github.repositories[REGISTRY].folder, "main"), successful_writes(github)) == before


def test_watch__sixty_one_days_of_silence(github: Forge, workflow: Workflow) -> None:
    """Told once, a week after the run that was missed; its end is told as well."""
    for days in (1, 1, 6, 1, 52):
        github.timer.skip(days * DAY)
        look(github)
    assert told(github) == [
        "budget trouble silent: .github/workflows/osds.yml should have run on 2026-01-01 at 05:17 UTC; "
        "its last run was on 2025-12-31"
    ]
    assert commits(github) == 1 + 3, "rhythm, trouble, and that it was told"
    ran(github, workflow)
    look(github)
    assert told(github)[1].startswith("budget recovered silent")
    assert troubles(github) == []


def test_watch__switches_on_what_github_switched_off_where_it_may(github: Forge, workflow: Workflow) -> None:
    workflow.state = "disabled_inactivity"
    look(github)
    look(github)
    assert (workflow.state, [line.partition("; ")[2] for line in told(github)]) == (
        "disabled_inactivity",
        ["osds may not switch it on there, but its owner can, on the page Actions"],
    )
    token = github.tokens["app-token"]
    token.repositories = frozenset({REGISTRY, "alice/budget"})
    assert [each.on for each in look(github, dry_run=True).switched] == [True]
    assert workflow.state == "disabled_inactivity"
    assert [each.on for each in look(github).switched] == [True]
    assert workflow.state == "active"
    look(github)
    assert told(github)[1:] == [f"budget recovered disabled: {OFF}; osds switched it on again"]


def test_watch__a_persons_token_switches_on_where_the_person_may_write(github: Forge, workflow: Workflow) -> None:
    workflow.state = "disabled_inactivity"
    github.repositories[REGISTRY].roles["alice"] = "write"
    look(github, token="alice-token")
    assert told(github) == [f"budget trouble disabled: {OFF}; osds switched it on again"]
    assert workflow.state == "active"


@pytest.mark.parametrize(
    ("state", "detail"),
    [
        ("disabled_manually", ".github/workflows/osds.yml was switched off by hand"),
        ("disabled_fork", "GitHub keeps .github/workflows/osds.yml off as in every fork"),
    ],
)
def test_watch__leaves_to_its_owner_what_the_owner_decides(
    github: Forge, workflow: Workflow, state: str, detail: str
) -> None:
    workflow.state = state
    github.tokens["app-token"].repositories = frozenset({REGISTRY, "alice/budget"})
    look(github)
    assert workflow.state == state
    assert told(github)[0].startswith(f"budget trouble disabled: {detail}")


def test_watch__the_registrys_own_workflows(github: Forge) -> None:
    merge = github.add_workflow(REGISTRY, ".github/workflows/registry-merge.yml", state="disabled_inactivity")
    by_hand = github.add_workflow(REGISTRY, ".github/workflows/registry-sweep.yml", state="disabled_manually")
    done = look(github)
    assert [(each.repository, each.path, each.on) for each in done.switched] == [(REGISTRY, merge.path, True)]
    assert (merge.state, by_hand.state) == ("active", "disabled_manually")


def test_watch__keeps_a_quiet_registrys_workflows_awake_once_a_month(github: Forge) -> None:
    github.timer.skip(-github.timer.now() + 1_700_000_000)  # when the registry's only commit was made
    merge = github.add_workflow(REGISTRY, ".github/workflows/registry-merge.yml")
    seen = []
    for days in (29, 2, 28, 3):
        github.timer.skip(days * DAY)
        seen.append([each.now for each in look(github).switched])
    assert seen == [[], [Switched.AWAKE], [], [Switched.AWAKE]]
    assert merge.state == "active"


def test_watch__runs_that_fail(github: Forge, workflow: Workflow) -> None:
    for days in (1, 6, 2):
        github.timer.skip(days * DAY)
        ran(github, workflow, ago=HOUR, conclusion="failure")
        ran(github, workflow, ago=HOUR / 2, conclusion="cancelled")
        look(github)
    assert told(github) == ["budget trouble failing: .github/workflows/osds.yml fails when its schedule starts it"]
    ran(github, workflow)
    look(github)
    assert told(github)[1].startswith("budget recovered failing")


def test_watch__moved_and_gone(github: Forge, workflow: Workflow) -> None:
    github.rename("alice/budget", "alice/money")
    github.repositories["alice/roads"].private = True
    for _ in range(2):
        ran(github, workflow)
        look(github)
        github.timer.skip(8 * DAY)
    assert sorted(told(github)) == [
        "budget trouble moved: its repository is now https://github.com/alice/money",
        "roads trouble gone: GitHub shows no repository there: it was deleted or made private",
    ]
    github.repositories["alice/roads"].private = False
    look(github)
    assert told(github)[-1].startswith("roads recovered gone")


def test_watch__another_repository_at_the_address_is_no_home(tmp_path: Path) -> None:
    catalog = "url,name,owner,core,repository_id\nhttps://github.com/alice/budget,budget,alice,,4\n"
    with github_with(tmp_path / "github", "budget", catalog=catalog) as github:
        look(github)
        assert troubles(github) == [Trouble.GONE]


def test_watch__an_archived_repository_promises_nothing(github: Forge, workflow: Workflow) -> None:
    look(github)
    github.repositories["alice/budget"].archived = True
    github.timer.skip(60 * DAY)
    look(github)
    status = book(github).statuses["alice", "budget"]
    assert (status.rhythm, status.troubles) == ((), ())


def test_watch__a_github_out_of_order_is_nobodys_trouble(github: Forge, workflow: Workflow) -> None:
    look(github)
    before = commits(github)
    for name in ("budget", "roads"):
        github.repositories[f"alice/{name}"].private = True
    with pytest.raises(OutsideError, match="no repository for 2 of 5"):
        look(github)
    github.repositories["alice/roads"].private = False
    github.faults["GET", "/repos/alice/zoo"] = [answer_with(500, "no")] * 6
    github.faults["GET", "/repos/alice/woods"] = [answer_with(500, "no")] * 6
    with pytest.raises(OutsideError, match="did not answer for 2 of 5"):
        look(github)
    assert commits(github) == before


def test_watch__one_that_cannot_be_looked_at_keeps_its_troubles(github: Forge, workflow: Workflow) -> None:
    workflow.state = "disabled_manually"
    look(github)
    workflow.state = "active"
    github.faults["GET", "/repos/alice/budget"] = [answer_with(500, "no")] * 6
    done = look(github)
    assert done.unanswered == ("alice/budget",)
    assert troubles(github) == [Trouble.DISABLED]


@pytest.mark.parametrize(
    "path", ["/repos/alice/zoo", "/repos/alice/zoo/actions/workflows", f"/{REGISTRY}/actions/workflows"]
)
def test_watch__a_token_that_has_run_out_stops_the_run(github: Forge, workflow: Workflow, path: str) -> None:
    github.faults["GET", path] = [answer_with(401, "Bad credentials")]
    with pytest.raises(UsageError, match="401"):
        look(github)
    assert book(github).statuses == {}


def test_watch__notes_what_it_saw_before_the_tokens_limit_was_used_up(github: Forge, workflow: Workflow) -> None:
    github.limit = 12
    done = look(github)
    assert (done.looked + done.left, done.unanswered) == (5, ())
    assert done.looked >= 2
    assert done.left >= 1
    github.limit = 2
    github.timer.skip(2 * HOUR)
    with pytest.raises(OutsideError, match="GitHub asks to wait"):
        look(github)


def test_watch__within_its_requests_and_everybody_in_turn(github: Forge) -> None:
    looked_at: set[str] = set()
    for _ in range(8):
        start = len(github.requests)
        done = look(github, requests=34)
        asked = [request for request in github.requests[start:] if "/api/" in request.path]
        assert len(asked) <= 34
        assert done.left
        looked_at |= {request.path.split("/")[5] for request in asked if "/repos/alice/" in request.path}
        github.timer.skip(DAY)
    assert looked_at == {"budget", "roads", "water", "woods", "zoo"}


@pytest.mark.parametrize(
    "content",
    [
        b"on: push\njobs: {}\n",
        b"not: [yaml",
        b"on:\n  schedule: [{cron: '1 2 3'}]\njobs: {a: {uses: o/osds/.github/workflows/core-data.yml@v0}}\n",
        caller(uses="somebody/else/.github/workflows/build.yml@v1"),
        b"#" * 70_000,
    ],
)
def test_watch__a_file_that_promises_nothing(tmp_path: Path, content: bytes) -> None:
    with github_with(tmp_path / "github", "budget") as github:
        del github.repositories["alice/budget"]
        github.add("alice/budget", {PATH: content})
        promise(github, "budget")
        github.timer.skip(60 * DAY)
        look(github)
        assert book(github).statuses == {}
