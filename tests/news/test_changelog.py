"""The changelog as people see it, whatever strangers wrote."""

from __future__ import annotations

from osds.news.changelog import SHOWN, render_changelog
from osds.registry.changes import EventType
from tests.news.cases import event, log, many


def test_changelog__by_day_newest_first() -> None:
    events = log(
        event(),
        event(EventType.TROUBLE, time="2026-02-01T00:00:00Z", detail="invalid: 3 errors"),
        event(EventType.RENAMED, time="2026-02-01T09:00:00Z", name="money", detail="was town/budget", url="/srv/money"),
    )
    assert render_changelog("Ours", events).splitlines() == [
        "# What has changed in `Ours`",
        "",
        "## 2026-02-01",
        "",
        "- `town/budget` is called `town/money` now",
        "- `town/budget`: its data has errors: `3 errors` ([repository](https://github.com/town/budget))",
        "",
        "## 2026-01-31",
        "",
        "- `town/budget` was added to the registry ([repository](https://github.com/town/budget))",
        "",
    ]


def test_changelog__is_bounded_and_says_where_the_rest_is() -> None:
    text = render_changelog("Ours", many(SHOWN + 1234))
    assert text.count("\n- ") == SHOWN
    assert text.endswith("1,234 earlier changes are in `data/changes.csv` of the registry.\n")


def test_changelog__without_an_event() -> None:
    assert render_changelog("Ours", ()) == "# What has changed in `Ours`\n\nNothing yet.\n"


def test_changelog__nothing_of_a_stranger_is_markdown() -> None:
    hostile = "`](javascript:x) <img src=x onerror=y> @everyone ::error::x"
    (line,) = [each for each in render_changelog("Ours", log(event(detail=hostile))).splitlines() if each[:2] == "- "]
    assert "``" in line  # a longer fence than any in the text, so all of it is code
    assert "::" not in line
