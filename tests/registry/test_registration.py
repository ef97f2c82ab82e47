"""Which registry a person means."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from osds.errors import UsageError
from osds.registry.catalog import Entry
from osds.registry.pull_request import PullRequestText
from osds.registry.registration import FolderTarget, GitHubTarget, GitTarget, Target, parse_target
from osds.registry.template import registry_files

OURS = GitHubTarget(owner="os-team", repository="registry")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os-team/registry", OURS),
        ("os-team/registry.git", OURS),
        ("https://github.com/os-team/registry", OURS),
        ("https://github.com/os-team/registry.git", OURS),
        ("https://github.com/os-team/registry/", OURS),
        ("a/folder", FolderTarget(folder="a/folder")),
        ("/srv/registry", FolderTarget(folder="/srv/registry")),
        ("file:///srv/registry", FolderTarget(folder="/srv/registry")),
        ("https://gitlab.example.org/a/b.git", GitTarget(url="https://gitlab.example.org/a/b.git")),
        ("ssh://git@github.com/os-team/registry", GitTarget(url="ssh://git@github.com/os-team/registry")),
        ("git@github.com:os-team/registry.git", GitTarget(url="git@github.com:os-team/registry.git")),
        ("http://github.com/os-team/registry", GitTarget(url="http://github.com/os-team/registry")),
        ("https://github.com.evil.example/a/b", GitTarget(url="https://github.com.evil.example/a/b")),
        ("https://github.com@evil.example/a/b", GitTarget(url="https://github.com@evil.example/a/b")),
    ],
)
def test_parse_target__forms(text: str, expected: Target) -> None:
    folders = {"a/folder", "/srv/registry"}
    assert parse_target(text, is_folder=folders.__contains__) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "registry",
        "./nowhere",
        "/nowhere",
        "file:///nowhere",
        "a/b/c",
        "a/..",
        "a/.git",
        "-a/b",
        "a\nb",
        "ext::sh -c x",
    ],
)
def test_parse_target__refuses(text: str) -> None:
    with pytest.raises(UsageError):
        parse_target(text, is_folder=lambda _: False)


def test_parse_target__a_github_enterprise_server() -> None:
    server = "https://github.example.org"
    assert parse_target(f"{server}/a/b", is_folder=lambda _: False, server_url=server) == GitHubTarget(
        owner="a", repository="b", server_url=server
    )
    assert isinstance(parse_target("https://github.com/a/b", is_folder=lambda _: False, server_url=server), GitTarget)


ENTRY = Entry(url="https://github.com/alice/b", name="b", owner="alice")


def test_form_link__fills_in_the_form_that_a_new_registry_has() -> None:
    link = urlsplit(OURS.form_link(ENTRY))
    query = parse_qs(link.query)
    assert f"{link.scheme}://{link.netloc}{link.path}" == "https://github.com/os-team/registry/issues/new"
    assert query == {"template": ["register.yml"], "title": ["Add alice/b"], "dataset": ["https://github.com/alice/b"]}
    form = yaml.safe_load(registry_files(title="T", core_organisation="o")[".github/ISSUE_TEMPLATE/register.yml"])
    assert {field["id"] for field in form["body"]} == set(query) - {"template", "title"}


def test_edit_and_compare_link__are_pages_of_the_registry() -> None:
    assert OURS.edit_link("ma in#") == "https://github.com/os-team/registry/edit/ma%20in%23/data/catalog.csv"
    short = OURS.compare_link(
        "main", "alice:osds/register/alice/b", PullRequestText(title="Add b", body="Because\n& so")
    )
    link = urlsplit(short)
    assert link.path == "/os-team/registry/compare/main...alice:osds/register/alice/b"
    assert parse_qs(link.query) == {"expand": ["1"], "title": ["Add b"], "body": ["Because\n& so"]}
    long = OURS.compare_link("main", "alice:b", PullRequestText(title="Add b", body="x" * 9000))
    assert parse_qs(urlsplit(long).query) == {"expand": ["1"], "title": ["Add b"]}
