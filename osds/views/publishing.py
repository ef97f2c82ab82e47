"""What `osds publish` did, or would do, in words: the plan with sizes, and what the gate holds back."""

from __future__ import annotations

from collections.abc import Sequence

from osds.store.gate import Loss
from osds.store.layout import CURRENT, PLAIN
from osds.store.publication import Step
from osds.untrusted import code, one_line

_SHOWN = 20  # steps or losses of one kind, before the rest is counted


def render_plan(dataset: str, steps: Sequence[Step], *, sequence: int, changed: bool) -> str:
    """The plan of a publication, in order, with sizes."""
    if not steps:
        return f"Unchanged: version {sequence} of {one_line(dataset)} says the same, nothing would be sent"
    would = f"publish version {sequence}" if changed else f"refresh the copies of version {sequence}"
    lines = [f"Would {would} of {one_line(dataset)}:"]
    objects = [step for step in steps if step.action != "copy"]
    copies = [step for step in steps if step.action == "copy"]
    lines += [f"  {_step(step, sequence)}" for step in objects[:_SHOWN]]
    if len(objects) > _SHOWN:
        lines.append(f"  and {len(objects) - _SHOWN:,} more ({_bytes(objects[_SHOWN:])})")
    if copies:
        lines.append(f"  copy {len(copies):,} files to {PLAIN}/ ({_bytes(copies)})")
    return "\n".join([*lines, f"{_bytes(steps)} in all"])


def render_publication(dataset: str, url: str, *, sequence: int, changed: bool, sent: int) -> str:
    """What a publication did."""
    if not changed:
        again = f"; {sent:,} bytes of its copies were refreshed" if sent else ""
        return f"Unchanged: version {sequence} of {one_line(dataset)} is already published{again}"
    return f"Published version {sequence} of {one_line(dataset)} ({sent:,} bytes sent)\nReaders fetch {one_line(url)}"


def render_held_back(dataset: str, losses: Sequence[Loss], *, sequence: int) -> str:
    """Why version `sequence` stays, as a table of before and after."""
    lines = [
        f"Not published: the new version of {one_line(dataset)} loses more than it may, so version {sequence} stays",
        "",
        *loss_table(losses, "published"),
    ]
    return "\n".join(
        [
            *lines,
            "",
            "If this is a mistake in the data, correct it: readers see nothing of it meanwhile.",
            'If it is right, publish it with --accept "REASON"; the reason is recorded in the new version.',
            "How much may go without asking is set in osds.yml, under `gate`.",
        ]
    )


def summarise_held_back(dataset: str, losses: Sequence[Loss], *, sequence: int) -> str:
    """The same as Markdown for the job summary."""
    return "\n".join(
        [
            f"### Not published: {code(dataset)} stays at version {sequence}",
            "",
            "The new version loses more than it may. If that is right, publish it with the input `accept` and a reason.",
            "",
            *loss_rows(losses, "published"),
        ]
    )


def loss_table(losses: Sequence[Loss], before: str) -> list[str]:
    """The losses as lines of text in columns; `before` is what the figures on the left are."""
    rows = [("", before, "new", "change", "gate")]
    rows += [(loss.what, loss.before, loss.after, loss.change, loss.rule) for loss in losses[:_SHOWN]]
    cells = [[one_line(cell, 100) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    more = [f"  and {len(losses) - _SHOWN:,} more"] if len(losses) > _SHOWN else []
    return [
        *(
            f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:<{widths[3]}}  {row[4]}"
            for row in cells
        ),
        *more,
    ]


def loss_rows(losses: Sequence[Loss], before: str) -> list[str]:
    """The losses as a table in Markdown."""
    rows = [
        f"| {code(one.what)} | {code(one.before)} | {code(one.after)} | {code(one.change)} | `{one.rule}` |"
        for one in losses
    ]
    return [f"| | {before} | new | change | gate |", "|---|---:|---:|---|---|", *rows[:100]]


def _step(step: Step, sequence: int) -> str:
    if step.key == CURRENT:
        return f"set {CURRENT} to version {sequence}"
    return f"{step.action} {one_line(step.key)} ({step.bytes:,} bytes)"


def _bytes(steps: Sequence[Step]) -> str:
    return f"{sum(step.bytes for step in steps):,} bytes"
