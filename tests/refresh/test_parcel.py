"""`refresh.json`: what comes back is what was written, and everything else is refused in one line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.errors import UnsafeInputError
from osds.refresh.parcel import NewFile, Parcel, check_paths, parse_parcel
from osds.refresh.paths import refusal

BASE, SHA = "0123456789abcdef" * 2 + "01234567", "a" * 64
GOOD: dict[str, Any] = {
    "format": 1,
    "base": BASE,
    "files": [{"path": "data/a.csv", "bytes": 3, "sha256": SHA}],
    "removed": ["data/b.csv"],
    "message": "Update the data\n",
}
SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="/\\\0:"), min_size=1, max_size=8)
PATHS = st.lists(SEGMENT, min_size=1, max_size=3).map("/".join).filter(lambda path: refusal(path) is None)


def parse(document: Any) -> Parcel:
    return parse_parcel(json.dumps(document).encode())


@given(
    st.lists(PATHS, unique_by=str.casefold, max_size=4),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50),
    st.integers(0, 2**40),
)
def test_parcel__survives_the_way(paths: list[str], message: str, size: int) -> None:
    parcel = Parcel(
        base=BASE,
        files=tuple(NewFile(path=path, bytes=size, sha256=SHA) for path in paths[1:]),
        removed=tuple(paths[:1]),
        message=message,
    )
    assert parse_parcel(parcel.render().encode()) == parcel


def test_parse_parcel__reads_a_good_one() -> None:
    parcel = parse(GOOD)
    assert parcel.paths == {"data/a.csv", "data/b.csv"}
    assert parcel.files == (NewFile(path="data/a.csv", bytes=3, sha256=SHA),)


def file(**changes: object) -> dict[str, Any]:
    return {**GOOD, "files": [{**GOOD["files"][0], **changes}]}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "form"),
        ({}, "form"),
        ({**GOOD, "format": 2}, "form"),
        ({**GOOD, "more": 1}, "form"),
        ({**GOOD, "base": "main"}, "commit"),
        ({**GOOD, "base": "--output=x"}, "commit"),
        ({**GOOD, "base": BASE.upper()}, "commit"),
        ({**GOOD, "message": 3}, "message"),
        ({**GOOD, "message": "x" * 20_001}, "message"),
        ({**GOOD, "message": "a\0b"}, "message"),
        ({**GOOD, "files": {}}, "list"),
        ({**GOOD, "removed": ["data/a.csv"]}, "twice"),
        ({**GOOD, "removed": ["DATA/A.CSV"]}, "twice"),
        ({**GOOD, "removed": [3]}, "no text"),
        ({**GOOD, "removed": [".github/workflows/ci.yml"]}, "hidden"),
        (file(path="../up.csv"), "cannot be written"),
        (file(path="/etc/passwd"), "cannot be written"),
        (file(path=".gitattributes"), "hidden"),
        (file(path="osds.yml"), "people"),
        (file(path="a\nb"), "control"),
        (file(path=None), "no text"),
        (file(bytes=-1), "size"),
        (file(bytes=True), "size"),
        (file(bytes=1.5), "size"),
        (file(sha256="A" * 64), "hash"),
        (file(mode="100755"), "size or hash"),
    ],
)
def test_parse_parcel__refuses(document: object, why: str) -> None:
    with pytest.raises(UnsafeInputError, match=why) as caught:
        parse(document)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_parse_parcel__refuses_noise(content: bytes) -> None:
    with pytest.raises(UnsafeInputError):
        parse_parcel(content)


@pytest.mark.parametrize(
    ("before", "after", "good"),
    [
        ({"data/a.csv", "data/b.csv"}, {"data/a.csv"}, True),
        ({"data/b.csv"}, {"data/a.csv"}, True),  # a new file
        ({"data/a.csv", "data/b.csv"}, set(), False),  # not named any more
        ({"data/a.csv", "data/b.csv"}, {"data/a.csv", "data/b.csv"}, False),  # named, and yet removed
        ({"data/a.csv"}, {"data/a.csv"}, False),  # removed, and never named
    ],
)
def test_check_paths__holds_to_the_descriptors(before: set[str], after: set[str], good: bool) -> None:
    try:
        check_paths(parse(GOOD), frozenset(before), frozenset(after))
    except UnsafeInputError:
        assert not good
    else:
        assert good
