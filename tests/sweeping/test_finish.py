"""The end of a sweep: what is published, healed, backed up and noted, and whose word is not taken for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from osds.cli import run
from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.registry.finish import Backups, Finish, Finished, read_result, shard_folder
from osds.commands.registry.finish_store import Shelf, source_of
from osds.commands.store.publish import publish_bundle
from osds.dataset.identity import DatasetId
from osds.edges.git.registry import open_registry
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OutsideError, UsageError
from osds.progress import Silent
from osds.registry.catalog import CATALOG_FILE, Entry, parse_catalog
from osds.registry.forge import DatasetRepository, Person
from osds.registry.status import Status, Trouble, Verdict
from osds.registry.sweep_plan import GENERATOR, Plan, Planned, render_plan
from osds.registry.sweep_result import BUNDLE, DATA, RESULT_FILE, Outcome, Result, render_result
from osds.store.manifest import Identity, Manifest, SourceFacts
from tests.registry.own_forge import OwnForge
from tests.store.publishing import ONE, THREE, TWO, Watched, write_bundle
from tests.sweeping.test_sweep import snapshot
from tests.sweeping.town import OWNER, Town, dataset, found_town

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
WRITES = {"create", "replace", "put", "delete", "upload"}
BUDGET = DatasetId(owner=OWNER, name="budget")


@dataclass
class Clock:
    """It stands still."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return 0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass
class Night:
    """A registry of one dataset, `budget`, and the results of a sweep over it."""

    root: Path
    town: Town
    store: ObjectStore
    writes: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.town.git / "budget")

    @property
    def plan(self) -> Plan:
        planned = Planned(owner=OWNER, name="budget", url=self.url)
        return Plan(commit="c" * 40, generator=GENERATOR, shards=((planned,),))

    @property
    def folder(self) -> Path:
        return shard_folder(self.root / "results", 0) / OWNER / "budget"

    def found(self, files: Mapping[str, bytes] | None = None, **values: Any) -> Result:
        """Write a result, and a bundle of these files beside it."""
        shutil.rmtree(self.root / "results", ignore_errors=True)
        self.folder.mkdir(parents=True)
        known: dict[str, Any] = {"owner": OWNER, "name": "budget", "url": self.url, "commit": self.town.head("budget")}
        if files is not None:
            write_bundle(self.folder / BUNDLE, files)
            known |= {"outcome": Outcome.LOOKED, "verdict": Verdict.VALID, "rows": 3, "seconds": 2}
        result = Result(**{**known, **values})
        (self.folder / RESULT_FILE).write_text(render_result(result), encoding="utf-8")
        return result

    def finish(self, *, backups: Backups | None = None, dry_run: bool = False, plan: Plan | None = None) -> Finished:
        """Finish the sweep; `writes` has what was written to the store."""
        self.writes.clear()

        def watch(when: str, call: str, key: str) -> None:
            if when == "before" and call in WRITES:
                self.writes.append(f"{call} {key}")

        with open_registry(self.town.registry) as registry:
            finish = Finish(
                registry=registry,
                plan=plan or self.plan,
                results=self.root / "results",
                store=Watched(self.store, watch),
                backups=backups,
                access=LfsAccess(),
                progress=Silent(),
                clock=Clock(),
            )
            return finish.run(dry_run=dry_run)

    @property
    def status(self) -> Status:
        return self.town.book.statuses[OWNER, "budget"]

    def publish(self, files: Mapping[str, bytes], commit: str | None = None) -> None:
        """What the dataset's own workflow does."""
        bundle = write_bundle(self.root / "own", files)
        source = SourceFacts(repository=self.url, commit=commit or self.town.head("budget"))
        publish_bundle(bundle, BUDGET, source, self.store, dry_run=False, progress=Silent())


@pytest.fixture
def night(tmp_path: Path, home: Path) -> Night:
    town = found_town(tmp_path, {"budget": dataset("budget")})
    return Night(root=tmp_path, town=town, store=open_store(str(tmp_path / "store")))


def test_finish__publishes_and_notes_once(night: Night) -> None:
    night.found(ONE)
    done = night.finish()
    assert (done.published, done.recorded.changed) == (("town/budget",), True)
    assert night.town.events == ["published budget version 1"]
    assert (night.status.version, night.status.published) == (1, "2026-01-31T12:00:00Z")
    commits = night.town.commits
    again = night.finish()
    assert (again.published, again.recorded.changed, night.writes, night.town.commits) == ((), False, [], commits)


def test_finish__a_dry_run_writes_nothing(night: Night) -> None:
    night.found(ONE)
    commits = night.town.commits
    done = night.finish(dry_run=True)
    assert [event.detail for event in done.recorded.record.events] == ["version 1"]
    assert (night.writes, night.town.commits) == ([], commits)


def test_finish__notes_what_the_dataset_published_itself(night: Night) -> None:
    night.publish(ONE)
    night.found(ONE)
    assert night.finish().published == ()
    assert night.writes == []
    assert night.town.events == ["published budget version 1"]


def test_finish__completes_what_a_killed_publisher_left(night: Night) -> None:
    night.publish(ONE)
    plain = night.root / "store" / "datasets" / OWNER / "budget" / "aggregates"
    shutil.rmtree(plain)
    night.found(outcome=Outcome.SETTLED)
    night.finish()
    assert {path.name for path in plain.iterdir()} == {*ONE, "datapackage.json"}
    night.finish()
    assert night.writes == []


def test_finish__what_the_store_has_lost_is_planned_again(night: Night) -> None:
    night.found(ONE)
    night.finish()
    shutil.rmtree(night.root / "store")
    night.found(outcome=Outcome.SETTLED)
    night.finish()
    assert (night.status.version, night.status.published) == (0, "")
    assert run(["registry", "plan", str(night.town.registry), "--output", str(night.root / "plan.json")]) == 0
    assert '"settled": ""' in (night.root / "plan.json").read_text("utf-8")


def test_finish__the_gate_holds_back_and_a_person_lets_through(night: Night) -> None:
    long, short = {"a": 100, "columns": ["x"]}, {"a": 1, "columns": ["x"]}
    for rows, commit in ((long, ""), (short, "second")):
        if commit:
            night.town.change("budget", {"new.txt": commit.encode()})
        night.found(ONE if not commit else TWO)
        descriptor = night.folder / BUNDLE / "datapackage.json"
        package = json.loads(descriptor.read_text("utf-8"))
        package["osds"]["source"] = {"tables": [{"resource": "budget", "rows": rows["a"], "columns": rows["columns"]}]}
        descriptor.write_text(json.dumps(package), encoding="utf-8")
        night.finish()
    assert night.town.events == ["published budget version 1", "trouble budget held: rows of budget: 100 before, 1 now"]
    assert night.status.version == 1
    found = night.found(TWO, gate={"lost-rows": 100})
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    assert found.gate == {"lost-rows": 100}
    night.finish()
    assert night.town.events[2:] == [
        "published budget version 2",
        "recovered budget held: rows of budget: 100 before, 1 now",
    ]


def test_finish__publishes_nothing_older_than_what_the_dataset_has_published_meanwhile(night: Night) -> None:
    night.found(ONE)  # of the first commit
    newer = night.town.change("budget", {"budget.csv": b"new"})
    night.publish(TWO, newer)
    done = night.finish()
    assert done.published == ()
    assert json.loads((night.store.get("datasets/town/budget/datapackage.json") or (b"",))[0])["osds"]["sequence"] == 1
    assert night.town.events == ["published budget version 1"]


def test_finish__publishes_the_data_that_the_dataset_wants_published(night: Night) -> None:
    night.found(ONE, publish_data="all")
    (night.folder / DATA).mkdir()
    for name, content in dataset("budget").items():
        (night.folder / DATA / name).write_bytes(content)
    night.finish()
    manifest = json.loads((night.store.get("datasets/town/budget/datapackage.json") or (b"",))[0])
    assert [entry["path"] for entry in manifest["osds"]["data"]] == ["budget.csv"]
    night.finish()
    assert night.writes == []


def test_finish__backs_up_what_is_not_core(night: Night) -> None:
    backups = open_store(str(night.root / "backups"))
    night.found(ONE)
    assert night.finish(backups=Backups(store=backups, max_bytes=10**9)).backed_up == ("town/budget",)
    before = snapshot(night.root / "backups")
    assert before
    assert night.finish(backups=Backups(store=backups, max_bytes=10**9)).backed_up == ()
    assert snapshot(night.root / "backups") == before
    elsewhere = open_store(str(night.root / "elsewhere"))
    taken_down = Backups(store=elsewhere, max_bytes=10**9, takedowns=("Town/Budget",))
    assert night.finish(backups=taken_down).backed_up == ()
    catalog = parse_catalog((night.town.registry / CATALOG_FILE).read_text("utf-8"))
    entry = catalog.rows[0].entry
    night.town.write(CATALOG_FILE, catalog.with_entry(replace(entry, core="core")).render())
    assert night.finish(backups=Backups(store=elsewhere, max_bytes=10**9)).backed_up == ()
    assert snapshot(night.root / "elsewhere") == {}


def test_finish__a_backup_that_fails_is_a_trouble(night: Night) -> None:
    night.found(ONE)
    night.finish(backups=Backups(store=open_store(str(night.root / "backups")), max_bytes=10))
    [standing] = night.status.troubles
    assert (standing.trouble, standing.told) == (Trouble.FAILED, False)
    assert standing.detail.startswith("Its backup failed: ")
    assert night.status.version == 1


def other_bytes(night: Night) -> None:
    (night.folder / BUNDLE / "apex.csv").write_bytes(b"value\n999\n")


def a_link(night: Night) -> None:
    (night.folder / BUNDLE / "apex.csv").unlink()
    (night.folder / BUNDLE / "apex.csv").symlink_to("/etc/passwd")


def no_bundle(night: Night) -> None:
    shutil.rmtree(night.folder / BUNDLE)


def another_name(night: Night) -> None:
    descriptor = night.folder / BUNDLE / "datapackage.json"
    descriptor.write_text(descriptor.read_text("utf-8").replace('"budget"', '"treasury"'), encoding="utf-8")


@pytest.mark.parametrize("harm", [other_bytes, a_link, no_bundle, another_name])
def test_finish__a_bundle_that_is_not_what_it_says_is_not_published(night: Night, harm: Any) -> None:
    night.found(ONE)
    harm(night)
    assert night.finish().published == ()
    assert not any("datapackage.json" in write for write in night.writes)
    assert [standing.trouble for standing in night.status.troubles] == [Trouble.FAILED]


@pytest.mark.parametrize(
    "change", [{"name": "treasury"}, {"owner": "mallory"}, {"url": "https://github.com/mallory/budget"}]
)
def test_read__a_result_of_another_dataset_is_none(night: Night, change: Any) -> None:
    result = night.found(ONE)
    (night.folder / RESULT_FILE).write_text(render_result(replace(result, **change)), encoding="utf-8")
    [[planned]] = night.plan.shards
    assert read_result(night.root / "results", 0, planned) is None


def test_read__a_job_cannot_answer_for_another(night: Night) -> None:
    night.found(ONE)
    [[planned]] = night.plan.shards
    assert read_result(night.root / "results", 0, planned) is not None
    assert read_result(night.root / "results", 1, planned) is None


def test_read__nothing_through_a_link(night: Night) -> None:
    night.found(ONE)
    moved = night.root / "elsewhere"
    night.folder.rename(moved)
    night.folder.symlink_to(moved)
    [[planned]] = night.plan.shards
    assert read_result(night.root / "results", 0, planned) is None


def test_finish__stops_if_hardly_any_result_arrives(night: Night) -> None:
    night.found(ONE)
    (night.folder / RESULT_FILE).write_text("{}", encoding="utf-8")
    commits = night.town.commits
    with pytest.raises(OutsideError, match="Only 0 of 1 datasets have a result"):
        night.finish()
    assert (night.writes, night.town.commits) == ([], commits)


def test_finish__stops_if_very_many_are_lost_at_once(tmp_path: Path, home: Path) -> None:
    names = [f"d{n}" for n in range(10)]
    town = found_town(tmp_path, dict.fromkeys(names))
    planned = tuple(Planned(owner=OWNER, name=name, url=str(town.git / name)) for name in names)
    plan = Plan(commit="c" * 40, generator=GENERATOR, shards=(planned,))
    night = Night(root=tmp_path, town=town, store=open_store(str(tmp_path / "store")))

    def all_of(gone: int) -> None:
        for number, each in enumerate(planned):
            folder = shard_folder(tmp_path / "results", 0) / OWNER / each.name
            folder.mkdir(parents=True, exist_ok=True)
            known: dict[str, Any] = {"owner": OWNER, "name": each.name, "url": each.url}
            well = {"outcome": Outcome.LOOKED, "verdict": Verdict.INVALID, "errors": 1, "commit": "a" * 40}
            ill = {"outcome": Outcome.GONE, "detail": "not found"}
            result = Result(**known, **(ill if number < gone else well))
            (folder / RESULT_FILE).write_text(render_result(result), encoding="utf-8")

    all_of(0)
    night.finish(plan=plan)
    town.write("data/status.json", town.book.render().replace('"trouble": "invalid"', '"trouble": "silent"'))
    commits = town.commits
    all_of(5)
    with pytest.raises(OutsideError, match=r"10 of 10 datasets .* looks like an outage"):
        night.finish(plan=plan)
    assert (night.writes, town.commits) == ([], commits)


def test_finish__a_row_that_has_gone_is_left_alone(night: Night) -> None:
    night.found(ONE)
    night.finish()
    night.town.write(CATALOG_FILE, (night.town.registry / CATALOG_FILE).read_text("utf-8").split("\n")[0] + "\n")
    night.found(TWO)
    done = night.finish()
    assert (done.published, night.writes, dict(night.town.book.statuses)) == ((), [], {})


@pytest.mark.parametrize("how", ["policy", "variable"])
def test_finish__does_nothing_while_the_registry_is_frozen(
    night: Night, how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    night.found(ONE)
    if how == "policy":
        policy = (night.town.registry / "osds.yml").read_text("utf-8")
        night.town.write("osds.yml", policy.replace("\nfreeze: false", "\nfreeze: true"))
    else:
        monkeypatch.setenv("OSDS_FREEZE", "1")
    (night.root / "plan.json").write_text(render_plan(night.plan), encoding="utf-8")
    commits = night.town.commits
    words = [str(night.town.registry), "--plan", str(night.root / "plan.json"), "--store", str(night.root / "store")]
    assert run(["registry", "finish", *words, "--results", str(night.root / "results")]) == 0
    assert "The registry is frozen" in capsys.readouterr().out
    assert night.town.commits == commits
    assert not (night.root / "store").exists()
    assert run(["registry", "plan", words[0], "--output", str(night.root / "new.json")]) == 0
    assert '"shards": [\n\n]' in (night.root / "new.json").read_text("utf-8")


def forge_with(root: Path, number: int | None) -> OwnForge:
    """GitHub as it is, with a repository of this number at the address of the dataset, or none."""
    forge = OwnForge(root=root, clock=lambda: NOW)
    if number is not None:
        url = "https://github.com/town/budget"
        owner = Person(id=1, login="town")
        forge.repositories[url] = DatasetRepository(
            id=number, url=url, clone_url=url, full_name="town/budget", owner=owner, public=True
        )
    return forge


@pytest.mark.parametrize(
    ("listed", "there", "published"), [("7", 7, True), ("", 8, True), ("7", 8, False), ("7", None, False)]
)
def test_shelf__publishes_only_from_the_repository_that_was_registered(
    night: Night, listed: str, there: int | None, *, published: bool
) -> None:
    entry = Entry(url="https://github.com/town/budget", name="budget", owner=OWNER, extra={"repository_id": listed})
    forge = forge_with(night.root, there)
    shelf = Shelf(store=night.store, forge=forge, access=LfsAccess(), clock=Clock(), dry_run=False)
    stored = shelf.keep(entry, night.found(ONE), night.folder)
    assert (stored.version == 1) is published
    assert shelf.published == ({"town/budget"} if published else set())
    if not published:
        assert (stored.version, stored.failure) == (
            0,
            "Another repository stands at its address, so nothing of it was published",
        )


def test_shelf__the_commit_that_is_published_needs_no_number(night: Night) -> None:
    night.publish(ONE)
    entry = Entry(url="https://github.com/town/budget", name="budget", owner=OWNER, extra={"repository_id": "7"})
    forge = forge_with(night.root, None)
    shelf = Shelf(store=night.store, forge=forge, access=LfsAccess(), clock=Clock(), dry_run=False)
    assert shelf.keep(entry, night.found(TWO), night.folder).version == 2  # another version of osds added it up


def identity(repository: str | None, number: int | None) -> Manifest:
    """A manifest of which only the identity matters here."""
    known = Identity(content_sha256="", repository=repository, repository_id=number)
    return Manifest(content=b"", raw={}, sequence=1, identity=known, files=(), data=())


@pytest.mark.parametrize(
    ("known", "ours", "used"),
    [
        (None, 7, ("https://github.com/town/budget", 7)),
        (("https://github.com/Town/Budget", 7), 7, ("https://github.com/Town/Budget", 7)),
        (("https://github.com/town/budget", 7), None, ("https://github.com/town/budget", 7)),
        (("https://github.com/town/budget", None), 7, ("https://github.com/town/budget", None)),
        (("https://github.com/town/budget", 7), 8, ("https://github.com/town/budget", 8)),
        (("https://github.com/old/budget", 7), 7, ("https://github.com/town/budget", 7)),
        ((None, None), None, ("https://github.com/town/budget", None)),
    ],
)
def test_source__is_that_of_the_datasets_own_workflow_where_it_is_the_same(
    known: tuple[str | None, int | None] | None, ours: int | None, used: tuple[str, int | None]
) -> None:
    extra = {"repository_id": str(ours)} if ours else {}
    entry = Entry(url="https://github.com/town/budget", name="budget", owner=OWNER, extra=extra)
    source = source_of(entry, "a" * 40, identity(*known) if known else None)
    assert (source.repository, source.repository_id) == used


def test_commands__refuse_a_plan_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["registry", "shard", "--plan", str(tmp_path / "plan.json"), "--shard", "0"]
    assert run(words) == UsageError.exit_code
    (tmp_path / "plan.json").write_text('{"format": 9}', encoding="utf-8")
    assert run(words) == 3
    plan = Plan(commit="c" * 40, generator=GENERATOR, shards=())
    (tmp_path / "plan.json").write_text(render_plan(plan), encoding="utf-8")
    assert run(words) == UsageError.exit_code
    assert "There is no plan" in capsys.readouterr().err


def test_finish__the_smallest_bundle_is_still_one(night: Night) -> None:
    night.found(THREE)
    assert night.finish().published == ("town/budget",)
