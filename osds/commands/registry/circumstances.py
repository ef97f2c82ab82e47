"""What every command on a registry has to know of its run: which registry, how it may be spoken to, and whether it rests."""

from __future__ import annotations

import datetime
from dataclasses import replace

from osds.commands.registry.registries import Access
from osds.registry.registration import Target
from osds.session import Session

FREEZE = "OSDS_FREEZE"  # the registry's variable that stops every writer


def find_target(session: Session, where: str | None) -> tuple[Target, Access]:
    """Which registry, and how it may be spoken to. On a runner it is by default the repository that runs there."""
    from osds.commands.registry.register import parse_registry

    access = Access(token=session.settings(None, {}).token)
    if session.runner is not None:
        access = replace(access, server_url=session.runner.server_url, api_url=session.runner.api_url)
        where = where or session.runner.repository
    return parse_registry(where or ".", server_url=access.server_url), access


def is_frozen(session: Session) -> bool:
    """True if the keepers have stopped every writer by the variable."""
    return session.environ.get(FREEZE, "").strip().lower() not in {"", "0", "false", "no"}


def now() -> datetime.datetime:
    """The present time, in UTC."""
    return datetime.datetime.now(datetime.UTC)
