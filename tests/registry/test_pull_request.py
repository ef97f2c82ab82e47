"""The words of a pull request: the facts are there, and nothing that a dataset says becomes Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.dataset.identity import DatasetId
from osds.registry.catalog import Entry, empty_catalog
from osds.registry.entering import decide
from osds.registry.policy import Policy
from osds.registry.pull_request import Summary, branch_name, render_pull_request
from osds.untrusted import code

CHANGE = decide(empty_catalog(), Entry(url="https://github.com/alice/budget", name="budget", owner="alice"), Policy())

NASTY = [
    "@everyone fixes #1",
    "closes alice/budget#7",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "https://evil.example/login",
    "--> <b>out</b> <!--",
    "`@alice`",
    "``` @alice ```",
    "line\n\n# heading\n- [ ] task",
    "a\r\nfixes #2",
    "x" * 5000,
    "\u202egnp.exe",
    "| a | b |",
]


def without_code(markdown: str) -> str:
    """The text outside code spans, by CommonMark's rule: a run of backticks closes at the next run of equal length."""
    return re.sub(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)", "", markdown, flags=re.DOTALL)


def test_render_pull_request__says_everything() -> None:
    assert CHANGE is not None
    summary = Summary(
        title="Budget of Alice",
        measures=("amount",),
        years=("2023", "2024"),
        totals=("amount, 2024, EUR: 12.50",),
        checked=("valid: 0 errors, 1 warning",),
    )
    text = render_pull_request(CHANGE, summary)
    assert text.title == "Add alice/budget"
    assert text.body == (
        "<!-- osds:register alice/budget -->\n"
        "This changes the row of `alice/budget` and nothing else.\n"
        "\n"
        "- **Title:** `Budget of Alice`\n"
        "- **Repository:** https://github.com/alice/budget\n"
        "- **Measures:** `amount`\n"
        "- **Years:** `2023`, `2024`\n"
        "- **Totals:** `amount, 2024, EUR: 12.50`\n"
        "- **Checked:** `valid: 0 errors, 1 warning`\n"
    )


@pytest.mark.parametrize("nasty", NASTY)
def test_render_pull_request__hostile_text_stays_code(nasty: str) -> None:
    assert CHANGE is not None
    quiet = render_pull_request(
        CHANGE, Summary(title="t", measures=("m",), years=("y",), totals=("z",), checked=("c",))
    )
    loud = render_pull_request(
        CHANGE, Summary(title=nasty, measures=(nasty,), years=(nasty,), totals=(nasty,), checked=(nasty,))
    )
    assert without_code(loud.body) == without_code(quiet.body)
    assert loud.title == quiet.title


@given(st.text())
def test_code_span__nothing_escapes(text: str) -> None:
    span = code(text)
    assert without_code(f"before {span} after") == "before  after"
    assert len(span) < 700
    assert "\n" not in span


def test_render_pull_request__stays_far_below_githubs_limit() -> None:
    assert CHANGE is not None
    many = tuple("`" * 300 for _ in range(1000))
    body = render_pull_request(CHANGE, Summary(title="t", measures=many, years=many, totals=many, checked=many)).body
    assert "and 980 more" in body
    assert len(body) < 65_536 - 1000


def test_branch_name__is_one_that_git_takes() -> None:
    assert branch_name(DatasetId(owner="alice", name="budget")) == "osds/register/alice/budget"
    assert branch_name(DatasetId(owner="alice", name="yarn.lock")) == "osds/register/alice/yarn.lock-"
