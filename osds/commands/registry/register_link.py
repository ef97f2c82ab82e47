"""Registering with no token that may: a link, ready to be opened by a person whom GitHub knows.

The click is the login. Where the registry is public, git reads it without a token, so that a dataset which is listed
already is left in peace, and the row to add can be shown.
"""

from __future__ import annotations

from osds.commands.registry.registries import read_registry, read_text
from osds.edges.git.git import Remote
from osds.edges.git.registry import RemoteRegistry, open_remote
from osds.errors import OutsideError, UsageError
from osds.registry.catalog import Entry
from osds.registry.entering import decide
from osds.registry.registration import GitHubTarget, Registered
from osds.registry.template import ISSUE_FORM

FORM_FILE = f".github/ISSUE_TEMPLATE/{ISSUE_FORM}"


def register_by_link(entry: Entry, target: GitHubTarget, why: str) -> Registered:
    """The link for `entry`; `why` says what keeps osds from doing it itself. Nothing is written anywhere.

    Raises `UsageError` if the registry can be read and cannot list the dataset.
    """
    try:
        with open_remote(Remote(url=target.url)) as files:
            return _link(entry, target, why, files)
    except OutsideError:  # a private registry, or no network: a person with a browser may reach it
        return _said(entry, target, why, target.form_link(entry))


def _link(entry: Entry, target: GitHubTarget, why: str, files: RemoteRegistry) -> Registered:
    catalog, policy = read_registry(files)
    change = decide(catalog, entry, policy)
    if change is None:
        lines = (f"{entry.id} is already in {target.full_name}",)
        return Registered(how="unchanged", where=target.url, url=target.url, lines=lines)
    edit = target.edit_link(files.branch)
    by_hand = (f"Or edit the catalog yourself, with this row: {edit}", change.row)
    if not _has_form(files):
        return _said(entry, target, why, edit, change.row)
    return _said(entry, target, why, target.form_link(entry), *by_hand)


def _has_form(files: RemoteRegistry) -> bool:
    """True unless the registry has no form to fill in."""
    try:
        return read_text(files, FORM_FILE) is not None
    except UsageError:
        return True


def _said(entry: Entry, target: GitHubTarget, why: str, url: str, *more: str) -> Registered:
    ask = f"To ask {target.full_name} for {entry.id}, open this link and press the button there:"
    lines = (f"{why}, so nothing was written. {ask}", url, *more)
    return Registered(how="link", where=target.url, url=url, why=why, lines=lines)
