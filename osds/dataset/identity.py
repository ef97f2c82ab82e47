"""What a dataset is called: `owner/name`, and the grammar of both halves.

The owner comes from the repository's URL or the runner's verified context, the name from the descriptor. Both end up in
keys of the store, in rows of the catalog and in URLs, so they are checked here, once, whenever a `DatasetId` is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from osds.errors import UnsafeInputError, UsageError

# GitHub: up to 39 letters, digits and hyphens; `_` separates the enterprise's short code from the login of a managed
# user, and some old logins end with a hyphen.
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")
# Data Package 1.0 `name` (lower case letters, digits, ".", "_", "-"), narrowed: a letter or digit at both ends.
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9])?")
_PATH_PARTS = re.compile(r"[/\\\x00-\x1f\x7f]|\.\.")


@dataclass(frozen=True, kw_only=True)
class DatasetId:
    """The identity of a dataset. `str()` is `owner/name`. Raises as `check_owner` and `check_name` do."""

    owner: str
    name: str

    def __post_init__(self) -> None:
        check_owner(self.owner)
        check_name(self.name)

    @classmethod
    def parse(cls, text: str) -> DatasetId:
        """The identity written as `owner/name`. Raises `UsageError` or `UnsafeInputError` if it is anything else."""
        owner, slash, name = text.partition("/")
        if not slash:
            raise UsageError(f"{text!r} does not name a dataset", next_step="Write it as owner/name")
        return cls(owner=owner, name=name)

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


def check_owner(owner: str) -> str:
    """`owner` itself if it can be a GitHub login.

    Raises `UnsafeInputError` if it holds parts of a path or control characters, else `UsageError`.
    """
    if _OWNER.fullmatch(owner):
        return owner
    raise _refusal("owner", owner, "An owner is a GitHub user or organisation: at most 39 letters, digits and hyphens")


def check_name(name: str) -> str:
    """`name` itself if it can name a dataset. Raises `UnsafeInputError` or `UsageError` as `check_owner` does."""
    if _NAME.fullmatch(name) and ".." not in name and not name.endswith(".git"):
        return name
    raise _refusal(
        "dataset name",
        name,
        "A name has at most 100 lower case letters, digits, '.', '_' and '-', begins and ends with a letter or digit, "
        "and has no '..' and no '.git' at its end",
    )


def _refusal(what: str, value: str, rule: str) -> UsageError | UnsafeInputError:
    error = UnsafeInputError if _PATH_PARTS.search(value) else UsageError
    shown = value if len(value) <= 100 else value[:100] + "…"
    return error(f"The {what} {shown!r} cannot be used", next_step=rule)
