"""What a registry knows of each dataset, `data/status.json`: computed once, and read by all that tells it.

The sweep and the watchdog write it, together with the events that follow from it, in one commit. Badges, feeds, pages,
comments and `osds status` read it, so that no two of them contradict each other. Nothing in it changes because time
passes: a registry whose datasets are as they were has the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError
from osds.registry.changes import TIME
from osds.registry.lines import RegistryFileError, check_value
from osds.registry.urls import check_url

STATUS_FILE = "data/status.json"
FORMAT = 1

OBJECT_ID = re.compile(r"|[0-9a-f]{40}|[0-9a-f]{64}")


class Trouble(StrEnum):
    """What can be wrong with a dataset that a registry lists."""

    INVALID = "invalid"  # its data has errors
    HELD = "held"  # the gate holds its new version back, and the last good one stays
    FAILED = "failed"  # osds could not read it, add it up or publish it within its limits
    LFS_QUOTA = "lfs-quota"  # the host refuses its git-lfs files: the quota is spent
    GONE = "gone"  # its repository is deleted, or private
    MOVED = "moved"  # its repository answers at another address
    SILENT = "silent"  # a run that its schedule promises did not happen
    FAILING = "failing"  # the runs of its schedule fail
    DISABLED = "disabled"  # its schedule is switched off


class Verdict(StrEnum):
    """What the last look at the data said."""

    UNKNOWN = ""  # nobody has looked yet
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One trouble that a dataset has. `since` is when it was first seen; `told` says whether it has become an event.

    `detail` is one line for people, at most 300 characters, without anything that changes from look to look.
    """

    trouble: Trouble
    since: str  # as in the log: 2026-01-31T12:00:00Z
    told: bool = False
    detail: str = ""

    def __post_init__(self) -> None:
        _check_time(self.since)
        check_value(self.detail, "detail")
        if len(self.detail) > 300:
            raise RegistryFileError("A detail has more than 300 characters", next_step="Say it in fewer")


@dataclass(frozen=True, kw_only=True)
class Status:
    """One dataset. Texts are empty, and numbers 0, where nothing is known.

    `commit` is what was last looked at, `generator` the version of osds that did so (`osds 1.2.3`), `seconds` how long it
    took (for the next plan), `rows` those of its tables.
    `version` is the current version in the store, `published` when it was made, `until` the last year in its figures.
    `rhythm` are the lines of cron, with a zone after the fifth field where it is not UTC, of the runs that its workflow
    promises, `last_run` the last of them that was seen. Times are UTC, `2026-01-31T12:00:00Z`.
    """

    owner: str
    name: str
    url: str
    commit: str = ""
    generator: str = ""
    verdict: Verdict = Verdict.UNKNOWN
    errors: int = 0
    warnings: int = 0
    rows: int = 0
    seconds: int = 0
    version: int = 0
    published: str = ""
    until: str = ""
    rhythm: tuple[str, ...] = ()
    last_run: str = ""
    troubles: tuple[Standing, ...] = ()  # in the order of `Trouble`, each once

    def __post_init__(self) -> None:
        DatasetId(owner=self.owner, name=self.name)
        check_url(self.url)
        if not OBJECT_ID.fullmatch(self.commit):
            raise RegistryFileError(f"{self.commit[:80]!r} is not a commit", next_step="Let the sweep write it anew")
        for time in (self.published, self.last_run):
            if time:
                _check_time(time)
        for text in (self.until, self.generator, *self.rhythm):
            check_value(text.replace("*", ""), "value")

    @property
    def id(self) -> DatasetId:
        """`owner/name`."""
        return DatasetId(owner=self.owner, name=self.name)

    @property
    def told(self) -> tuple[Standing, ...]:
        """The troubles that have been told: what badges and pages show."""
        return tuple(standing for standing in self.troubles if standing.told)


@dataclass(frozen=True, kw_only=True)
class StatusBook:
    """The statuses of a registry, by `(owner, name)`."""

    statuses: Mapping[tuple[str, str], Status]

    def of(self, owner: str, name: str, url: str) -> Status:
        """What is known of a dataset that the catalog lists; a new status if that is nothing."""
        known = self.statuses.get((owner, name))
        return known if known is not None and known.url == url else Status(owner=owner, name=name, url=url)

    def render(self) -> str:
        """The text of `data/status.json`: sorted, one line for each dataset, so that a change is a line."""
        lines = [json.dumps(_plain(status), ensure_ascii=False) for _, status in sorted(self.statuses.items())]
        return f'{{"format": {FORMAT}, "datasets": [\n' + ",\n".join(lines) + "\n]}\n"


EMPTY_BOOK = StatusBook(statuses={})


def book_of(statuses: Iterable[Status]) -> StatusBook:
    """A book with these statuses."""
    return StatusBook(statuses={(status.owner, status.name): status for status in statuses})


def parse_statuses(text: str) -> StatusBook:
    """Read `data/status.json`. Raises `RegistryFileError` if it is not what osds writes; it can be deleted without harm."""
    try:
        return book_of(_status(raw) for raw in _datasets(json.loads(text)))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, OsdsError) as error:
        raise RegistryFileError(
            f"{STATUS_FILE} cannot be read: {str(error)[:200]}",
            next_step="Restore it from its history, or delete it: the next sweep makes a new one",
        ) from error


def _datasets(document: Any) -> list[Any]:  # noqa: ANN401 (any JSON)
    if document["format"] != FORMAT:
        raise ValueError("its format is another")
    return list(document["datasets"])


def _plain(status: Status) -> dict[str, object]:
    """Without what says nothing, so that lines stay short."""
    kept = {key: value for key, value in asdict(status).items() if value}
    if status.troubles:
        kept["troubles"] = [{k: v for k, v in asdict(standing).items() if v} for standing in status.troubles]
    return kept


def _status(raw: Any) -> Status:  # noqa: ANN401 (any JSON)
    values = {key: _typed(raw[key], kind) for key, kind in _KINDS.items() if key in raw}
    if unknown := raw.keys() - _KINDS.keys():
        raise ValueError(f"it has the unknown key {min(unknown)!r}")
    values["verdict"] = Verdict(values.get("verdict", ""))
    values["rhythm"] = tuple(_typed(line, str) for line in values.get("rhythm", []))
    values["troubles"] = tuple(_standing(each) for each in values.get("troubles", []))
    return Status(**values)


def _standing(raw: Any) -> Standing:  # noqa: ANN401 (any JSON)
    told = _typed(raw.get("told", False), bool)
    detail = _typed(raw.get("detail", ""), str)
    return Standing(trouble=Trouble(raw["trouble"]), since=_typed(raw["since"], str), told=told, detail=detail)


_KINDS: dict[str, type] = {
    field.name: {"int": int, "tuple[str, ...]": list, "tuple[Standing, ...]": list}.get(str(field.type), str)
    for field in fields(Status)
}


def _typed(value: Any, kind: type) -> Any:  # noqa: ANN401 (any JSON)
    if type(value) is not kind or (type(value) is int and value < 0):
        raise ValueError(f"{str(value)[:80]!r} cannot stand where it stands")
    return value


def _check_time(time: str) -> None:
    if not TIME.fullmatch(time):
        raise RegistryFileError(f"{time[:80]!r} is not a time", next_step="Let the sweep write it anew")
