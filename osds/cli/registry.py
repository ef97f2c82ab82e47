"""The commands on a registry."""

from __future__ import annotations

from pathlib import Path

import click

from osds.cli.news import registry_news, registry_notify
from osds.cli.parts import EPILOG, debug_flag, dry_run_flag, json_flag, open_session


@click.group()
def registry() -> None:
    """Keep a registry: the git repository that lists the datasets."""


registry.add_command(registry_news)
registry.add_command(registry_notify)


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
    from osds.commands.registry.run import run_registry_init

    session = open_session(as_json=as_json)
    return run_registry_init(session, Path(folder), title=title, core_organisation=core_organisation, dry_run=dry_run)


@registry.command("check", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@click.option("--pr", "pull_request", metavar="NUMBER", type=click.IntRange(1), help="The pull request to look at")
@click.option("--head", metavar="REVISION", help="Instead: a branch or commit of the registry's repository")
@click.option("--base", metavar="REVISION", help="What --head is compared with  [default: the registry's branch]")
@click.option("--comment", is_flag=True, help="Tell it on the pull request as well, in one comment kept up to date")
@json_flag
@debug_flag
def registry_check(
    where: str | None,
    *,
    pull_request: int | None,
    head: str | None,
    base: str | None,
    comment: bool,
    as_json: bool,
) -> int:
    """Say what would become of a pull request: which rows it changes, what is missing, who can do what, when it goes in.

    REGISTRY is OWNER/REPO on GitHub, or the folder or URL of a git repository; by default this folder. Nothing of the
    pull request is checked out or run. Exit code 1 says that it cannot go in as it is.

    \b
    Examples:
      osds registry check os-team/registry --pr 12
      osds registry check ./registry --head add-budget
    """
    from osds.commands.registry.run import run_registry_check

    session = open_session(as_json=as_json)
    return run_registry_check(session, where, pull_request=pull_request, head=head, base=base, comment=comment)


@registry.command("merge", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@click.option(
    "--limit", metavar="NUMBER", type=click.IntRange(1), default=200, help="Requests to look at  [default: 200]"
)
@dry_run_flag
@json_flag
@debug_flag
def registry_merge(where: str | None, *, limit: int, dry_run: bool, as_json: bool) -> int:
    """Enter what is allowed into a registry on GitHub, and tell everybody else what is missing.

    It lists the open pull requests and registration issues itself and believes nothing that was checked before. A
    second run changes nothing. OSDS_TOKEN is a token that may write to the registry. OSDS_FREEZE=1 stops it.

    \b
    Examples:
      osds registry merge os-team/registry
      osds registry merge os-team/registry --dry-run --json
    """
    from osds.commands.registry.run import run_registry_merge

    return run_registry_merge(open_session(as_json=as_json), where, limit=limit, dry_run=dry_run)


@registry.command("watch", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@click.option(
    "--requests",
    metavar="NUMBER",
    type=click.IntRange(50),
    default=600,
    help="Requests to GitHub; a workflow's own token has 1000 in an hour  [default: 600]",
)
@dry_run_flag
@json_flag
@debug_flag
def registry_watch(where: str | None, *, requests: int, dry_run: bool, as_json: bool) -> int:
    """Notice what did not happen: runs that a dataset's schedule promises, schedules switched off, repositories gone.

    Looks at the datasets on GitHub that a registry lists, each day at others where there are too many for one day. A
    schedule that GitHub switched off after 60 quiet days is switched on again where the token may write. A trouble is
    told once, when it has lasted, and once more when it is over. OSDS_TOKEN is a token for GitHub.

    \b
    Examples:
      osds registry watch os-team/registry
      osds registry watch ./registry --dry-run --json
    """
    from osds.commands.registry.run_watch import run_registry_watch

    return run_registry_watch(open_session(as_json=as_json), where, requests=requests, dry_run=dry_run)
