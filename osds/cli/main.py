"""The command line: parse, build what the command needs from outside, call it, print, exit. No decisions here.

Heavy libraries are imported inside the commands, so that `osds --help` answers at once.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from osds import __version__
from osds.cli import backup, sweep
from osds.cli.dataset import COMMANDS
from osds.cli.doctor import doctor
from osds.cli.news import status
from osds.cli.parts import EPILOG
from osds.cli.refresh import refresh
from osds.cli.registry import registry
from osds.cli.store import store
from osds.edges.terminal import speak_plainly
from osds.errors import EXIT_BUG, EXIT_OK, EXIT_USAGE, OsdsError
from osds.untrusted import lines, one_line

EXIT_INTERRUPTED = 130
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_CONTEXT, epilog=EPILOG)
@click.version_option(__version__, "--version", message="osds %(version)s")
def cli() -> None:
    """Keep budgets and spending as trustworthy flat files.

    A dataset is a folder with a datapackage.json (a Fiscal Data Package) and CSV files. The usual way:

    \b
      osds init                          describe the CSV files of a folder
      osds validate                      see what is wrong with them
      osds aggregate                     sum them up, exactly
      osds publish --store ./store       publish the sums as the next version
      osds register --registry ./registry    enter the dataset into a registry
    """


for _command in (*COMMANDS, doctor, *backup.COMMANDS, refresh, registry, status, store):
    cli.add_command(_command)
for _command in sweep.COMMANDS:
    registry.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Errors are told in one line on stderr."""
    try:
        code = cli.main(args=list(arguments), prog_name="osds", standalone_mode=False)
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "osds"
        return give_up(f"{error.format_message()} See `{command} --help`", EXIT_USAGE)
    except click.Abort:
        return give_up("Interrupted", EXIT_INTERRUPTED)
    except OsdsError as error:
        _debug(arguments)
        return give_up(str(error), error.exit_code)
    except KeyboardInterrupt:
        return give_up("Interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our words has gone; nothing is left to say
        return EXIT_OK
    except Exception as error:  # noqa: BLE001 (the outermost handler: no traceback reaches a user who did not ask)
        _debug(arguments)
        told = f"{type(error).__name__}: {error}"
        return give_up(f"This is a bug in osds: {told}. Run it again with --debug and report what it prints", EXIT_BUG)
    return code if isinstance(code, int) else EXIT_OK


def give_up(message: str, code: int) -> int:
    """Say in one line why osds ends here, on a runner as an annotation, too, and return the exit code."""
    import os

    line = one_line(message, 2000)
    print(f"osds: {line}", file=sys.stderr)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from osds.views.annotation import error

        print(error(message), file=sys.stderr)
    return code


def _debug(arguments: Sequence[str]) -> None:
    """Show the traceback of the error at hand, where that was asked for."""
    if "--debug" in arguments:
        print(lines(traceback.format_exc().rstrip("\n")), file=sys.stderr)


def main() -> NoReturn:
    """The console script."""
    speak_plainly(sys.stdout, sys.stderr)
    sys.exit(run(sys.argv[1:]))
