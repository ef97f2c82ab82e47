"""From facts to diagnoses: a table of everything that can be wrong, one fault at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from osds.doctor import diagnoses, elsewhere
from osds.doctor.diagnosis import Whose
from osds.doctor.examine import examine
from osds.doctor.facts import Facts, Folder, InRegistry, OnGitHub, Trust, WorkflowFiles
from osds.doctor.registry_folder import examine_registry
from osds.doctor.table import GROUPS
from osds.doctor.trust import read_trust
from osds.registry.status import Trouble
from osds.registry.watch import State
from osds.store.policy import parse_repository, trust_policy
from tests.doctor.clinic import HEALTHY, HOME, NOW, NUMBERED, PATH, REGISTRY, files, ill, promise, told, workflow

ROLE = "repo:alice/budget:environment:publish"
ILL: list[tuple[str, Facts]] = [
    ("descriptor-missing", ill(folder=Folder(descriptor=False))),
    ("descriptor-name", ill(folder=Folder(descriptor=False, misnamed=("datapackage.JSON",)))),
    ("settings", ill(troubles=(diagnoses.SETTINGS.at("osds.yml is not YAML at line 2"),))),
    ("lfs-pointers", ill(folder=Folder(descriptor=True, pointers=("a.csv",)))),
    ("workflow-missing", ill(files=WorkflowFiles(good={}))),
    ("workflow-misplaced", ill(files=files(misplaced=(".github/workflow/osds.yml",)))),
    ("workflow-broken", ill(files=files(broken={PATH: 3}))),
    ("workflow-idle", ill(files=files(workflow(on="7")))),
    ("permissions", ill(files=files(workflow(grants="permissions: {contents: read}")))),
    ("cron-unreadable", ill(files=files(workflow(on='{schedule: [{cron: "1 2 3"}]}')))),
    ("cron-crowded", ill(files=files(workflow(on='{schedule: [{cron: "0 5 * * *"}]}')))),
    ("osds-old", replace(HEALTHY, version="1.4.2")),
    ("unpinned", ill(github={"pinned_only": True})),
    ("no-repository", replace(HEALTHY, git=None, github=None)),
    ("remote-missing", ill(git={"url": None}, trust=None)),
    ("not-on-default-branch", ill(git={"on_default": frozenset(), "branch": "work"})),
    ("repository-unseen", ill(github=OnGitHub(repository=None))),
    ("repository-private", ill(github={"repository": replace(HOME, public=False)})),
    ("repository-moved", ill(github={"repository": replace(HOME, url="https://github.com/alice/money")})),
    ("repository-archived", ill(github={"repository": replace(HOME, archived=True)})),
    ("actions-off", ill(github={"actions": False})),
    ("schedule-off", ill(github={"workflows": (promise(State.INACTIVITY),)})),
    ("fork-schedule-off", ill(github={"workflows": (promise(State.FORK),)})),
    ("workflow-off", ill(github={"workflows": (promise(State.MANUALLY),)})),
    ("lfs-quota", ill(registry=told(Trouble.LFS_QUOTA))),
    ("github-fails", ill(troubles=(diagnoses.GITHUB_FAILS.at("GitHub answered 502"),))),
    ("token-refused", ill(troubles=(diagnoses.TOKEN_REFUSED.at(),))),
    ("token-cannot-ask", ill(troubles=(diagnoses.TOKEN_CANNOT.at("os-team/registry"),))),
    ("not-listed", ill(registry=InRegistry(name="os-team/registry", listed=False))),
    ("quarantined", ill(registry=InRegistry(name="os-team/registry", listed=True, quarantined=True))),
    ("registry-broken", ill(troubles=(elsewhere.REGISTRY_BROKEN.at("data/catalog.csv, line 2"),))),
    ("registry-unreachable", ill(troubles=(elsewhere.REGISTRY_UNREACHABLE.at("no such host"),))),
    ("told-invalid", ill(registry=told(Trouble.INVALID))),
    ("told-held", ill(registry=told(Trouble.HELD))),
    ("told-failed", ill(registry=told(Trouble.FAILED))),
    ("told-silent", ill(registry=told(Trouble.SILENT))),
    ("told-failing", ill(registry=told(Trouble.FAILING, "it fails"))),
    ("store-unreadable", ill(troubles=(elsewhere.STORE_UNREADABLE.at("no answer"),))),
    ("store-read-only", ill(troubles=(elsewhere.STORE_READ_ONLY.at("/srv"),))),
    ("trust-stale", ill(trust=Trust(subjects=(ROLE,)))),
    ("trust-open", ill(trust=Trust(subjects=(NUMBERED, "repo:alice/*")))),
    ("trust-other", ill(trust=Trust(subjects=("repo:bob@1/roads@2:environment:publish",)))),
    ("trust-broken", ill(trust=Trust(subjects=None))),
    ("clock", ill(server_time=NOW + timedelta(minutes=6))),
]
ILL_REGISTRIES: list[tuple[str, dict[str, Any]]] = [
    ("registry-file", {"broken": {"data/catalog.csv": "data/catalog.csv, line 3: no URL"}}),
    ("registry-workflow", {"files": files(*list(REGISTRY.files.good.values())[:2])}),
    ("frozen", {"frozen": True}),
    ("schedule-off", {"workflows": (promise(State.INACTIVITY, ".github/workflows/registry-merge.yml"),)}),
    ("actions-off", {"actions": False}),
    ("workflow-broken", {"files": replace(REGISTRY.files, broken={"x.yml": None})}),
    ("workflow-misplaced", {"files": replace(REGISTRY.files, misplaced=(".github/registry-merge.yml",))}),
]


def test_examine__a_healthy_dataset_and_a_healthy_registry() -> None:
    assert examine(HEALTHY) == ()
    assert examine_registry(REGISTRY) == ()


@pytest.mark.parametrize(("code", "facts"), ILL, ids=[code for code, _ in ILL])
def test_examine__one_fault_is_one_diagnosis(code: str, facts: Facts) -> None:
    assert [found.diagnosis.code for found in examine(facts)] == [code]


@pytest.mark.parametrize(("code", "changes"), ILL_REGISTRIES, ids=[code for code, _ in ILL_REGISTRIES])
def test_examine_registry__one_fault_is_one_diagnosis(code: str, changes: dict[str, Any]) -> None:
    assert [found.diagnosis.code for found in examine_registry(replace(REGISTRY, **changes))] == [code]


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        (ill(folder=Folder(descriptor=True, pointers=tuple("abcde"))), "a, b, c and 2 more"),
        (ill(folder=Folder(descriptor=True, pointers=tuple("abc"))), "a, b, c"),
        (ill(files=files(broken={PATH: 3})), f"{PATH}, line 3"),
        (ill(files=files(broken={PATH: None})), PATH),
        (ill(git={"on_default": frozenset(), "branch": "work"}), f"{PATH} is not on main; you are on work"),
        (ill(git={"on_default": frozenset()}), f"{PATH} is not on main"),
        (ill(git={"on_default": frozenset(), "branch": None}), f"{PATH} is not on main"),
        (ill(github=OnGitHub(repository=None)), HOME.url),
        (ill(registry=told(Trouble.FAILING, "it fails")), "os-team/registry, since 2026-11-01: it fails"),
        (ill(registry=told(Trouble.FAILING)), "os-team/registry, since 2026-11-01"),
        (ill(server_time=NOW - timedelta(hours=1)), "it shows 12:00 UTC, and GitHub's 11:00"),
        (replace(HEALTHY, version="1.4.2"), f"{PATH}, job data: @v0, and this is 1.4.2"),
    ],
)
def test_examine__says_where(facts: Facts, place: str) -> None:
    assert [found.place for found in examine(facts)] == [place]


def test_examine__five_minutes_are_no_wrong_clock() -> None:
    assert examine(ill(server_time=NOW + timedelta(minutes=5))) == ()


def test_examine__knowing_nothing_names_only_what_is_seen() -> None:
    assert [f.diagnosis.code for f in examine(Facts(version="1.0.0", now=NOW))] == ["no-repository"]


def test_table__every_diagnosis_is_reached_and_well_said() -> None:
    kinds = [kind for _, group in GROUPS for kind in group]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    assert set(codes) == {code for code, _ in (*ILL, *ILL_REGISTRIES)}
    for kind in kinds:
        for text in (kind.what, kind.why, kind.fix):
            assert text, kind.code
            assert not text.endswith("."), kind.code
    assert set(elsewhere.OF_TROUBLE) == set(Trouble)


def test_table__what_others_did_is_not_shown_as_yours() -> None:
    outside = {kind.code for _, group in GROUPS for kind in group if kind.whose is not Whose.YOURS}
    assert outside == {
        *("schedule-off", "lfs-quota", "github-fails", "told-silent", "told-failed"),
        *("quarantined", "registry-broken", "registry-unreachable", "store-unreadable"),
    }


def test_examine__permissions_names_the_missing_line() -> None:
    (found,) = examine(ill(files=files(workflow(grants="permissions: {contents: read}"))))
    assert (found.place, found.fix) == (
        f"{PATH}, job data",
        "Add `id-token: write` below `permissions:` of the job",
    )


@pytest.mark.parametrize("ref", ["v0", "v0.1", "0.1.0", "v2", "main", "a" * 40, "v0.1.0-beta"])
def test_examine__a_reference_that_is_not_older(ref: str) -> None:
    assert examine(ill(files=files(workflow(ref=ref)))) == ()


def test_examine__a_commit_is_pinned() -> None:
    assert examine(ill(files=files(workflow(ref="a" * 40)), github={"pinned_only": True})) == ()


def test_examine__what_github_says_now_is_newer_than_what_the_registry_saw() -> None:
    for trouble in (Trouble.GONE, Trouble.MOVED, Trouble.DISABLED):
        assert examine(ill(registry=told(trouble))) == ()
        assert len(examine(ill(registry=told(trouble), github=None))) == 1


@pytest.mark.parametrize("trust", [(NUMBERED,), (ROLE, NUMBERED), (NUMBERED.replace("alice", "Alice"),)])
def test_trust__that_is_good(trust: tuple[str, ...]) -> None:
    assert examine(ill(trust=Trust(subjects=trust))) == ()


@pytest.mark.parametrize(
    ("content", "subjects"),
    [
        (b"", None),
        (b"[]", None),
        (b"{}", None),
        (b'{"Statement": 7}', None),
        (b'{"Statement": [{"Condition": {"StringEquals": {"other": "x"}}}]}', None),
        (
            b'{"Statement": {"Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:a/*"}}}}',
            ("repo:a/*",),
        ),
        (b"x" * 70_000, None),
    ],
)
def test_read_trust__of_any_document(content: bytes, subjects: tuple[str, ...] | None) -> None:
    assert read_trust(content) == Trust(subjects=subjects)


def test_read_trust__of_what_osds_prints() -> None:
    import json

    repository = parse_repository("alice/budget", owner_id=7, repository_id=4, environment="publish")
    document = trust_policy("123456789012", repository)
    for printed in (document, {"trust": document}, {"trust": {"about": "x", "document": document}}):
        assert read_trust(json.dumps(printed).encode()) == Trust(subjects=(ROLE, NUMBERED))
    plain = parse_repository("alice/budget", owner_id=None, repository_id=None, environment="publish")
    stale = read_trust(json.dumps(trust_policy("123456789012", plain)).encode())
    assert [f.diagnosis.code for f in examine(ill(trust=stale))] == ["trust-stale"]
