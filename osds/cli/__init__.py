"""The command line. Its door: `cli` (the click group), `run` (one command line) and `main` (the console script)."""

from osds.cli.main import cli, main, run

__all__ = ["cli", "main", "run"]
