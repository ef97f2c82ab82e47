from __future__ import annotations

import pytest

from osds.fiscal.model import Axis
from tests.aggregates.lab import dimension, measure
from tests.audit.desk import AMOUNT, YEAR, Desk, table

PERIOD = {"start": "2012-01-01", "end": "2013-12-31"}
DATES = dimension("date", "day", axis=Axis.YEAR)
DAY = {"day": {"type": "date"}}


def yearly(*years: object) -> str:
    """One line of 100 a year."""
    return table("year,amount", [(year, 100) for year in years])


@pytest.mark.parametrize(
    ("years", "told"),
    [
        ((2012, 2013, 2015), "2014, between 2012 and 2015; 2013 (100 EUR) and 2015 (100 EUR) stand beside"),
        (
            ("2012-13", "2013-14", "2016-17", "2017-18"),
            "2014 and 2015, between 2012 and 2017; 2013-14 (100 EUR) and 2016-17",
        ),
        ((2001, 2002, 2003, 2004, 2005, 2010), "2006, 2007, 2008 and 1 more, between"),
    ],
)
def test_gap__is_told(desk: Desk, years: tuple[object, ...], told: str) -> None:
    (message,) = desk.messages("year-gap", yearly(*years), [AMOUNT], YEAR)
    assert f"no row for {told}" in message


@pytest.mark.parametrize(
    "years",
    [
        (2012, 2013, 2014),
        (2012, 2015),  # two years are a comparison
        (2010, 2012, 2014, 2016),  # every second year
        (1990, 2014, 2015),  # more holes than years
        ("2012", "2013", "draft", "2015"),  # not all of them are years
        (2012, 2013, "", 2014),
    ],
)
def test_gap__is_none(desk: Desk, years: tuple[object, ...]) -> None:
    assert desk.messages("year-gap", yearly(*years), [AMOUNT], YEAR) == []


def test_gap__place(desk: Desk) -> None:
    (finding,) = desk.audit(yearly(2012, 2013, 2015), [AMOUNT], YEAR)
    assert (finding.place.file, finding.place.field) == ("facts.csv", "year")


def test_outside__years_with_their_money(desk: Desk) -> None:
    text = table("year,amount", [(2012, 5), (2013, 6), (2014, "7.50"), (2014, 1), (2016, 3)])
    (message,) = desk.messages("year-outside-period", text, [AMOUNT], YEAR, fiscalPeriod=PERIOD)
    assert message == "3 lines lie outside the fiscal period (2012 to 2013): 2014 (8.50 EUR) and 2016 (3 EUR)"


@pytest.mark.parametrize(("year", "told"), [(2011, True), ("2010-11", True), ("2011-12", False), (2014, True)])
def test_outside__before_and_after(desk: Desk, year: object, told: bool) -> None:
    messages = desk.messages("year-outside-period", yearly(2012, year), [AMOUNT], YEAR, fiscalPeriod=PERIOD)
    assert bool(messages) == told


@pytest.mark.parametrize(
    ("years", "period"),
    [
        ((2012, 2013), PERIOD),
        (("2011-12", "2013-14"), PERIOD),  # half of them lies inside
        ((2012, ""), PERIOD),
        ((2050,), None),
        ((2050,), "2012"),
        ((2050,), {"start": "2013-01-01", "end": "2012-01-01"}),
        ((2050,), {"start": "2012-13-01", "end": 5}),
    ],
)
def test_outside__nothing(desk: Desk, years: tuple[object, ...], period: object) -> None:
    assert desk.messages("year-outside-period", yearly(*years), [AMOUNT], YEAR, fiscalPeriod=period) == []


def test_outside__payments_may_be_late(desk: Desk) -> None:
    def told(day: str, granularity: str) -> list[str]:
        text = table("day,amount", [("2012-03-04", 1), (day, 2)])
        more = {"types": DAY, "fiscalPeriod": PERIOD, "granularity": granularity}
        return desk.messages("year-outside-period", text, [AMOUNT], DATES, **more)

    assert told("2014-01-08", "transactional") == []
    assert len(told("2014-01-08", "aggregated")) == 1
    assert len(told("2015-01-08", "transactional")) == 1


def test_jump__names_both_totals(desk: Desk) -> None:
    rows = [(2012, "A", 4_942_020_428), (2013, "A", "4564125.02"), (2014, "A", 4_600_000), (2014, "B", 1)]
    text = table("year,currency,amount", rows)
    currency = dimension("currency", "currency", axis=Axis.CURRENCY)
    (message,) = desk.messages("total-jump", text, [AMOUNT], YEAR, currency)
    assert message == "the totals of 'amount' jump: 4,942,020,428 A in 2012 and 4,564,125.02 A in 2013"


@pytest.mark.parametrize(
    "rows",
    [
        [(2012, 100), (2013, 1000)],  # tenfold, not more
        [(2012, 100), (2014, 100_000)],  # not one after the other
        [(2012, 0), (2013, 1000)],  # it began in 2013
        [("2012-01-01", 1), ("2012-02-01", 1), ("2013-01-05", 1000)],  # days as text
    ],
)
def test_jump__none(desk: Desk, rows: list[tuple[object, int]]) -> None:
    assert desk.messages("total-jump", table("year,amount", rows), [AMOUNT], YEAR) == []


def test_jump__a_year_of_payments_that_has_just_begun(desk: Desk) -> None:
    def told(last: int, granularity: str) -> int:
        rows = [(f"2012-{1 + n % 12:02}-01", 50 + n) for n in range(24)] + [("2013-01-02", last)]
        more = {"types": DAY, "granularity": granularity}
        return len(desk.messages("total-jump", table("day,amount", rows), [AMOUNT], DATES, **more))

    assert told(60, "transactional") == 0
    assert told(60, "aggregated") == 1
    assert told(60_000, "transactional") == 1


def test_jump__each_measure_by_itself(desk: Desk) -> None:
    text = table("year,a,b", [(2012, 5, 700), (2013, 6, 7)])
    (finding,) = [f for f in desk.audit(text, [measure("a"), measure("b")], YEAR) if f.code == "total-jump"]
    assert finding.place.field == "b"
