from __future__ import annotations

from dataclasses import replace

import pytest

from tests.aggregates.lab import dimension
from tests.audit.desk import AMOUNT, YEAR, Desk, table

NAMED = dimension("function", "code:label")
PATH = dimension("unit", "centre", "section")


def test_parents__with_the_money_below_each(desk: Desk) -> None:
    rows = [(2014, "001", "02", 5), (2015, "001", "02", 7), (2015, "501", "02", 900), (2015, "501", "03", 1)]
    (finding,) = desk.audit(table("year,centre,section,amount", rows), [AMOUNT], YEAR, PATH)[-1:]
    assert finding.code == "code-several-parents"
    assert finding.message == (
        "'unit' (level 'section'), 1 of 2 codes: '02' stands below '501' (900 EUR in 2015) and '001' (7 EUR in 2015)"
    )
    assert (finding.place.field, finding.value) == ("section", "02")


def test_parents__the_largest_first_and_how_many_more(desk: Desk) -> None:
    rows = [(centre, f"{n}", 10 * n + int(centre)) for centre in "123" for n in range(5)]
    (message,) = desk.messages("code-several-parents", table("centre,section,amount", rows), [AMOUNT], PATH)
    assert message == (
        "'unit' (level 'section'), 5 of 5 codes: '4' stands below '3' (43 EUR), '2' (42 EUR) and 1 more; '3' stands below "
        "'3' (33 EUR), '2' (32 EUR) and 1 more; '2' stands below '3' (23 EUR), '2' (22 EUR) and 1 more; and 2 more"
    )


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([("1", "01"), ("2", "02")], "other"),
        ([("1", ""), ("2", "")], "other"),  # no code is no code
        ([("1010", "Town"), ("1020", "Town")], "location"),
    ],
)
def test_parents__nothing(desk: Desk, rows: list[tuple[str, str]], kind: str) -> None:
    text = table("centre,section,amount", [(*row, 1) for row in rows])
    assert desk.audit(text, [AMOUNT], replace(PATH, kind=kind)) == ()


def test_labels__of_one_code_in_one_year(desk: Desk) -> None:
    rows = [
        (2014, "09", "Education", 5),
        (2014, "09", "Health", 60),
        (2015, "09", "Health", 7),
        (2014, "08", "Sport", 1),
    ]
    findings = desk.audit(table("year,code,label,amount", rows), [AMOUNT], YEAR, NAMED)
    assert [(f.code, f.message) for f in findings] == [
        (
            "code-several-labels",
            "'function', 1 of 2 codes: '09' is 'Health' (60 EUR in 2014) and 'Education' (5 EUR in 2014)",
        )
    ]


def test_labels__changed_from_year_to_year(desk: Desk) -> None:
    rows = [(2014, "11", "Justice", 5), (2015, "11", "Justice and Interior", 6), (2015, "12", "Defence", 7)]
    findings = desk.audit(table("year,code,label,amount", rows), [AMOUNT], YEAR, NAMED)
    assert [(f.code, f.message) for f in findings] == [
        (
            "label-changed",
            "'function', 1 of 2 codes: '11' is 'Justice and Interior' (6 EUR in 2015) and 'Justice' (5 EUR in 2014)",
        )
    ]


def test_labels__without_years_every_difference_is_one_at_a_time(desk: Desk) -> None:
    text = table("code,label,amount", [("1", "a", 1), ("1", "b", 1)])
    assert [f.code for f in desk.audit(text, [AMOUNT], NAMED)] == ["code-several-labels"]


@pytest.mark.parametrize("other", ["EDUCATION", "Éducation", "Education.", " Education", ""])
def test_labels__spelling_is_no_difference(desk: Desk, other: str) -> None:
    text = table("year,code,label,amount", [(2014, "09", "Education", 5), (2014, "09", other, 6)])
    assert desk.audit(text, [AMOUNT], YEAR, NAMED) == ()


def test_labels__signs_alone_are_compared_as_they_are(desk: Desk) -> None:
    text = table("code,label,amount", [("1", "+", 1), ("1", "-", 1)])
    assert [f.code for f in desk.audit(text, [AMOUNT], NAMED)] == ["code-several-labels"]


def test_labels__money_without_a_code_may_have_any(desk: Desk) -> None:
    text = table("code,label,amount", [("", "Health", 1), ("", "Sport", 1), ("2", "Roads", 1)])
    assert desk.audit(text, [AMOUNT], NAMED) == ()


def test_one_label__of_several_codes_below_one_parent(desk: Desk) -> None:
    function = dimension("function", "group", "code:label")
    rows = [(2014, "1", "22001", "Other"), (2014, "1", "22009", "Other"), (2014, "2", "33", "Other")]
    text = table("year,group,code,label,amount", [(*row, 5) for row in rows])
    (finding,) = desk.audit(text, [AMOUNT], YEAR, function)
    assert finding.code == "label-several-codes"
    assert finding.message == (
        "'function' (level 'code'), 1 of 2 labels: 'Other' is the label of "
        "'22001' (5 EUR in 2014) and '22009' (5 EUR in 2014)"
    )


@pytest.mark.parametrize("kind", ["entity", "location"])
def test_one_label__payees_and_places_have_namesakes(desk: Desk, kind: str) -> None:
    text = table("code,label,amount", [("1", "J. Smith", 1), ("2", "J. Smith", 1)])
    assert desk.audit(text, [AMOUNT], replace(NAMED, kind=kind)) == ()


def test_one_label__not_from_year_to_year(desk: Desk) -> None:
    text = table("year,code,label,amount", [(2014, "1", "Sport", 1), (2015, "2", "Sport", 1)])
    assert desk.audit(text, [AMOUNT], YEAR, NAMED) == ()
