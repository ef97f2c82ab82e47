"""The command line. Its door: `cli` (the click group), `run` (one command line), `give_up` (its last words) and `main`
(the console script)."""

from osds.cli.main import cli, give_up, main, run

__all__ = ["cli", "give_up", "main", "run"]
