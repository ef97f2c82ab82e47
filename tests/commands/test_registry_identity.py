"""Who may ask for what: owners, writers, claims, names that move, and repositories that come back as others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from osds.errors import OutsideError
from osds.registry.forge import Person, Verdict
from tests.registry.merging import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A registry in which nothing has to wait, with the datasets alice/budget and bob/roads; carol keeps it."""
    town = Town(root=tmp_path)
    town.forge.keepers = {town.forge.person("carol").id}
    for name in ("alice/budget", "bob/roads"):
        town.ask_for(name)
    town.merge()
    return town


def move(town: Town, old: str, new: str) -> None:
    """A repository is renamed or transferred: the old address leads to it as well."""
    url = f"https://github.com/{old}"
    owner = town.forge.person(new.partition("/")[0])
    moved = replace(town.forge.repositories[url], url=f"https://github.com/{new}", full_name=new, owner=owner)
    town.forge.repositories[url] = town.forge.repositories[f"https://github.com/{new}"] = moved


def line(town: Town, dataset: str) -> str:
    owner, _, name = dataset.partition("/")
    return next(line for line in town.text().split("\n") if f",{name},{owner}," in line)


def test_consent__a_member_who_may_write_asks_for_an_organisation(town: Town) -> None:
    town.forge.add_dataset("city/spending")
    town.forge.writers["city/spending"] = {town.forge.person("dora").id}
    head = town.with_row(town.row("city/spending"))
    assert town.outcome(town.forge.ask("mallory", head)) == "refuse no-consent"
    assert town.outcome(town.forge.ask("dora", head)) == "allow"


def test_consent__a_bot_may_ask_for_a_dataset_that_names_the_registry(town: Town) -> None:
    number = town.ask_for("city/spending", by="helper[bot]", claim="os-team/registry")
    assert town.outcome(number) == "allow"
    number = town.ask_for("city/schools", by="helper[bot]", claim="other/registry")
    assert town.outcome(number) == "refuse no-consent"


def test_consent__a_deleted_account_is_nobody(town: Town) -> None:
    number = town.ask_for("city/spending", claim="os-team/registry")
    town.forge.requests[number] = replace(town.forge.requests[number], author=None)
    assert town.outcome(number) == "allow"
    number = town.ask_for("city/schools")
    town.forge.requests[number] = replace(town.forge.requests[number], author=None)
    assert town.outcome(number) == "refuse no-consent"


def test_consent__the_login_alone_proves_nothing(town: Town) -> None:
    number = town.ask_for("alice/schools")
    impostor = Person(id=4711, login="alice")
    town.forge.requests[number] = replace(town.forge.requests[number], author=impostor)
    assert town.outcome(number) == "refuse no-consent"


def test_consent__nobody_changes_the_row_of_another(town: Town) -> None:
    stolen = town.replacing("github.com/bob/roads", "github.com/bob/streets")
    town.forge.add_dataset("bob/streets", name="roads")
    assert town.outcome(town.forge.ask("alice", stolen)) == "refuse not-your-row other-repository"
    assert town.outcome(town.forge.ask("bob", stolen)) == "allow"


def test_rename__follows_the_repository_and_remembers_the_old_name(town: Town) -> None:
    move(town, "alice/budget", "alice/spending")
    town.forge.repositories["https://github.com/alice/spending"] = replace(
        town.forge.repositories["https://github.com/alice/spending"],
        clone_url=str(town.forge.root / "datasets/alice/renamed.git"),
    )
    id_before = line(town, "alice/budget").split(",")[4]
    town.forge.add_dataset("alice/renamed", name="spending")
    number = town.forge.ask("alice", town.replacing("alice/budget,budget,", "alice/spending,spending,"))
    assert town.outcome(number) == "allow"
    town.merge()
    assert town.ids() == ["alice/spending", "bob/roads"]
    assert line(town, "alice/spending").split(",")[4] == id_before
    assert "renamed alice/spending" in town.events()
    assert "was alice/budget; url: https://github.com/alice/budget -> " in town.text("data/changes.csv")
    del town.forge.repositories["https://github.com/alice/budget"]
    again = town.ask_for("alice/bud-get")
    assert town.outcome(again) == "refuse name-retired"


def test_rename__of_the_repository_alone_is_an_update(town: Town) -> None:
    move(town, "alice/budget", "alice/money")
    number = town.forge.ask("alice", town.replacing("alice/budget,budget", "alice/money,budget"))
    town.merge()
    assert not town.forge.is_open[number]
    assert town.events()[-1] == "updated alice/budget"
    assert line(town, "alice/budget").startswith("https://github.com/alice/money,budget,alice,,1000,")


def test_transfer__is_proven_by_the_number_of_the_repository(town: Town) -> None:
    move(town, "alice/budget", "city/budget")
    head = town.replacing("alice/budget,budget,alice,", "city/budget,budget,city,")
    assert town.outcome(town.forge.ask("mallory", head)) == "refuse not-your-row"
    number = town.forge.ask("city", head)
    town.merge()
    assert not town.forge.is_open[number]
    assert town.ids() == ["bob/roads", "city/budget"]
    assert town.events()[-1] == "transferred city/budget"


def test_transfer__another_repository_is_a_removal_and_an_addition(town: Town) -> None:
    town.forge.add_dataset("mallory/budget")
    head = town.replacing(
        line(town, "alice/budget"), town.row("mallory/budget").replace("mallory,,,,", "mallory,,1000,2,")
    )
    number = town.forge.ask("mallory", head)
    assert town.outcome(number) == "refuse kept-columns removal"
    town.merge()
    assert town.ids() == ["alice/budget", "bob/roads"]


def test_moved_away__the_row_cannot_be_kept_by_the_old_owner(town: Town) -> None:
    move(town, "alice/budget", "city/budget")
    number = town.forge.ask("alice", town.replacing("github.com/alice/budget", "github.com/alice/Budget"))
    assert town.outcome(number) == "refuse owner-differs not-your-row"


def test_replaced__another_repository_under_the_old_address_goes_into_quarantine(town: Town) -> None:
    url = "https://github.com/alice/budget"
    again = Person(id=4711, login="alice")
    town.forge.repositories[url] = replace(town.forge.repositories[url], id=999, owner=again)
    number = town.forge.ask("alice", town.replacing("github.com/alice/budget", "github.com/Alice/budget"))
    town.forge.requests[number] = replace(town.forge.requests[number], author=again)
    assert town.outcome(number) == "human replaced"
    town.merge()
    assert line(town, "alice/budget").endswith(",alice,,1000,2,quarantine")
    assert town.events()[-1] == "quarantined alice/budget"
    tip = town.tip
    town.later(hours=1)
    town.merge()
    assert town.tip == tip
    assert town.outcome(number) == "human in-quarantine replaced"
    town.forge.review(number, "carol", Verdict.APPROVED)
    town.merge()
    assert line(town, "alice/budget").endswith(",alice,,999,4711,")


def test_same_repository__by_its_number_under_another_address(town: Town) -> None:
    move(town, "alice/budget", "alice/money")
    number = town.forge.ask("alice", town.with_row("https://github.com/alice/money,money,alice,,,,"))
    assert town.outcome(number) == "refuse same-repository name-differs"


def test_spelling__the_forge_knows_it_best(town: Town) -> None:
    town.forge.add_dataset("City/Spending", name="spending")
    number = town.forge.ask("City", town.with_row("https://github.com/city/SPENDING,spending,city,,,,"))
    assert town.outcome(number) == "allow"
    town.merge()
    assert line(town, "City/spending") == "https://github.com/City/Spending,spending,City,,1002,4,"


def test_spelling__cannot_take_the_place_of_a_row(town: Town) -> None:
    url = town.forge.add_dataset("City/spending")
    town.forge.ask("City", town.with_row("https://github.com/City/spending,spending,City,,,,"))
    town.merge()
    town.forge.add_dataset("City/other", name="spending")
    number = town.forge.ask(
        "City", town.with_row("https://github.com/city/other,spending,city,,,,", parent=_first(town))
    )
    assert town.outcome(number) == "refuse too-alike"
    assert town.text().count(url) == 1


def _first(town: Town) -> str:
    from tests.edges.git_backend import git

    return git(town.folder, "rev-list", "--max-parents=0", "main")


def test_hidden_and_unreachable__are_told_apart(town: Town) -> None:
    number = town.ask_for("alice/schools")
    url = "https://github.com/alice/schools"
    found = town.forge.repositories[url]
    town.forge.repositories[url] = replace(found, public=False)
    assert town.outcome(number) == "refuse hidden"
    del town.forge.repositories[url]
    assert town.outcome(number) == "refuse hidden"
    town.forge.repositories[url] = replace(found, clone_url=str(town.root / "nothing"))
    assert town.outcome(number) == "refuse hidden"
    town.forge.repositories[url] = found

    def fail(call: str, _: int) -> None:
        if call == "repository":
            raise OutsideError("GitHub did not answer")

    town.forge.before = fail
    assert town.outcome(number) == "wait unreachable"
    town.merge()
    assert number not in town.forge.said
    assert town.ids() == ["alice/budget", "bob/roads"]


def test_paths__of_the_mergers_own_computer_are_not_read(town: Town) -> None:
    folder = town.forge.root / "datasets/alice/budget.git"
    number = town.forge.ask("alice", town.with_row(f"{folder},schools,alice,,,,"))
    assert town.outcome(number) == "refuse hidden"


FORM = "### Address of the dataset's repository\n\n{}\n"


def test_issue__is_entered_by_the_same_rules(town: Town) -> None:
    town.forge.add_dataset("city/a-repository", name="spending")
    other = town.forge.open_issue("mallory", FORM.format("https://github.com/city/a-repository"))
    number = town.forge.open_issue("city", FORM.format("https://github.com/city/a-repository.git/"))
    assert town.outcome(other) == "refuse no-consent"
    assert town.outcome(number) == "allow"
    town.merge()
    assert town.ids() == ["alice/budget", "bob/roads", "city/spending"]
    assert not town.forge.is_open[number]
    assert line(town, "city/spending") == "https://github.com/city/a-repository,spending,city,,1002,4,"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "refuse form"),
        ("https://github.com/city/spending", "refuse form"),
        (FORM.format("_No response_"), "refuse form"),
        (FORM.format("") + "### Another\n\nhttps://github.com/city/spending", "refuse form"),
        (FORM.format("https://github.com/city/spending\nhttps://github.com/city/x"), "refuse form"),
        (FORM.format("x" * 1100), "refuse form"),
        ("### Address\n\nhttps://github.com/city/spending", "refuse form"),
        (FORM.format("the spending of our city"), "refuse address"),
        (FORM.format("/etc"), "refuse address"),
        (FORM.format("--upload-pack=x"), "refuse address"),
        (FORM.format("https://github.com/city/../x"), "refuse address"),
        (FORM.format("https://github.com/city/nothing"), "refuse hidden"),
        (FORM.format("https://github.com/city/empty"), "refuse no-descriptor"),
        (FORM.format("https://github.com/alice/budget"), "allow"),
    ],
)
def test_issue__is_read_strictly(town: Town, body: str, said: str) -> None:
    town.forge.add_dataset("city/empty", name="Not A Name")
    number = town.forge.open_issue("city", body.replace("\n", "\r\n"))
    tip = town.tip
    assert town.outcome(number) == said
    town.later(hours=1)
    town.merge()
    assert town.tip == tip


def test_issue__without_the_label_is_no_registration(town: Town) -> None:
    town.forge.open_issue("city", FORM.format("https://github.com/alice/budget"), "bug")
    assert town.merge().handled == ()
