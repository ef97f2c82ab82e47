"""Addresses of repositories: every form that means one, and everything that must not become a row."""

from __future__ import annotations

import pytest

from osds.errors import OsdsError
from osds.registry.urls import canonical_url, check_url, comparable_url, owner_in_url

GOOD = "https://github.com/os-data/boost-armenia"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, GOOD),
        (f"{GOOD}.git", GOOD),
        (f"{GOOD}/", GOOD),
        ("https://GitHub.com/os-data/boost-armenia", GOOD),
        ("http://github.com/os-data/boost-armenia", GOOD),
        ("https://x-access-token:ghp_secret@github.com/os-data/boost-armenia", GOOD),
        ("git@github.com:os-data/boost-armenia.git", GOOD),
        ("ssh://git@github.com/os-data/boost-armenia.git", GOOD),
        ("ssh://git@ssh.github.com:443/os-data/boost-armenia.git", "https://ssh.github.com/os-data/boost-armenia"),
        ("https://gitlab.example.org/alice/Budget_2024.v1", "https://gitlab.example.org/alice/Budget_2024.v1"),
        ("/srv/data/budget/", "/srv/data/budget"),
        ("file:///srv/data/my budget", "file:///srv/data/my budget"),
    ],
)
def test_canonical_url__forms(text: str, expected: str) -> None:
    assert canonical_url(text) == expected
    assert check_url(expected) == expected


HOSTILE = [
    "",
    "budget",
    "./budget",
    "../budget",
    "github.com/os-data/x",
    "=HYPERLINK(1)",
    "+1",
    "-oProxyCommand=x",
    "@x",
    "--upload-pack=touch /tmp/x",
    "https://github.com",
    "https://github.com/os-data",
    "https://github.com/os-data/x/tree/main",
    "https://github.com/os-data/..",
    "https://github.com/os-data/.",
    "https://github.com/os-data/.git",
    "https://github.com/../x",
    "https://github.com/os-data/x?y=1",
    "https://github.com/os-data/x#y",
    "https://github.com:8443/os-data/x",
    "https://github.com/os-data/x y",
    "https://github.com/os-data/x\ny",
    "https://github.com/os-data/x\x00",
    "https://github.com/os-data/x%0a",
    "https://github.com/os-data/x,y",
    'https://github.com/os-data/x"y',
    "https://github.com/os-data/х",  # a Cyrillic letter
    "https://gіthub.com/os-data/x",  # and in the host
    "https://127.0.0.1/os-data/x",
    "https://[::1]/os-data/x",
    "https://localhost/os-data/x",
    "https://-a.com/os-data/x",
    "https://a..com/os-data/x",
    "http://example.org/os-data/x",
    "ftp://github.com/os-data/x",
    "git://github.com/os-data/x",
    "ext::sh -c touch% /tmp/x",
    "javascript:alert(1)",
    "file://host/share/x",
    "file:///",
    "/srv/../etc/passwd",
    "//srv/x",
    "C:\\data",
    "https://github.com/os-data/" + "x" * 101,
    "https://github.com/" + "o" * 40 + "/x",
    "https://" + "a." * 300 + "com/os-data/x",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_canonical_url__refuses_everything_else(text: str) -> None:
    with pytest.raises(OsdsError):
        canonical_url(text)


@pytest.mark.parametrize("text", [*HOSTILE, f"{GOOD}.git", f"{GOOD}/", "https://u:p@github.com/os-data/x", "/srv/x/"])
def test_check_url__takes_the_canonical_form_only(text: str) -> None:
    with pytest.raises(OsdsError):
        check_url(text)


def test_check_url__does_not_repeat_a_password() -> None:
    with pytest.raises(OsdsError) as refusal:
        check_url("https://alice:hunter2@github.com/os-data/x")
    assert "hunter2" not in str(refusal.value)


def test_comparable_url__case_and_scheme() -> None:
    assert comparable_url("https://github.com/OS-Data/X") == comparable_url("https://github.com/os-data/x")
    assert comparable_url("file:///srv/X") == comparable_url("/srv/X") != comparable_url("/srv/x")


def test_owner_in_url__public_and_local() -> None:
    assert owner_in_url(GOOD) == "os-data"
    assert owner_in_url("/srv/data/budget") is None
