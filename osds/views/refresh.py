"""What `osds refresh` found, in words: an update that is held back, and one that is ready to be committed."""

from __future__ import annotations

from collections.abc import Sequence

from osds.store.gate import Loss
from osds.untrusted import code, one_line
from osds.views.publishing import loss_rows, loss_table

_STEP = 'If it is right, run the workflow by hand with a reason in `accept`, or check it with --accept "REASON"'


def render_held(dataset: str, losses: Sequence[Loss]) -> str:
    """Why an update is not committed."""
    lines = [f"Not updated: {one_line(dataset)} would lose more than it may, so everything stays as it is", ""]
    lines += [*loss_table(losses, "before"), ""]
    lines += [
        "If this is a mistake at the source, nothing has to be done here: the next update tries again.",
        f"{_STEP}.",
    ]
    return "\n".join([*lines, "How much may go without asking is set in osds.yml, under `gate`."])


def summarise_held(dataset: str, losses: Sequence[Loss]) -> str:
    """The same as Markdown for the job summary."""
    lines = [f"### Not updated: {code(dataset)}", "", f"It would lose more than it may. {_STEP}.", ""]
    return "\n".join([*lines, *loss_rows(losses, "before")])


def tell_losses(losses: Sequence[Loss]) -> str:
    """The first losses in one line."""
    told = [f"{loss.what}: {loss.before} → {loss.after} ({loss.change})" for loss in losses[:3]]
    more = f" and {len(losses) - 3:,} more" if len(losses) > 3 else ""
    return f"Held back: {'; '.join(told)}{more}"


def summarise_message(message: str) -> str:
    """The message of the commit as a block of the job summary, which nothing in it can end."""
    lines = [one_line(line, 1000).replace("```", "···") for line in message.rstrip("\n").split("\n")]
    return "\n".join(["### Update", "", "```text", *lines, "```"])
