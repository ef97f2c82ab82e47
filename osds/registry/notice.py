"""What a registry says to those who ask: one comment on the request, which is also the job summary; JSON; plain text.

The comment carries a hidden line by which the next run finds out since when the request asks for what it asks now. Only
comments of the registry's own account are read for it. Everything that others wrote stands in code spans.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from osds.registry.asking import RowChange
from osds.registry.catalog import Entry
from osds.registry.changes import timestamp
from osds.registry.decision import Decision
from osds.registry.forge import Comment, Person
from osds.registry.planning import Planned
from osds.registry.reasons import Outcome, Reason, Who
from osds.untrusted import code, one_line

PAGE = "https://github.com/openspending/osds/blob/main/docs/registry.md"

_MARKER = re.compile(r"<!-- osds:decision key=([0-9a-f]{16}) since=([0-9TZ:-]{20}) -->")
_SHOWN = 20  # rows, and reasons of one outcome


@dataclass(frozen=True, kw_only=True)
class FirstSeen:
    """What a request asks for, as a short key, and since when."""

    key: str
    since: datetime

    @property
    def marker(self) -> str:
        """The hidden line."""
        return f"<!-- osds:decision key={self.key} since={timestamp(self.since)} -->"


def asking_key(changes: Iterable[RowChange], author: Person | None) -> str:
    """Equal for two requests that ask for the same in the name of the same person, whatever their commits are."""
    asked = [[_row(change.before), _row(change.after)] for change in changes]
    return hashlib.sha256(repr((author.id if author else None, asked)).encode()).hexdigest()[:16]


def _row(entry: Entry | None) -> object:
    return None if entry is None else (entry.url, entry.name, entry.owner, entry.core, sorted(entry.extra.items()))


def first_seen(key: str, comments: Iterable[Comment], now: datetime) -> FirstSeen:
    """Since when the request asks for this: as our own earlier comment says, or from now on."""
    for comment in comments:
        match = _MARKER.match(comment.body)
        if match and match[1] == key:
            since = datetime.strptime(match[2], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            return FirstSeen(key=key, since=min(since, now))
    return FirstSeen(key=key, since=now.replace(microsecond=0))


def our_comment(comments: Iterable[Comment]) -> Comment | None:
    """The one comment that is kept up to date: the first of ours that has the hidden line."""
    return next((comment for comment in comments if _MARKER.match(comment.body)), None)


def headline(decision: Decision, *, entered: bool = False) -> str:
    """What becomes of the request, as one line."""
    if entered or (decision.outcome is Outcome.ALLOW and not decision.changes):
        return "The catalog has it now. Thank you"
    if decision.outcome is Outcome.WAIT and decision.until:
        return f"This goes in by itself after {_day(decision.until)}, unless somebody objects"
    return _HEADLINES[decision.outcome]


_HEADLINES = {
    Outcome.ALLOW: "This can go in. The next run of the merger enters it",
    Outcome.WAIT: "This goes in by itself at a later run",
    Outcome.HUMAN: "A keeper of this registry has to look at this",
    Outcome.REFUSE: "This cannot go in as it is",
}


def _day(time: datetime) -> str:
    time = time.astimezone(UTC)
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


def render_notice(decision: Decision, *, registry: str, commit: str = "") -> str:
    """The Markdown of comment and summary. The same values give the same text. `commit` is where it was entered."""
    asked = f"`{registry}` has it in commit `{commit[:12]}`:" if commit else f"`{registry}` was asked for this:"
    lines = [f"### {headline(decision, entered=bool(commit))}", ""]
    lines += [asked, "", *_rows(decision.changes), ""] if decision.changes else []
    against = [reason for reason in decision.reasons if reason.kind.outcome is not Outcome.ALLOW]
    if against:
        lines += ["What stands in the way:", "", *_reasons(against, registry), ""]
    speaks = [reason for reason in decision.reasons if reason.kind.outcome is Outcome.ALLOW]
    if speaks:
        lines += ["What speaks for it:", "", *_reasons(speaks, registry), ""]
    if decision.outcome is Outcome.REFUSE:
        lines += [
            "Correct it in this same request. There is no need to open another one: the next run looks again.",
            "",
        ]
    return "\n".join(lines)


def _rows(changes: tuple[Planned, ...]) -> Iterator[str]:
    yield from ("| change | dataset | repository |", "|---|---|---|")
    for change in changes[:_SHOWN]:
        was = (
            f", was {code(str(change.before.id))}" if change.before and str(change.before.id) != change.dataset else ""
        )
        yield f"| {change.kind} | {code(change.dataset)}{was} | {code(change.entry.url)} |"
    if len(changes) > _SHOWN:
        yield f"| and {len(changes) - _SHOWN} more | | |"


def _reasons(found: list[Reason], registry: str) -> Iterator[str]:
    for reason in found[:_SHOWN]:
        kind = reason.kind
        about = "".join(f" {code(part)}" for part in (reason.dataset, reason.detail) if part)
        line = f"- **{kind.title}**{':' if about else '.'}{about}{'.' if about else ''}"
        if kind.outcome is not Outcome.ALLOW:
            line += f" {advice(reason, registry)}."
        yield f"{line} ([{kind.code}]({PAGE}#{kind.code}))"
    if len(found) > _SHOWN:
        yield f"- and {len(found) - _SHOWN} more"


def advice(reason: Reason, registry: str) -> str:
    """Who can do what about a reason."""
    step = reason.kind.advice.replace("{registry}", registry)
    return step if reason.kind.who is Who.NOBODY else f"For {reason.kind.who}: {step[0].lower()}{step[1:]}"


def render_text(decision: Decision, *, registry: str) -> str:
    """The same for a terminal."""
    lines = [headline(decision)]
    lines += [f"  {change.kind} {change.dataset}  {change.entry.url}" for change in decision.changes[:_SHOWN]]
    for reason in decision.reasons[:_SHOWN]:
        mark = "+" if reason.kind.outcome is Outcome.ALLOW else "✗" if reason.kind.outcome is Outcome.REFUSE else "!"
        about = "".join(f" ({one_line(part, 300)})" for part in (reason.dataset, reason.detail) if part)
        lines.append(f"{mark} {reason.kind.title}{about} [{reason.kind.code}]")
        if reason.kind.outcome is not Outcome.ALLOW:
            lines.append(f"  → {advice(reason, registry)}")
    return "\n".join(lines)


def to_json(decision: Decision, *, registry: str) -> dict[str, Any]:
    """The decision for machines."""
    return {
        "outcome": decision.outcome.value,
        "headline": headline(decision),
        "until": timestamp(decision.until) if decision.until else None,
        "rows": [_change_json(change) for change in decision.changes],
        "reasons": [
            {
                "code": reason.kind.code,
                "outcome": reason.kind.outcome.value,
                "dataset": reason.dataset or None,
                "title": reason.kind.title,
                "detail": one_line(reason.detail) or None,
                "who": reason.kind.who.value,
                "next-step": reason.kind.advice.replace("{registry}", registry),
            }
            for reason in decision.reasons
        ],
    }


def _change_json(change: Planned) -> Mapping[str, str | None]:
    return {
        "change": change.kind.value,
        "dataset": change.dataset,
        "before": str(change.before.id) if change.before else None,
        "url": change.entry.url,
        "detail": change.detail or None,
    }
