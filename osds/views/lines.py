"""A report as lines of one form, one for each place: `FILE:LINE: error: what is wrong [code]`, as compilers write them.

Editors jump to such places. Problem matchers of GitHub Actions annotate them: `setup/problem-matcher.json` reads these lines
where osds cannot see the runner that it works for, for instance in a container.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from osds.report import DESCRIPTOR_FILE, Report
from osds.untrusted import lines, one_line
from osds.views.grouping import Spot, group
from osds.views.text import describe, verdict


def render(report: Report, folder: str = "") -> str:
    """The report's places, errors first, then the verdict; `folder` is the dataset's path from where paths are read."""
    spots = (spot for each in group(report) for spot in each.spots)
    return lines("\n".join([*_places(spots, folder), verdict(report)])) + "\n"


def _places(spots: Iterator[Spot], folder: str) -> Iterator[str]:
    for spot in spots:
        first = spot.first
        file = one_line(join(folder, first.place.file or DESCRIPTOR_FILE), 200)
        told = f"{one_line(first.headline)}: {describe(spot)}. {one_line(first.advice)}"
        yield f"{file}:{spot.line}: {first.severity.value}: {told} [{first.code}]"
