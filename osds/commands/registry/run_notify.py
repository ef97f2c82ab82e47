"""From a parsed command line to the outcome, for telling receivers what has changed in a registry."""

from __future__ import annotations

from osds.commands.registry.circumstances import FREEZE, find_target, is_frozen, now
from osds.commands.registry.couriers import Couriers
from osds.commands.registry.forges import names_of, open_target
from osds.commands.registry.notify import Delivery, Notified, notify
from osds.session import Session
from osds.untrusted import code


def run_registry_notify(session: Session, where: str | None, *, dry_run: bool) -> int:
    """Tell the receivers of a registry what has changed since they were told last."""
    target, access = find_target(session, where)
    couriers = Couriers(access=access, environ=session.environ)
    with open_target(target, access, depth=1) as registry:
        done = notify(
            registry,
            couriers.send,
            name=names_of(target)[-1],
            clock=now,
            progress=session.progress,
            frozen=is_frozen(session),
            dry_run=dry_run,
        )
    lines = _lines(done, dry_run=dry_run)
    session.say("\n".join(lines), _document(done, dry_run=dry_run))
    session.add_summary("\n".join(f"- {code(line, 500)}" for line in lines))
    return done.exit_code


def _lines(done: Notified, *, dry_run: bool) -> list[str]:
    if done.frozen:
        return [
            f"The registry is frozen: nobody was told. Set {FREEZE} to 0, and freeze in osds.yml to false, to go on"
        ]
    if not done.deliveries:
        return ["Nobody is to be told: osds.yml of the registry names no receiver under notify"]
    return [_line(each, dry_run=dry_run) for each in done.deliveries]


def _line(delivery: Delivery, *, dry_run: bool) -> str:
    who = delivery.receiver.shown
    changes = f"{delivery.told:,} change{'' if delivery.told == 1 else 's'}"
    if delivery.problem:
        told = f"Told {who} {changes}, then it failed" if delivery.told else f"Could not tell {who}"
        return f"{told}: {delivery.problem}. {delivery.left:,} are left for the next run"
    if delivery.new:
        return f"{who} is new: it is told what changes from now on".capitalize()
    if not delivery.told:
        return f"Nothing new for {who}"
    left = f"; {delivery.left:,} are left for the next run" if delivery.left else ""
    return f"{'Would tell' if dry_run else 'Told'} {who} {changes}{left}"


def _document(done: Notified, *, dry_run: bool) -> dict[str, object]:
    return {
        "frozen": done.frozen,
        "dry-run": dry_run,
        "receivers": [
            {
                "receiver": each.receiver.shown,
                "told": each.told,
                "left": each.left,
                "new": each.new,
                "problem": each.problem or None,
            }
            for each in done.deliveries
        ],
    }
