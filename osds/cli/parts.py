"""What the commands of the command line share: their flags, and how a run is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from osds.settings import OPTIONS

if TYPE_CHECKING:
    from osds.session import Session

Command = TypeVar("Command", bound=Callable[..., Any])

EPILOG = (
    "Exit codes: 0 done and valid, 1 errors in the data, 2 wrong use, 3 refused as unsafe, 4 outside failure, 5 bug."
)


def takes_settings(command: str) -> Callable[[Command], Command]:
    """Add a flag for every setting that the command takes; a secret has none, because argv is public."""

    def decorate(function: Command) -> Command:
        for option in reversed(OPTIONS):
            if command in option.commands and not option.secret:
                default = "" if option.default is None else f"  [default: {option.default}]"
                flag = f"--{option.name}"
                function = click.option(flag, option.attribute, metavar=option.metavar, help=option.about + default)(
                    function
                )
        return function

    return decorate


path_argument = click.argument("path", default=".", metavar="[PATH]")
json_flag = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text")
dry_run_flag = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing")
# `run` looks for it in the arguments, because an error may come before any command has been parsed.
debug_flag = click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where osds gives up")


def open_session(*, as_json: bool) -> Session:
    """The run's session; nothing is imported for it before."""
    from osds.session import open_session as open_it

    return open_it(as_json=as_json)


def open_dataset(path: str, *, as_json: bool) -> tuple[Session, Path]:
    """The session and the dataset's folder."""
    from osds.edges.local.files import dataset_folder

    return open_session(as_json=as_json), dataset_folder(path)
