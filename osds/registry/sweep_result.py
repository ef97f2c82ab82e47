"""What a job of a sweep found of one dataset: `result.json`, beside the bundle that it made.

The job holds no credential and meets what strangers wrote; the job that reads this may write to the registry and the
store. So it is a small document of a strict form, and everything in it is taken for a stranger's word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError, UsageError
from osds.registry.lines import check_value
from osds.registry.status import OBJECT_ID, Verdict
from osds.registry.strict_fields import read_document, read_fields, refusal
from osds.registry.urls import check_url
from osds.thresholds import parse_thresholds
from osds.untrusted import one_line

RESULT_FILE = "result.json"
BUNDLE = "bundle"  # the folder of the aggregates, beside it
DATA = "data"  # the folder of the files that are to be published besides, with the descriptor that names them
MAX_RESULT = 65_536  # bytes

_FORMAT = 1
_MAX_DETAIL = 200
_TEMPORARY = re.compile(r"\S*/osds-(?:[a-z]+-)?[a-z0-9_]{8}\b")  # a path that is another one in the next run
_YEAR = re.compile(r"[0-9]{0,6}")


class Outcome(StrEnum):
    """How a look at a dataset ended."""

    LOOKED = "looked"  # its data was judged and, if valid, added up
    SETTLED = "settled"  # its repository is as it was, and nothing had to be done
    LEFT = "left"  # there was no time; the next sweep looks
    GONE = "gone"  # git says that there is no such repository
    LFS_QUOTA = "lfs-quota"  # the host refuses its git-lfs files
    FAILED = "failed"  # it could not be read, judged or added up within the limits


@dataclass(frozen=True, kw_only=True)
class Result:
    """One dataset. Numbers are 0 and texts empty where the look did not get that far.

    `until` is the last year in its figures. `detail` says in one line why it failed, without anything that would be another
    in the next run. `gate` and `publish_data` are the dataset's own settings, for publishing.
    """

    owner: str
    name: str
    url: str
    outcome: Outcome
    commit: str = ""
    verdict: Verdict = Verdict.UNKNOWN
    errors: int = 0
    warnings: int = 0
    rows: int = 0
    seconds: int = 0
    until: str = ""
    detail: str = ""
    publish_data: str = ""
    gate: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        DatasetId(owner=self.owner, name=self.name)
        check_url(self.url)
        check_value(self.detail, "detail")
        if not OBJECT_ID.fullmatch(self.commit) or not _YEAR.fullmatch(self.until):
            raise UsageError("A result has an odd commit or year")
        if len(self.detail) > _MAX_DETAIL + 1 or len(self.publish_data) > 1000:
            raise UsageError("A result has a text that is too long")
        if self.outcome is Outcome.LOOKED and (self.verdict is Verdict.UNKNOWN or not self.commit):
            raise UsageError("A result says that its data was judged, and not how")
        parse_thresholds(self.gate)


def detail_of(text: str) -> str:
    """Words about a failure as a result may have them: one line, harmless, the same in every run."""
    return one_line(_TEMPORARY.sub("…", text), _MAX_DETAIL).lstrip("=+-@ ")


def render_result(result: Result) -> str:
    """The text of `result.json`."""
    return json.dumps({"format": _FORMAT, **asdict(result)}, ensure_ascii=False, indent=1) + "\n"


def parse_result(content: bytes, where: str) -> Result:
    """Read a `result.json`; `where` is for messages. Raises `UnsafeInputError` if osds cannot have written it."""
    raw = read_document(content, where, MAX_RESULT)
    try:
        return _read_result(raw)
    except (ValueError, OsdsError) as error:
        raise refusal(where, error) from error


def _read_result(raw: dict[str, Any]) -> Result:
    format_, values = raw.get("format"), read_fields(raw, _KINDS)
    if format_ != _FORMAT:
        raise ValueError("its format is another")
    known = {key: value for key, value in values.items() if key != "format"}
    return Result(**{**known, "outcome": Outcome(known["outcome"]), "verdict": Verdict(known["verdict"])})


_KINDS: dict[str, type] = {
    **dict.fromkeys(("owner", "name", "url", "outcome", "commit", "verdict", "until", "detail", "publish_data"), str),
    **dict.fromkeys(("format", "errors", "warnings", "rows", "seconds"), int),
    "gate": dict,
}
