from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.dataset.addresses import address_problem, is_loopback, split_url, url_problem


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/os-data/budget.git/info/lfs",
        "https://github-cloud.githubusercontent.com/alambic/media/1/ab/cd?X-Amz-Signature=1%2F2&a=b",
        "https://lfs.example.org:8443/x",
        "https://140.82.112.3/x",
        "https://[2606:4700::1111]/x",
    ],
)
def test_url_problem__public_servers(url: str) -> None:
    assert url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://github.com/x", "plain http"),
        ("HTTP://github.com/x", "plain http"),
        ("ftp://github.com/x", "not an https URL"),
        ("file:///etc/passwd", "not an https URL"),
        ("https:///x", "not an https URL"),
        ("//github.com/x", "not an https URL"),
        ("https://user:secret@github.com/x", "user or a password"),
        ("https://github.com@127.0.0.1/x", "user or a password"),
        ("https://localhost/x", "this machine"),
        ("https://a.localhost/x", "this machine"),
        ("https://LOCALHOST/x", "this machine"),
        ("https://127.0.0.1/x", "private"),
        ("https://127.1.2.3:443/x", "private"),
        ("https://0.0.0.0/x", "private"),
        ("https://10.1.2.3/x", "private"),
        ("https://172.16.0.1/x", "private"),
        ("https://192.168.0.1/x", "private"),
        ("https://100.64.0.1/x", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://224.0.0.1/x", "private"),
        ("https://[::1]/x", "private"),
        ("https://[::]/x", "private"),
        ("https://[fe80::1]/x", "private"),
        ("https://[fd00::1]/x", "private"),
        ("https://[::ffff:169.254.169.254]/x", "private"),
        ("https://[::ffff:a9fe:a9fe]/x", "private"),
        ("https://[64:ff9b::7f00:1]/x", "private"),
        ("https://[64:ff9b::10.0.0.1]/x", "private"),
        ("https://[2002:7f00:1::]/x", "private"),
        ("https://git hub.com/x", "not a URL"),
        ("https://github.com/x\n", "not a URL"),
        ("https://github.com\\@127.0.0.1/x", "not a URL"),
        ("https://gíthub.com/x", "not a URL"),
        ("https://github.com:99999/x", "not a URL"),
        ("https://[::1/x", "not a URL"),
        ("", "not an https URL"),
    ],
)
def test_url_problem__everything_else(url: str, told: str) -> None:
    assert told in (url_problem(url) or "")


@pytest.mark.parametrize("name", ["2130706433", "0x7f.1", "127.1", "github.com"])
def test_address_problem__what_is_no_address_is_a_name(name: str) -> None:
    """The resolver may take some of them for an address: then that one is looked at, before anybody connects."""
    assert address_problem(name) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True)]
    + [(other, False) for other in ("10.0.0.1", "169.254.169.254", "8.8.8.8", "localhost", "")],
)
def test_is_loopback(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


@given(st.text())
def test_split_url__never_fails(text: str) -> None:
    parts = split_url(text)
    assert parts is None or text.isascii()
    url_problem(text)
