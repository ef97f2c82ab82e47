"""The one issue in a dataset's repository that says that its update fails, and the words by which it ends.

A hidden line in the issue's body, which only our own account's issues are read for, keeps since when the update fails,
how often it has, and which run said so last: a run that reports twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from osds.untrusted import code, one_line

STAGES = ("update", "check", "commit", "publish")  # the jobs, in their order
TITLE = "The data could not be updated"

_MARKER = re.compile(
    r"<!-- osds:refresh of=(\S{1,1000}) since=([0-9TZ:-]{20}) runs=([0-9]{1,6}) run=([0-9-]{1,40}) -->"
)
_FORM = "%Y-%m-%dT%H:%M:%SZ"
_WHAT = {
    "update": (
        "the dataset's own update command failed",
        "See what it said in the log of the run, and mend the command",
    ),
    "check": (
        "what the update brought is not valid, or loses more than it may",
        "Look at the summary of the run. If what is new is right, run the workflow by hand with a reason in `accept`",
    ),
    "commit": ("the commit could not be made", "See the log of the run; a rule may protect the branch"),
    "publish": ("the new version could not be published", "See the log of the run; the data is committed"),
}


@dataclass(frozen=True, kw_only=True)
class Failing:
    """An update that fails: which dataset's (its folder), since when, in how many runs, and the run that said so last."""

    folder: str
    since: datetime
    runs: int
    run: str

    @property
    def marker(self) -> str:
        """The hidden line."""
        since = self.since.astimezone(UTC).strftime(_FORM)
        return f"<!-- osds:refresh of={quote(self.folder)} since={since} runs={self.runs} run={self.run} -->"

    def again(self, run: str) -> Failing:
        """The same after one more run; nothing changes if that run was counted already."""
        return self if run == self.run else replace(self, runs=self.runs + 1, run=run)


def read_failing(body: str) -> Failing | None:
    """What an issue's body keeps; None if it is no such issue."""
    match = _MARKER.match(body)
    if match is None:
        return None
    try:
        since = datetime.strptime(match[2], _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Failing(folder=unquote(match[1]), since=since, runs=int(match[3]), run=match[4])


def failed_stage(results: Mapping[str, str]) -> str | None:
    """The first job that failed; None if none did."""
    return next((stage for stage in STAGES if results.get(stage) == "failure"), None)


def is_well(results: Mapping[str, str]) -> bool:
    """True if the update went through. One that was cancelled says nothing, and publishing may be left out."""
    done = all(results.get(stage) == "success" for stage in STAGES[:-1])
    return done and results.get("publish") in {"success", "skipped"}


def title_of(folder: str) -> str:
    """The issue's title."""
    return TITLE if folder == "." else f"{TITLE}: {one_line(folder, 100)}"


def render_issue(failing: Failing, stage: str, problem: str, run_url: str) -> str:
    """The issue's body. `problem` is what the job said of itself, which a dataset may have worded."""
    what, step = _WHAT[stage]
    runs = f"{failing.runs:,} {'run' if failing.runs == 1 else 'runs'}"
    lines = [
        failing.marker,
        f"The scheduled update does not go through: {what}.",
        *(["", f"{code(problem, 500)}"] if problem else []),
        "",
        f"- the last run: {run_url}",
        f"- since {failing.since.astimezone(UTC):%d %B %Y, %H:%M} UTC, in {runs}",
        "",
        f"{step}. Readers have the last good version meanwhile.",
        "",
        "osds keeps this one issue up to date, and closes it when an update goes through.",
    ]
    return "\n".join(lines) + "\n"


def render_recovery(failing: Failing, run_url: str) -> str:
    """The comment with which the issue is closed."""
    return f"The update goes through again, after {failing.runs:,} that did not: {run_url}\n"
