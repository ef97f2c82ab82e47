from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.dataset.paths import is_url, path_problem

SAFE = ["a.csv", "data/a.csv", "data/2014 budget.csv", "d/é/ñ.csv", "a..b.csv", "...csv", ".hidden/x.csv", "a~b.csv"]
UNSAFE = [
    "",
    "..",
    "../a.csv",
    "data/../../a.csv",
    "data/./a.csv",
    "./a.csv",
    "data//a.csv",
    "data/",
    "/etc/passwd",
    "//host/share/a.csv",
    "\\\\host\\share\\a.csv",
    "data\\a.csv",
    "C:/a.csv",
    "c:a.csv",
    "~/a.csv",
    "~root/a.csv",
    "a\x00.csv",
    "a\n.csv",
    "a\x7f.csv",
    ".git/config",
    "data/.GIT/config",
    "a" * 1001,
]


@pytest.mark.parametrize("path", SAFE)
def test_path_problem__ordinary_relative_paths(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize("path", UNSAFE)
def test_path_problem__everything_else(path: str) -> None:
    assert path_problem(path)


@given(
    st.lists(st.sampled_from(["..", ".", "", "a", "~", "C:", "\\", "\x00", "b c", "%2e%2e"]), min_size=1, max_size=6)
)
def test_path_problem__what_is_allowed_stays_below(parts: list[str]) -> None:
    path = "/".join(parts)
    if path_problem(path) is None:
        pure = PurePosixPath(path)
        assert not pure.is_absolute()
        assert ".." not in pure.parts
        assert str(pure) == path


@pytest.mark.parametrize("url", ["http://x/a.csv", "HTTPS://x", "s3://b/k", "file:///etc/passwd", "postgresql://h/db"])
def test_is_url__any_scheme(url: str) -> None:
    assert is_url(url)
    assert not is_url("data/http/a.csv")
