"""The commands that tell what a registry knows: news for everybody, messages to receivers, the state of one dataset."""

from __future__ import annotations

import click

from osds.cli.parts import EPILOG, debug_flag, dry_run_flag, json_flag, open_session, takes_settings


@click.command("news", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@takes_settings("store")
@dry_run_flag
@json_flag
@debug_flag
def registry_news(where: str | None, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Write to the store what has changed in a registry: feeds, changelog, states, badges, a page for people.

    REGISTRY is OWNER/REPO on GitHub, or the folder or URL of a git repository; by default this folder. All of it follows
    from the registry, and only what differs is written: a second run writes nothing. It lies below registry/ in the store.

    \b
    Examples:
      osds registry news os-team/registry --store s3://data.example.org
      osds registry news ./registry --store ./store --dry-run
    """
    from osds.commands.registry.run_news import run_registry_news

    session = open_session(as_json=as_json)
    return run_registry_news(session, where, session.settings(None, flags), dry_run=dry_run)


@click.command("notify", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@dry_run_flag
@json_flag
@debug_flag
def registry_notify(where: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Tell the receivers that osds.yml of a registry lists what has changed since they were told last.

    Servers get signed webhooks (https://www.standardwebhooks.com), repositories on GitHub a repository_dispatch. How far
    each has been told is kept in data/delivered.json of the registry. Secrets come from the environment alone, from the
    variables that osds.yml names; OSDS_TOKEN is a token that may write to the registry.

    \b
    Examples:
      osds registry notify os-team/registry
      osds registry notify ./registry --dry-run
    """
    from osds.commands.registry.run_notify import run_registry_notify

    return run_registry_notify(open_session(as_json=as_json), where, dry_run=dry_run)


@click.command("status", epilog=EPILOG)
@click.argument("dataset", metavar="OWNER/NAME")
@takes_settings("status")
@json_flag
@debug_flag
def status(dataset: str, *, as_json: bool, **flags: object) -> int:
    """Say how a dataset is, in the words of its badge: valid or not, what troubles it has, what is published.

    The registry is --registry, OSDS_REGISTRY, or the one that osds.yml in this folder names.

    \b
    Examples:
      osds status os-data/madrid-budget --registry os-team/registry
      osds status os-data/madrid-budget --registry ./registry --json
    """
    from osds.commands.registry.run_news import dataset_settings, run_status

    session = open_session(as_json=as_json)
    return run_status(session, dataset, dataset_settings(session, flags))
