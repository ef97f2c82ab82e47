"""The commands on a registry."""

from __future__ import annotations

from pathlib import Path

import click

from osds.cli.parts import EPILOG, debug_flag, dry_run_flag, json_flag, open_session


@click.group()
def registry() -> None:
    """Keep a registry: the git repository that lists the datasets."""


@registry.command("init", epilog=EPILOG)
@click.argument("folder", metavar="FOLDER")
@click.option("--title", metavar="TEXT", help="Title of the registry")
@click.option("--core-organisation", metavar="NAME", help="Owner of the core datasets  [default: os-data]")
@dry_run_flag
@json_flag
@debug_flag
def registry_init(
    folder: str,
    *,
    title: str | None,
    core_organisation: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Make a new registry in FOLDER: a git repository with datapackage.json, data/catalog.csv and data/changes.csv.

    \b
    Examples:
      osds registry init ./registry
      osds registry init ./registry --title "Spending of our province" --core-organisation province-data
    """
    from osds.commands.run_registry import run_registry_init

    session = open_session(as_json=as_json)
    return run_registry_init(session, Path(folder), title=title, core_organisation=core_organisation, dry_run=dry_run)
