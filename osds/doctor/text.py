"""An examination for people, for machines, and for the job summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from osds.doctor.diagnosis import Examination, Found, Whose
from osds.untrusted import code, one_line


def render_text(examination: Examination) -> str:
    """For a terminal: what is wrong first, then advice, then what was looked at and what was not."""
    lines = [_verdict(examination)]
    for found in _in_order(examination):
        lines += ["", *_paragraph(found)]
    lines += ["", f"Looked at: {', '.join(examination.looked_at)}"]
    lines += [f"Not asked: {one_line(reason)}" for reason in examination.not_asked]
    return "\n".join(lines)


def render_summary(examination: Examination) -> str:
    """For the job summary, in Markdown; what may be a stranger's stands as code."""
    lines = [f"## {_verdict(examination, markdown=True)}", ""]
    for found in _in_order(examination):
        kind = "Advice" if found.diagnosis.advice else f"To mend ({found.diagnosis.whose})"
        place = f" {code(found.place)}" if found.place else ""
        lines.append(f"- **{kind}: {found.diagnosis.what}** (`{found.diagnosis.code}`){place}<br>{_plain(found.fix)}")
    lines += ["", *(f"Not asked: {code(reason, 500)}<br>" for reason in examination.not_asked)]
    return "\n".join(lines)


def to_json(examination: Examination) -> dict[str, Any]:
    """For machines."""
    return {
        "about": examination.about,
        "healthy": examination.exit_code == 0,
        "found": [
            {
                "code": found.diagnosis.code,
                "whose": found.diagnosis.whose.name.lower(),
                "advice": found.diagnosis.advice,
                "what": found.diagnosis.what,
                "place": found.place or None,
                "why": found.diagnosis.why,
                "fix": found.fix,
            }
            for found in _in_order(examination)
        ],
        "looked-at": list(examination.looked_at),
        "not-asked": list(examination.not_asked),
    }


def _in_order(examination: Examination) -> list[Found]:
    """The user's own first, then what others have to mend, then advice; else as they were found."""
    return sorted(
        examination.found, key=lambda found: (found.diagnosis.advice, found.diagnosis.whose is not Whose.YOURS)
    )


def _verdict(examination: Examination, *, markdown: bool = False) -> str:
    about = code(examination.about) if markdown else one_line(examination.about, 200)
    wrong = [found.diagnosis for found in examination.found if not found.diagnosis.advice]
    yours = sum(diagnosis.whose is Whose.YOURS for diagnosis in wrong)
    advice = len(examination.found) - len(wrong)
    parts = [_count(yours, "thing", "to mend")] if yours else []
    parts += [_count(len(wrong) - yours, "fault", "of others")] if len(wrong) > yours else []
    parts += [_count(advice, "piece", "of advice")] if advice else []
    return f"{about}: {', '.join(parts) or 'nothing is wrong'}"


def _count(number: int, word: str, rest: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'} {rest}"


def _paragraph(found: Found) -> Iterator[str]:
    diagnosis = found.diagnosis
    sign = "i" if diagnosis.advice else "✗"
    whose = f" ({diagnosis.whose})" if diagnosis.whose is not Whose.YOURS and not diagnosis.advice else ""
    yield f"{sign} {diagnosis.what}{whose} [{diagnosis.code}]"
    if found.place:
        yield f"    {one_line(found.place)}"
    yield f"    {diagnosis.why}"
    yield f"  → {one_line(found.fix)}"


def _plain(text: str) -> str:
    return one_line(text).replace("<", "&lt;")
