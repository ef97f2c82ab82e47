"""`osds doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from osds.cli.parts import debug_flag, json_flag, open_session, path_argument
from osds.errors import UsageError

_EPILOG = "Exit codes: 0 healthy, 1 something to mend, 2 wrong use, 4 only faults of GitHub or others, 5 bug."


@click.command(epilog=_EPILOG)
@path_argument
@click.option("--registry", metavar="URL_OR_OWNER/REPO", help="The registry that should list the dataset")
@click.option("--store", metavar="URL", help="Where it is published; the store is only read")
@click.option("--endpoint", metavar="URL", help="Endpoint of an S3-compatible server")
@click.option("--trust-policy", metavar="FILE", help="The trust policy of the role that publishes, as JSON")
@click.option("--offline", is_flag=True, help="Ask neither GitHub nor registry nor store: look at the folder alone")
@json_flag
@debug_flag
def doctor(
    path: str,
    *,
    registry: str | None,
    store: str | None,
    endpoint: str | None,
    trust_policy: str | None,
    offline: bool,
    as_json: bool,
) -> int:
    """Say why the automation of the dataset (or of the registry) in the folder PATH does not run, and whose fault it is.

    Looks at the folder, its workflow files, git, and, with a token in OSDS_TOKEN, at GitHub; at the registry and the
    store that osds.yml or the flags name. Nothing is changed. What could not be asked is said.

    \b
    Examples:
      osds doctor
      osds doctor --registry os-team/registry --store s3://data.example.org
      osds doctor --trust-policy role.json --json
    """
    from osds.commands.doctor.run import run_doctor

    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(f"There is no folder {path!r}", next_step="Give the folder of a dataset or of a registry")
    flags = {"registry": registry, "store": store, "endpoint": endpoint}
    return run_doctor(open_session(as_json=as_json), folder, flags, trust_policy=trust_policy, offline=offline)
