from __future__ import annotations

import pytest

from osds.errors import OsdsError, UnsafeInputError
from osds.store import layout

SHA = "0123456789abcdef" * 4


def test_dataset_prefix__osep_06() -> None:
    assert layout.dataset_prefix("os-data", "budget") == "datasets/os-data/budget"


@pytest.mark.parametrize(("owner", "name"), [("..", "a"), ("a", ".."), ("a/b", "c"), ("a", "b/../../c"), ("", "a")])
def test_dataset_prefix__refused(owner: str, name: str) -> None:
    with pytest.raises(OsdsError):
        layout.dataset_prefix(owner, name)


@pytest.mark.parametrize(
    ("sequence", "key"),
    [(1, "datapackage-000001.json"), (999_999, "datapackage-999999.json"), (1_000_000, "datapackage-1000000.json")],
)
def test_version_key__counts(sequence: int, key: str) -> None:
    assert layout.version_key(sequence) == key


def test_object_key__splits_again() -> None:
    key = layout.object_key(SHA, "by-year.csv")
    assert key == f"objects/{SHA}/by-year.csv"
    assert layout.split_object_key(key) == (SHA, "by-year.csv")


@pytest.mark.parametrize("sha256", ["", "ab", SHA.upper(), SHA + "0", "../" + SHA[3:], SHA[:-1] + "\n"])
def test_object_key__not_a_hash(sha256: str) -> None:
    with pytest.raises(UnsafeInputError):
        layout.object_key(sha256, "a.csv")


@pytest.mark.parametrize(
    "key", ["", "objects", f"objects/{SHA}", f"objects/{SHA}/", f"objects/{SHA}/a/b", f"other/{SHA}/a", f"/{SHA}/a.csv"]
)
def test_split_object_key__not_a_key(key: str) -> None:
    with pytest.raises(UnsafeInputError):
        layout.split_object_key(key)


@pytest.mark.parametrize("name", ["apex.csv", "by-año.csv", "a b.csv", "A_1.json", "x" * 200, "(a)&b=c,d+e.csv"])
def test_check_filename__a_name(name: str) -> None:
    assert layout.check_filename(name) == name
    assert layout.plain_key(name) == f"aggregates/{name}"


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/b", "a\\b", "../a", "a..b", ".hidden", "~a", " a", "a.", "a "),
        *("a\n", "a\0", "a\x7f", "a\u202eb", "\ud800", "x" * 201, "ñ" * 101),
        *("a:b", "a%20b", "a#1", "a?b", "a*", "a|b", "<a>", '"a"'),
    ],
)
def test_check_filename__refused(name: str) -> None:
    with pytest.raises(UnsafeInputError):
        layout.check_filename(name)


@pytest.mark.parametrize(
    ("filename", "encoding", "expected"),
    [
        ("a.csv", "utf-8", "text/csv; charset=utf-8"),
        ("a.csv", "iso-8859-1", "text/csv; charset=iso-8859-1"),
        ("a.csv", "x\r\nSet-Cookie: a", "text/csv"),
        ("a.json", "utf-8", "application/json"),
        ("a.parquet", "utf-8", "application/vnd.apache.parquet"),
        ("a.html", "utf-8", "application/octet-stream"),
        ("a.svg", "utf-8", "application/octet-stream"),
        ("csv", "utf-8", "application/octet-stream"),
    ],
)
def test_content_type__never_a_page(filename: str, encoding: str, expected: str) -> None:
    assert layout.content_type(filename, encoding) == expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("apex.csv", 'inline; filename="budget-apex.csv"'),
        ("a.json", 'inline; filename="budget-a.json"'),
        ("a.parquet", 'attachment; filename="budget-a.parquet"'),
        ("año.csv", "inline; filename=\"budget-a_o.csv\"; filename*=UTF-8''budget-a%C3%B1o.csv"),
    ],
)
def test_disposition(filename: str, expected: str) -> None:
    assert layout.disposition("budget", filename) == expected


@pytest.mark.parametrize(
    ("key", "sequence"),
    [
        ("datapackage-000001.json", 1),
        ("datasets/a/b/datapackage-000042.json", 42),
        ("datapackage-1000000.json", 1_000_000),
        ("datapackage-000000.json", None),
        ("datapackage-0000001.json", None),
        ("datapackage-1.json", None),
        ("datapackage.json", None),
        ("datapackage-000001.json.osds-part", None),
    ],
)
def test_sequence_of(key: str, sequence: int | None) -> None:
    assert layout.sequence_of(key) == sequence
