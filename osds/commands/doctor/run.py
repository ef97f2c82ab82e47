"""From the parsed command line of the doctor to its outcome."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.doctor.examining import Wanted, examine_dataset, examine_registry_folder, is_registry
from osds.commands.registry.register import parse_registry
from osds.commands.registry.registries import Access
from osds.doctor.text import render_summary, render_text, to_json
from osds.errors import UsageError
from osds.session import Session
from osds.settings import Settings


def run_doctor(
    session: Session, folder: Path, flags: Mapping[str, object], *, trust_policy: str | None, offline: bool
) -> int:
    """Examine a folder: exit code 0 healthy, 1 something of the user's is wrong, 4 only something outside."""
    settings, problem = _settings(session, folder, flags)
    access = Access(token=settings.token)
    if session.runner is not None:
        access = replace(access, server_url=session.runner.server_url, api_url=session.runner.api_url)
    wanted = Wanted(
        registry=parse_registry(settings.registry, server_url=access.server_url) if settings.registry else None,
        registry_name=settings.registry or "",
        store=settings.store,
        endpoint=settings.endpoint,
        trust_policy=Path(trust_policy) if trust_policy else None,
        offline=offline,
        problem=problem,
        access=access,
        lfs=LfsAccess(token=access.token, server_url=access.server_url),
    )
    with session.progress.task("Looking around"):
        if is_registry(folder):
            examination = examine_registry_folder(folder, wanted)
        else:
            examination = examine_dataset(folder, wanted, datetime.datetime.now(datetime.UTC))
    session.say(render_text(examination), to_json(examination))
    session.add_summary(render_summary(examination))
    return examination.exit_code


def _settings(session: Session, folder: Path, flags: Mapping[str, object]) -> tuple[Settings, str]:
    """The settings, and what is wrong with osds.yml; a registry's is its policy, which is read elsewhere."""
    if is_registry(folder):
        return session.settings(None, flags), ""
    try:
        return session.settings(folder, flags), ""
    except UsageError as error:
        return session.settings(None, flags), str(error)
