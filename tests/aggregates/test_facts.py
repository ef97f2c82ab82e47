from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from osds.aggregates.facts import Column, FactPlan
from osds.aggregates.lattice import Skipped
from osds.aggregates.planning import plan_facts
from osds.dataset.package import DataPackage
from osds.errors import BugError
from osds.fiscal.model import Axis, Dimension, FiscalModel, Level
from osds.tables.text import TableText
from tests.aggregates.lab import YEAR, attribute, dimension, measure, model, package

COLUMNS = ("year", "code", "label", "a", "b")
PACKAGE = package(COLUMNS, {})
TABLE = TableText(resource="facts", paths=(Path("facts.csv"),), fields=COLUMNS, missing_values=("", "-"), rows=3)
WITH_CODE = dimension("d", "code:label")


def planned(one: FiscalModel, described: DataPackage = PACKAGE) -> FactPlan:
    plan, findings = plan_facts(described, one, {"facts": TABLE})
    assert findings == ()
    assert plan is not None
    return plan


def shown(plan: FactPlan) -> list[tuple[list[str], list[str | None]]]:
    """Attributes and amounts of each group, columns as `@name`."""
    return [
        ([_shown(v) for v in group.attributes], [c and c.name for c in group.amounts])  # type: ignore[misc]
        for group in plan.tables[0].groups
    ]


def _shown(value: Column | str) -> str:
    return f"@{value.name}" if isinstance(value, Column) else value


def test_plan_facts__one_group_without_fixed_values() -> None:
    plan = planned(model([measure("a"), measure("b")], WITH_CODE, YEAR))
    assert shown(plan) == [(["@year", "@code", "@label"], ["a", "b"])]
    assert plan.axes == (Axis.YEAR,)
    assert (plan.hierarchies[0].codes, plan.hierarchies[0].labels) == ((1,), (2,))
    assert plan.file == "facts.csv"


def test_plan_facts__a_group_for_each_set_of_fixed_values() -> None:
    measures = [
        measure("approved", ("a", {"year": "2015"}), ("b", {"year": "2016"})),
        measure("executed", ("label", {"year": "2015"})),
    ]
    plan = planned(model(measures, YEAR, dimension("d", "code")))
    assert shown(plan) == [(["2015", "@code"], ["a", "label"]), (["2016", "@code"], ["b", None])]


def test_plan_facts__two_columns_with_equal_fixed_values_are_two_facts() -> None:
    plan = planned(model([measure("a", "a", "b")], YEAR))
    assert shown(plan) == [(["@year"], ["a"]), (["@year"], ["b"])]


def test_plan_facts__what_only_another_column_of_amounts_says_is_empty() -> None:
    measures = [measure("m", ("a", {"stage": "plan"}), "b")]
    plan = planned(model(measures, dimension("phase", "stage", axis=Axis.PHASE)))
    assert shown(plan) == [(["plan"], ["a"]), ([""], ["b"])]


def test_plan_facts__constants() -> None:
    fixed = Dimension(
        name="date",
        title="",
        kind="datetime",
        levels=(Level(key=attribute(None, constant="2014-01-01", resource="elsewhere"), label=None),),
        axis=Axis.YEAR,
    )
    assert shown(planned(model([measure("a")], fixed))) == [(["2014"], ["a"])]


def test_plan_facts__a_dimension_elsewhere_needs_a_foreign_key() -> None:
    plan, findings = plan_facts(
        PACKAGE, model([measure("a")], YEAR, dimension("d", "code", resource="codes")), {"facts": TABLE}
    )
    assert plan is None
    assert [finding.code for finding in findings] == ["attribute-not-joined"]


def test_plan_facts__levels_below_the_year_are_left_out() -> None:
    plan = planned(model([measure("a")], dimension("date", "year", "month", axis=Axis.YEAR)))
    reason = "below the year, which is the axis of every cuboid"
    assert plan.skipped == (Skipped(dimensions=(("date", ("year", "month")),), reason=reason),)


def test_plan_facts__money_of_unknown_year() -> None:
    plan, findings = plan_facts(PACKAGE, model([measure("a"), measure("b", resource="other")], YEAR), {"facts": TABLE})
    assert plan is None
    assert [(finding.code, finding.message) for finding in findings] == [
        (
            "facts-in-several-resources",
            "the year of the money in 'other' is unknown: 'year' is a column of 'facts', and 'other' has neither a "
            "column of that name nor a foreign key to it",
        )
    ]


@pytest.mark.parametrize(
    "one", [model([measure("nowhere")]), model([measure("a")], dimension("d", "nowhere")), model([measure("a")], YEAR)]
)
def test_plan_facts__a_column_that_is_not_there(one: FiscalModel) -> None:
    with pytest.raises(BugError, match=r"nowhere|year"):
        plan_facts(PACKAGE, one, {"facts": replace(TABLE, fields=("code", "a"))})


def test_plan_facts__a_table_that_was_not_handed_over() -> None:
    with pytest.raises(BugError, match="facts"):
        plan_facts(PACKAGE, model([measure("a")]), {})


def test_plan_facts__a_field_may_have_missing_values_of_its_own() -> None:
    described = package(COLUMNS, {"a": {"missingValues": ["n/a", {"value": "?"}, 7]}})
    columns = {
        column.name: column.missing
        for column in planned(model([measure("a")], YEAR), described).tables[0].extract.columns
    }
    assert columns == {"year": ("", "-"), "a": ("n/a", "?")}
