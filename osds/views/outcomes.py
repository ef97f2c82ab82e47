"""What commands did, in words for a person and as JSON for machines. Functions from values to text.

Totals are read from the bundle's descriptor (its `osds` block), so that a bundle made elsewhere reads the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from osds.untrusted import code, one_line

if TYPE_CHECKING:
    from osds.registry.registration import Registered  # which would cost every `osds validate` 10 ms

_MAX_TOTALS = 12
_MAX_SKIPPED = 6


def money(value: str) -> str:
    """A plain decimal with thousands separators: `-1234567.80` becomes `-1,234,567.80`."""
    whole, point, decimals = value.partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.lstrip("-").strip("0") else value


def totals(block: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each grand total of a bundle: what it is the total of, and the amount with its currency."""
    for name, measure in block["measures"].items():
        for total in measure["totals"]:
            axes = {key: value for key, value in total.items() if key != "value"}
            currency = axes.pop("currency", None) or measure.get("currency") or ""
            of = ", ".join(["no " + key if value is None else str(value) for key, value in axes.items()])
            yield f"{name}{f', {of}' if of else ''}", f"{money(total['value'])} {currency}".strip()


def render_bundle(descriptor: Mapping[str, Any], output: str, *, changed: bool, dry_run: bool) -> str:
    """What `osds aggregate` made."""
    block = descriptor["osds"]
    files = len(descriptor["resources"])
    did = "Would write" if dry_run else ("Wrote" if changed else "Unchanged:")
    lines = [f"{did} {files} files of {one_line(descriptor['name'])} in {one_line(output)}, every one adds up to:"]
    lines += _aligned(list(totals(block)))
    skipped = block["skipped"]
    if skipped:
        lines.append(f"Left out, with the reason (datapackage.json there lists all {len(skipped):,}):")
        lines += [f"  {one_line(_breakdown(each), 80)}: {one_line(each['reason'])}" for each in skipped[:_MAX_SKIPPED]]
    return "\n".join(lines)


def _breakdown(skipped: Mapping[str, Any]) -> str:
    """The dimensions of a cuboid that was left out, each down to its last level: `economic (chapter) × program`."""
    parts = [
        name if levels[-1:] in ([], [name]) else f"{name} ({levels[-1]})" for name, levels in skipped["dimensions"]
    ]
    return " × ".join(parts)


def summarise_registration(done: Registered) -> str:
    """What `osds register` did, as Markdown for the job summary: the link can be clicked and the row copied."""
    shown = []
    for line in done.lines:
        if line == done.url:
            shown.append(f"**[Open the form, filled in]({line})**")
        elif line.startswith(("https://", "file://", "/")) and "," in line:
            shown.append(code(line, 500))
        else:
            shown.append(one_line(line, 2000))
    return "\n\n".join(shown)


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    shown = [(one_line(what, 80), one_line(amount, 80)) for what, amount in rows[:_MAX_TOTALS]]
    left, right = (max((len(row[side]) for row in shown), default=0) for side in (0, 1))
    lines = [f"  {what:<{left}}  {amount:>{right}}" for what, amount in shown]
    return lines + ([f"  and {len(rows) - len(shown):,} more totals"] if len(rows) > len(shown) else [])


def summarise_bundle(descriptor: Mapping[str, Any]) -> str:
    """The totals as Markdown for the job summary."""
    rows = list(totals(descriptor["osds"]))
    lines = ["### Totals", "", "| | |", "|---|---:|"]
    lines += [f"| {code(what)} | {code(amount)} |" for what, amount in rows[:50]]
    return "\n".join([*lines, "", f"{len(rows) - 50:,} more totals" if len(rows) > 50 else ""])
