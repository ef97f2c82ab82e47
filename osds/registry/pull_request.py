"""What a pull request on the registry says: a title and a Markdown body, from values, as text.

Titles and names come from a dataset, so anybody may have written them. They stand in code spans, where Markdown makes
no mention, no issue reference, no closing keyword, no link and no HTML of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from osds.dataset.identity import DatasetId
from osds.registry.entering import Change
from osds.registry.urls import is_public
from osds.untrusted import code

BRANCH_PREFIX = "osds/register/"

_MAX_ITEMS = 20  # values of one list; even all-backticks values stay below GitHub's limit of 65 536 characters


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a reviewer wants to know of the dataset; every value is one line of text, as short as it can be.

    `totals` are grand totals written for people, `checked` says what osds looked at and what came out.
    """

    title: str = ""
    measures: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PullRequestText:
    """The words of one pull request."""

    title: str
    body: str


def branch_name(dataset: DatasetId) -> str:
    """The one branch on which a dataset asks to be entered."""
    # git allows no branch that ends in .lock; no name ends with a hyphen, so this cannot meet another dataset's.
    return f"{BRANCH_PREFIX}{dataset}{'-' if dataset.name.endswith('.lock') else ''}"


def marker(dataset: DatasetId) -> str:
    """The hidden line by which osds knows its own pull request."""
    return f"<!-- osds:register {dataset} -->"


def render_pull_request(change: Change, summary: Summary) -> PullRequestText:
    """Title and body for `change`. The same values give the same text."""
    entry = change.entry
    facts = (
        ("Title", code(summary.title) if summary.title else ""),
        ("Repository", entry.url if is_public(entry.url) else code(entry.url)),
        ("Changes", code(change.detail) if change.detail else ""),
        ("Measures", _spans(summary.measures)),
        ("Years", _spans(summary.years)),
        ("Totals", _spans(summary.totals)),
        ("Checked", _spans(summary.checked)),
    )
    lines = [f"- **{name}:** {text}" for name, text in facts if text]
    body = "\n".join([marker(entry.id), f"This changes the row of `{entry.id}` and nothing else.", "", *lines, ""])
    return PullRequestText(title=change.title, body=body)


def _spans(values: tuple[str, ...]) -> str:
    shown = ", ".join(code(value) for value in values[:_MAX_ITEMS])
    more = len(values) - _MAX_ITEMS
    return f"{shown} and {more} more" if more > 0 else shown
