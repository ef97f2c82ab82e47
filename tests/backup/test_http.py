"""Backups of repositories on a GitHub of ours, over git's own protocol and http."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osds.commands.backup.backup import BackedUp, Order, back_up
from osds.commands.backup.restore import restore
from osds.commands.clock import SystemClock
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.dataset.identity import DatasetId
from osds.edges.git.mirror import GoneError, Upstream
from osds.edges.store.objects import ObjectStore, open_store
from osds.edges.web.https import Reach
from osds.errors import OutsideError, UnsafeInputError
from osds.progress import Silent
from osds.store.backup import State
from tests.edges.http_faults import answer_with
from tests.forge.people import inhabit
from tests.forge.server import serve
from tests.forge.state import Forge
from tests.samples import ROWS, descriptor

LOOPBACK = Reach(loopback=True)
FILES = {"datapackage.json": json.dumps(descriptor()).encode(), "budget.csv": ROWS.encode()}


@pytest.fixture
def store(tmp_path: Path, home: Path) -> ObjectStore:
    return open_store(str(tmp_path / "store"))


def backed_up(github: Forge, store: ObjectStore, *, token: str | None = None, reach: Reach = LOOPBACK) -> BackedUp:
    url = f"{github.url}/alice/town-budget"
    order = Order(
        upstream=Upstream(url=url, token=token, reach=reach), owner="alice", name="town-budget", max_bytes=10**8
    )
    return back_up(order, store, lfs_sources(None, url, LfsAccess()), clock=SystemClock(), progress=Silent())


def test_backup__over_http(tmp_path: Path, store: ObjectStore) -> None:
    with serve(tmp_path / "github") as github:
        github.add("alice/town-budget", FILES)
        assert backed_up(github, store).backup.sequence == 1
        before = len(github.requests)
        assert backed_up(github, store).changed is False
        asked = [request.path.rpartition("/")[2] for request in github.requests[before:]]
        assert "git-receive-pack" not in asked
        # A server on loopback is no address for a catalog: the repository comes back without an origin.
        restore(
            DatasetId(owner="alice", name="town-budget"), store, tmp_path / "back", max_bytes=10**8, progress=Silent()
        )
        assert {name: (tmp_path / "back" / name).read_bytes() for name in FILES} == FILES


def test_backup__of_a_private_repository(tmp_path: Path, store: ObjectStore) -> None:
    with serve(tmp_path / "github") as github:
        inhabit(github)
        github.add("alice/town-budget", FILES, writers={"alice"}).private = True
        with pytest.raises(GoneError) as caught:
            backed_up(github, store)
        assert "There is no repository at" in str(caught.value)
        done = backed_up(github, store, token="alice-token")
        assert done.backup.sequence == 1
        assert "alice-token" not in repr(done)


def test_backup__of_one_that_disappears_and_of_a_server_that_is_ill(tmp_path: Path, store: ObjectStore) -> None:
    with serve(tmp_path / "github") as github:
        repository = github.add("alice/town-budget", FILES)
        backed_up(github, store)
        fault = answer_with(503, "Unavailable")
        github.faults[("GET", "/info/refs")] = [fault] * 6
        with pytest.raises(OutsideError, match="git ls-remote failed") as caught:
            backed_up(github, store)
        assert not isinstance(caught.value, GoneError)
        github.faults.clear()
        repository.private = True
        gone = backed_up(github, store)
        assert (gone.backup.state, gone.backup.sequence) == (State.GONE, 2)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
def test_backup__of_this_machine_and_of_the_house_is_refused(tmp_path: Path, store: ObjectStore, host: str) -> None:
    with serve(tmp_path / "github") as github:
        github.add("alice/town-budget", FILES)
        github.url = f"https://{host}:{github.url.rpartition(':')[2]}"
        with pytest.raises(UnsafeInputError, match="is not asked"):
            backed_up(github, store, reach=Reach())
        assert github.requests == []
