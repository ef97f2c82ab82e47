"""What a sweep tells people: the datasets of one job, and what came of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from osds.registry.status import Verdict
from osds.registry.sweep_decision import Found
from osds.registry.sweep_result import Outcome, Result
from osds.untrusted import code, one_line

_SHOWN = 200  # datasets in one table
_WORDS = {
    Outcome.SETTLED: "unchanged",
    Outcome.LEFT: "left for the next sweep",
    Outcome.GONE: "gone",
    Outcome.LFS_QUOTA: "git-lfs quota spent",
    Outcome.FAILED: "failed",
}


def word_for(result: Result) -> str:
    """How a look ended, in a word or two: `valid`, `unchanged`, `gone`, …"""
    return _WORDS.get(result.outcome, str(result.verdict))


def counts(results: Sequence[Result]) -> dict[str, int]:
    """How many looks ended in which way, the most first."""
    return dict(Counter(map(word_for, results)).most_common())


def render_looked(results: Sequence[Result]) -> str:
    """What one job found, as text: a line for each dataset that is not unchanged."""
    head = (
        f"Looked at {_count(len(results), 'dataset')}: {_listed(counts(results))}" if results else "Nothing to look at"
    )
    told = [result for result in results if result.outcome is not Outcome.SETTLED]
    return "\n".join([head, *(f"  {_line(result)}" for result in told[:_SHOWN]), *_more(len(told))])


def summarise_looked(results: Sequence[Result]) -> str:
    """The same as Markdown, with a table."""
    told = [result for result in results if result.outcome is not Outcome.SETTLED]
    rows = [
        f"| {code(f'{r.owner}/{r.name}')} | {word_for(r)} | {r.rows:,} | {r.errors:,} | {r.seconds:,} | {code(r.detail)} |"
        for r in told[:_SHOWN]
    ]
    table = ["", "| dataset | | rows | errors | seconds | why |", "|---|---|---:|---:|---:|---|", *rows] if rows else []
    return "\n".join([f"**{_count(len(results), 'dataset')}**: {_listed(counts(results))}", *table, *_more(len(told))])


def render_finished(done: Mapping[str, Any], found: Sequence[Found], *, dry_run: bool) -> str:
    """What came of the whole sweep, as text. `done` is the JSON document of the command."""
    planned = _count(done["planned"], "dataset")
    lines = [f"Swept {planned}: {_listed(done['outcomes'])}" if found else f"Swept {planned}"]
    if done["left"]:
        lines.append(f"  {_count(done['left'], 'dataset')} without a result stay as they were")
    did = "Would publish" if dry_run else "Published"
    lines += [f"{did} {_count(len(done['published']), 'new version')}: {_names(done['published'])}"] * bool(
        done["published"]
    )
    did = "Would back up" if dry_run else "Backed up"
    lines += [f"{did} {_count(len(done['backed-up']), 'dataset')}"] * bool(done["backed-up"])
    lines += [f"  {line}" for each in found if (line := _trouble(each))][:_SHOWN]
    if dry_run:
        return "\n".join([*lines, f"Would note {_count(done['events'], 'event')}"])
    if not done["changed"]:
        return "\n".join([*lines, "Nothing has changed: nothing was noted"])
    return "\n".join([*lines, f"Noted {_count(done['events'], 'event')} as {done['commit'][:12]}"])


def summarise_finished(text: str) -> str:
    """The same as Markdown."""
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _line(result: Result) -> str:
    words = f"{result.owner}/{result.name}  {word_for(result)}"
    if result.outcome is Outcome.LOOKED:
        errors = f", {_count(result.errors, 'error')}" if result.verdict is Verdict.INVALID else ""
        return f"{words}, {_count(result.rows, 'row')}{errors}, {_count(result.seconds, 'second')}"
    return f"{words}: {one_line(result.detail)}" if result.detail else words


def _trouble(found: Found) -> str:
    result, stored = found.result, found.stored
    invalid = result.verdict is Verdict.INVALID
    detail = result.detail or stored.held or stored.failure or stored.quota or (_line(result) if invalid else "")
    return f"{result.owner}/{result.name}: {one_line(detail)}" if detail and not invalid else detail


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in numbers.items())


def _names(datasets: Sequence[str]) -> str:
    return ", ".join(datasets[:10]) + (", …" if len(datasets) > 10 else "")


def _more(told: int) -> Iterator[str]:
    if told > _SHOWN:
        yield f"and {told - _SHOWN:,} more, each in its result.json"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
