from __future__ import annotations

import pytest

from osds.dataset.identity import DatasetId, check_name, check_owner
from osds.errors import OsdsError, UnsafeInputError, UsageError


@pytest.mark.parametrize("owner", ["a", "os-data", "OS-Data", "user_acme", "old-", "a" * 39, "9lives"])
def test_check_owner__a_login(owner: str) -> None:
    assert check_owner(owner) == owner


@pytest.mark.parametrize(
    ("owner", "error"),
    [
        ("", UsageError),
        ("-a", UsageError),
        ("a" * 40, UsageError),
        ("a b", UsageError),
        ("ä", UsageError),
        ("a.b", UsageError),
        ("a/b", UnsafeInputError),
        ("..", UnsafeInputError),
        ("a\\b", UnsafeInputError),
        ("a\n", UnsafeInputError),
        ("a\0", UnsafeInputError),
    ],
)
def test_check_owner__refused(owner: str, error: type[OsdsError]) -> None:
    with pytest.raises(error):
        check_owner(owner)


@pytest.mark.parametrize("name", ["a", "0", "budget-2024", "a.b_c-d", "a" * 100])
def test_check_name__a_name(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", UsageError),
        ("A", UsageError),
        ("a" * 101, UsageError),
        ("-a", UsageError),
        ("a-", UsageError),
        (".git", UsageError),
        ("a.git", UsageError),
        ("a b", UsageError),
        ("a..b", UnsafeInputError),
        ("../a", UnsafeInputError),
        ("a/b", UnsafeInputError),
        ("a\n", UnsafeInputError),
    ],
)
def test_check_name__refused(name: str, error: type[OsdsError]) -> None:
    with pytest.raises(error):
        check_name(name)


def test_dataset_id__is_written_as_owner_and_name() -> None:
    dataset = DatasetId.parse("os-data/budget")
    assert dataset == DatasetId(owner="os-data", name="budget")
    assert str(dataset) == "os-data/budget"


@pytest.mark.parametrize("text", ["", "budget", "os-data/", "/budget", "a/b/c", "a/../b", "https://github.com/a/b"])
def test_parse__refused(text: str) -> None:
    with pytest.raises(OsdsError):
        DatasetId.parse(text)


def test_dataset_id__cannot_be_made_of_anything_else() -> None:
    with pytest.raises(UnsafeInputError):
        DatasetId(owner="a", name="../b")
