"""What the commands on a store found or did, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from osds.untrusted import one_line

_SHOWN = 20
Facts = Mapping[str, Any]  # what the command found, by the names of its JSON


def render_datasets(store: str, datasets: Sequence[str]) -> str:
    """Which datasets are published."""
    if not datasets:
        return f"Nothing is published in {one_line(store)}"
    return "\n".join([f"{_count(len(datasets), 'dataset')} in {one_line(store)}:", *(f"  {d}" for d in datasets)])


def render_version(shown: Facts) -> str:
    """One version, a fact on each line."""
    facts = {
        "title": shown["title"],
        "version": str(shown["sequence"]),
        "files": f"{shown['files']:,} of sums, {shown['data_files']:,} of data, {shown['bytes']:,} bytes in all",
        "from": shown["repository"] or "unknown",
        "commit": shown["commit"] or "unknown",
        "made by": shown["generator"],
        "note": shown["note"],
        "for ever at": shown["url"],
    }
    return "\n".join([one_line(shown["dataset"]), *(f"  {k:<12} {one_line(v)}" for k, v in facts.items() if v)])


def render_versions(dataset: str, versions: Sequence[Facts]) -> str:
    """All versions, the newest first."""
    lines = [f"{_count(len(versions), 'version')} of {one_line(dataset)}, the newest first:"]
    for shown in reversed(versions):
        commit = (shown["commit"] or "")[:12]
        sizes = f"{shown['files'] + shown['data_files']:>6,} files {shown['bytes']:>16,} bytes"
        lines.append(f"  {shown['sequence']:>6} {sizes}  {commit:<12}  {one_line(shown['note'])}".rstrip())
    return "\n".join(lines)


def render_verified(found: Facts) -> str:
    """What was compared, and what is damaged."""
    compared = (
        f"{_count(found['versions'], 'version')}, {_count(found['objects'], 'object')} ({found['bytes']:,} bytes), "
        f"sums of {_count(found['sums'], 'version')} added up again"
    )
    damage = found["damage"]
    if not damage:
        return f"{one_line(found['dataset'])} is whole: {compared}"
    lines = [f"{one_line(found['dataset'])} is damaged in {_count(len(damage), 'place')}; compared: {compared}"]
    lines += [f"  {one_line(each['key'])}: {one_line(each['what'])}" for each in damage[:_SHOWN]]
    if len(damage) > _SHOWN:
        lines.append(f"  and {len(damage) - _SHOWN:,} more (--json lists all)")
    return "\n".join(
        [*lines, "Restore these keys from a backup of the store; `osds store rollback` goes back meanwhile"]
    )


def render_rollback(done: Facts, *, dry_run: bool) -> str:
    """What going back did, or would do."""
    if not done["changed"]:
        return f"Unchanged: version {done['sequence']} of {done['dataset']} says the same as version {done['target']}"
    did = "Would publish" if dry_run else "Published"
    return (
        f"{did} version {done['sequence']} of {one_line(done['dataset'])}, which says what version {done['target']} said\n"
        "The next `osds publish` of other data makes a version of that data: correct the data first"
    )


def render_removed(done: Facts, *, dry_run: bool) -> str:
    """What the removal of unreferenced objects did, or would do."""
    did = "Would remove" if dry_run else "Removed"
    size = f"{done['bytes']:,} bytes"
    stay = f"{_count(done['kept'], 'object')} {'stays' if done['kept'] == 1 else 'stay'}"
    what = f"{_count(len(done['removed']), 'file')} of {one_line(done['dataset'])} that no version refers to"
    lines = [f"{did} {what} ({size}); {stay}", *(f"  {one_line(key)}" for key in done["removed"][:_SHOWN])]
    return "\n".join(
        lines + ([f"  and {len(done['removed']) - _SHOWN:,} more"] if len(done["removed"]) > _SHOWN else [])
    )


def render_pulled(done: Facts, *, dry_run: bool) -> str:
    """What was pulled, or would be."""
    where = f"version {done['sequence']} of {one_line(done['dataset'])}"
    note = f"\n{one_line(done['note'])}" if done["note"] else ""
    if dry_run:
        lines = [f"Would fetch {_count(len(done['fetched']), 'file')} of {where}, {done['kept']:,} are there already:"]
        return "\n".join([*lines, *(f"  {one_line(path)}" for path in done["fetched"][:_SHOWN])]) + note
    if not done["fetched"] and not done["removed"]:
        return f"Unchanged: {one_line(done['folder'])} holds {where}{note}"
    removed = f", removed {_count(len(done['removed']), 'file')} of an older one" if done["removed"] else ""
    return (
        f"Pulled {where} into {one_line(done['folder'])}: {_count(len(done['fetched']), 'file')} "
        f"({done['bytes']:,} bytes){removed}, every hash verified{note}"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
