from __future__ import annotations

import pytest

from osds.dataset.packed import (
    FREE_UNPACKED,
    MAX_UNPACKED,
    Member,
    PackedError,
    check_members,
    check_unpacked,
    packing_of,
)


@pytest.mark.parametrize(
    ("path", "packing"), [("a.csv", ""), ("a.csv.gz", "gz"), ("a.ZIP", "zip"), ("gz", "gz"), ("a.gz/b.csv", "")]
)
def test_packing_of(path: str, packing: str) -> None:
    assert packing_of(path) == packing


@pytest.mark.parametrize(
    ("packed", "unpacked"),
    [(100, FREE_UNPACKED), (FREE_UNPACKED, 200 * FREE_UNPACKED), (MAX_UNPACKED, MAX_UNPACKED)],
)
def test_check_unpacked__at_the_limit_and_above(packed: int, unpacked: int) -> None:
    check_unpacked(packed, unpacked)
    with pytest.raises(PackedError) as caught:
        check_unpacked(packed, unpacked + 1)
    assert caught.value.check.unsafe


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ((), "packed-unusual"),
        (("a.csv", "b.csv"), "packed-unusual"),
        (("a/",), "packed-unusual"),
        (("a.tar",), "packed-unusual"),
        (("a.csv", "../b.csv"), "path-unsafe"),
        (("a\\b.csv",), "path-unsafe"),
    ],
)
def test_check_members__one_plain_file(names: tuple[str, ...], code: str) -> None:
    with pytest.raises(PackedError) as caught:
        check_members([Member(name=name) for name in names])
    assert caught.value.check.code == code


def test_check_members__what_is_allowed() -> None:
    check_members([Member(name="folder/a.csv")])
    with pytest.raises(PackedError, match="encrypted"):
        check_members([Member(name="a.csv", encrypted=True)])
