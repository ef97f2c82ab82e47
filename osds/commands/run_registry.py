"""From a parsed command line on a registry to its outcome. Each function returns the exit code."""

from __future__ import annotations

import datetime
from pathlib import Path

from osds.commands.registry_init import init_registry
from osds.errors import EXIT_OK
from osds.session import Session


def run_registry_init(
    session: Session, folder: Path, *, title: str | None, core_organisation: str | None, dry_run: bool
) -> int:
    """Make a new registry."""
    made = init_registry(
        folder,
        title=title or "Registry of fiscal datasets",
        core_organisation=core_organisation or "os-data",
        time=datetime.datetime.now(datetime.UTC),
        dry_run=dry_run,
    )
    session.say("\n".join(made.lines), {"folder": str(folder), "made": made.made, "dry-run": dry_run})
    return EXIT_OK
