"""Findings that a dataset's own `osds.yml` answers: looked at, found right, not to be shown again one by one.

    silence:
      - check: mixed-signs
        where: executed
        reason: Refunds are booked as negative payments

A silence hides no error, and what it hides is counted in the report together with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from osds.errors import UsageError
from osds.report import Check, Finding, Place, Report, Severity

SETTINGS_FILE = "osds.yml"
MAX_SILENCES = 100
MAX_TEXT = 500  # characters of one value
KEYS = ("check", "where", "reason")

SILENCED = Check(
    code="silenced",
    severity=Severity.NOTICE,
    title="Findings are silenced",
    explanation="`silence` in `osds.yml` lists warnings and notices that somebody has looked at, each with a reason. "
    "They are counted here and not shown one by one. Errors are never silenced.",
    example="`check: mixed-signs`, `where: executed`, `reason: Refunds are booked as negative payments`",
    advice="Remove the entry from `silence` to see the findings again",
)

_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
SILENCE_SCHEMA: Mapping[str, Any] = {
    "description": "Warnings and notices that are known and right: counted in the report, not shown one by one",
    "type": "array",
    "maxItems": MAX_SILENCES,
    "items": {
        "type": "object",
        "properties": {
            "check": {**_TEXT, "description": "The code of the check, as reports show it in brackets"},
            "where": {
                **_TEXT,
                "description": "Only findings whose file, column, pointer or message has this text in it",
            },
            "reason": {**_TEXT, "description": "Why the findings are right; reports show it"},
        },
        "required": ["check", "reason"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, kw_only=True)
class Silence:
    """One entry: which findings, and why they are right. Without `where`, all findings of the check."""

    check: str
    where: str | None
    reason: str


def parse_silences(value: object) -> tuple[Silence, ...]:
    """The entries of the key `silence` as YAML gives it; None for an absent key.

    Raises `UsageError` if it is anything but a list of `check`, `reason` and perhaps `where`, each one line of text.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_SILENCES:
        raise UsageError(
            f"{SETTINGS_FILE}: silence must be a list of at most {MAX_SILENCES} entries",
            next_step="Each begins with `- check: CODE` and has a `reason`",
        )
    return tuple(_parse(number, entry) for number, entry in enumerate(value, start=1))


def apply_silences(report: Report, silences: Sequence[Silence]) -> Report:
    """The report without the warnings and notices that are silenced, and one notice for each silence that did something.

    A finding belongs to the first silence that fits it. The other findings stay in their order, the notices follow.
    """
    kept: list[Finding] = []
    hidden: list[list[Finding]] = [[] for _ in silences]
    errors: list[list[Finding]] = [[] for _ in silences]
    for finding in report.findings:
        number = next((n for n, silence in enumerate(silences) if _fits(silence, finding)), None)
        is_error = finding.severity is Severity.ERROR or finding.unsafe
        if number is None or is_error:
            kept.append(finding)
        if number is not None:
            (errors if is_error else hidden)[number].append(finding)
    told = (
        _notice(silence, found, left)
        for silence, found, left in zip(silences, hidden, errors, strict=True)
        if found or left
    )
    return replace(report, findings=(*kept, *told))


def _fits(silence: Silence, finding: Finding) -> bool:
    if finding.code != silence.check:
        return False
    place = finding.place
    texts: Iterable[str | None] = (place.file, place.field, place.pointer, finding.message, finding.value)
    return silence.where is None or any(silence.where in text for text in texts if text)


def _notice(silence: Silence, hidden: Sequence[Finding], errors: Sequence[Finding]) -> Finding:
    where = f" with {silence.where!r}" if silence.where else ""
    message = f"{_count(hidden)} of {silence.check!r}{where}: {silence.reason}"
    if errors:
        message = f"{message} ({_count(errors)} left, because errors are never silenced)"
    return SILENCED.at(Place(file=SETTINGS_FILE), message, value=silence.check)


def _count(findings: Sequence[Finding]) -> str:
    return f"{len(findings):,} finding{'' if len(findings) == 1 else 's'}"


def _parse(number: int, entry: object) -> Silence:
    if not isinstance(entry, dict):
        raise UsageError(f"{_entry(number)} must have the keys `check` and `reason`", next_step=_SHOWN)
    unknown = [key for key in entry if key not in KEYS]
    if unknown:
        raise UsageError(f"{_entry(number)} has the unknown key {unknown[0]!r}", next_step=f"Keys: {', '.join(KEYS)}")
    missing = [key for key in ("check", "reason") if entry.get(key) is None]
    if missing:
        raise UsageError(f"{_entry(number)} has no `{missing[0]}`", next_step=_SHOWN)
    texts = {key: _text(number, key, value) for key, value in entry.items() if value is not None}
    return Silence(check=texts["check"], where=texts.get("where"), reason=texts["reason"])


def _text(number: int, key: str, value: object) -> str:
    if isinstance(value, str) and 0 < len(value.strip()) <= MAX_TEXT and value.strip().isprintable():
        return value.strip()
    raise UsageError(
        f"{_entry(number)}: `{key}` must be one line of at most {MAX_TEXT} characters",
        next_step="Put it between quotes if it looks like a number or a date",
    )


def _entry(number: int) -> str:
    return f"{SETTINGS_FILE}: entry {number} of silence"


_SHOWN = "For instance `- check: mixed-signs` and below it `reason: Refunds are negative payments`"
