"""`osds refresh report`: keep the one issue that says that the update fails, and close it when it goes through again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from osds.edges.github.issues import OwnIssue, OwnIssues
from osds.refresh.notice import (
    Failing,
    failed_stage,
    is_well,
    read_failing,
    render_issue,
    render_recovery,
    title_of,
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the workflow: its id with the attempt, its address, and how its jobs ended."""

    id: str
    url: str
    results: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What was done: `opened`, `updated`, `closed`, or `nothing`. `url` is the issue's, if there is one."""

    did: str
    url: str = ""


def report(issues: OwnIssues, folder: str, run: Run, now: datetime) -> Reported:
    """Tell how a run ended. A run that was cancelled tells nothing, and one that was told already changes nothing."""
    stage = failed_stage(run.results)
    if stage is None and not is_well(run.results):
        return Reported(did="nothing")

    def is_it(issue: OwnIssue) -> bool:
        found = read_failing(issue.body)
        return found is not None and found.folder == folder

    issue = issues.find(is_it)
    if stage is None:
        return _recover(issues, issue, run)
    if issue is None:
        failing = Failing(folder=folder, since=now, runs=1, run=run.id)
        made = issues.open(title_of(folder), render_issue(failing, stage, run.problem, run.url), is_it)
        return Reported(did="opened", url=made.url)
    known = read_failing(issue.body)
    if known is None or known.run == run.id:
        return Reported(did="nothing", url=issue.url)
    issues.edit(issue, render_issue(known.again(run.id), stage, run.problem, run.url))
    return Reported(did="updated", url=issue.url)


def _recover(issues: OwnIssues, issue: OwnIssue | None, run: Run) -> Reported:
    failing = read_failing(issue.body) if issue else None
    if issue is None or failing is None:
        return Reported(did="nothing")
    issues.close(issue, render_recovery(failing, run.url))
    return Reported(did="closed", url=issue.url)
