from __future__ import annotations

from osds.dataset import checks
from osds.dataset.abridging import MAX_OF_ONE_CHECK, abridge
from osds.report import in_descriptor


def test_abridge__a_few_of_each_check_and_how_many_more() -> None:
    many = [checks.FILE_MISSING.at(in_descriptor(), str(i)) for i in range(1500)]
    one = checks.PATH_UNSAFE.at(in_descriptor(), "x")
    found = list(abridge([*many, one]))
    assert found[:-2] == many[:MAX_OF_ONE_CHECK]
    assert found[-2] == one
    assert found[-1].message == "1,300 more findings of the check `file-missing` are not listed"


def test_abridge__nothing_is_lost_below_the_limit() -> None:
    few = [checks.FILE_MISSING.at(in_descriptor(), str(i)) for i in range(MAX_OF_ONE_CHECK)]
    assert list(abridge(few)) == few
