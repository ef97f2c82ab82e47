"""Every error a user can meet, each with its exit code. Bad *data* is not here: that is a `Finding` in a report.

An error's text is one line: what happened, the likely cause, and the next step. `cli.main` catches `OsdsError`, prints
that line and exits with the code; anything else that is raised is a bug in osds.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_INVALID = 1
EXIT_USAGE = 2
EXIT_UNSAFE = 3
EXIT_OUTSIDE = 4
EXIT_BUG = 5


class OsdsError(Exception):
    """The base class: `what` happened, and what to do `next`."""

    exit_code = EXIT_BUG

    def __init__(self, what: str, *, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}. {self.next_step}" if self.next_step else self.what


class UsageError(OsdsError):
    """Raised if osds was called in a way that cannot work: a missing input, a wrong URL, a folder without a dataset."""

    exit_code = EXIT_USAGE


class UnsafeInputError(OsdsError):
    """Raised if going on would leave the dataset's folder, reach the network unasked or exceed a limit."""

    exit_code = EXIT_UNSAFE


class OutsideError(OsdsError):
    """Raised if something outside osds failed: git, GitHub, the object store, the disk. Another try may work."""

    exit_code = EXIT_OUTSIDE


class BugError(OsdsError):
    """Raised if osds caught itself being wrong, for instance when cells do not add up to their total."""

    exit_code = EXIT_BUG
