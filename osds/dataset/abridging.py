"""Keeping a report readable: a descriptor of a few megabytes can be wrong in a hundred thousand places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from osds.dataset import checks
from osds.report import Finding, in_descriptor

MAX_OF_ONE_CHECK = 200


def abridge(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, at most 200 of each check, and how many more there are. Their order stays."""
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.code] += 1
        if counts[finding.code] <= MAX_OF_ONE_CHECK:
            yield finding
    for code, count in counts.items():
        if count > MAX_OF_ONE_CHECK:
            message = f"{count - MAX_OF_ONE_CHECK:,} more findings of the check `{code}` are not listed"
            yield checks.FINDINGS_MORE.at(in_descriptor(), message)
