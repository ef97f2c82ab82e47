"""Registering on GitHub: a pull request from one branch per dataset, or a link where no token may open one.

git carries the branch, PyGithub the conversation. The pull request changes the catalog's row and nothing else; the
registry's own merger writes the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from osds.commands.registry.register_link import register_by_link
from osds.commands.registry.register_side import Side, await_fork, find_side, identity_of, remote_of
from osds.commands.registry.registries import Access, Clock, open_github, read_registry
from osds.edges.git.git import GitRefusedError, Remote
from osds.edges.git.objects import Author
from osds.edges.git.registry import RemoteRegistry, open_remote
from osds.edges.github.github import GitHub, GitHubRefusedError, PullRequestFacts, RepositoryFacts
from osds.errors import OutsideError, UsageError
from osds.progress import Progress
from osds.registry.catalog import CATALOG_FILE, Entry
from osds.registry.entering import Change, decide
from osds.registry.policy import Policy
from osds.registry.pull_request import PullRequestText, Summary, render_pull_request
from osds.registry.registration import GitHubTarget, Registered
from osds.registry.urls import is_public

_TRIES = 5
_MAY_NOT = {401, 403, 404}  # GitHub's answers to a token that may not; 404 if it lacks a scope
_GRANT = (
    "give a classic token with the scope public_repo, or the token of a GitHub App that is installed on the registry"
)


def register_on_github(
    entry: Entry,
    summary: Summary,
    target: GitHubTarget,
    *,
    access: Access,
    clock: Clock,
    progress: Progress,
    dry_run: bool,
) -> Registered:
    """As `register`. Running it again with the same values writes nothing: no push, and only GET requests."""
    if not is_public(entry.url):
        raise UsageError(
            f"A registry on GitHub cannot list {entry.url!r}",
            next_step="Push the dataset to a public repository, and give its https URL",
        )
    with progress.task(f"Asking {target.full_name} to enter {entry.id}"):
        if not access.token:
            return register_by_link(entry, target, access.why_link)
        try:
            return _ask_on_github(entry, summary, target, access=access, clock=clock, dry_run=dry_run)
        except GitHubRefusedError as refusal:
            if refusal.status not in _MAY_NOT:
                raise
            return register_by_link(entry, target, _why_not(refusal, target))


def _ask_on_github(
    entry: Entry, summary: Summary, target: GitHubTarget, *, access: Access, clock: Clock, dry_run: bool
) -> Registered:
    with open_github(access) as github:
        registry = _find_registry(github, target, entry)
        if registry.archived:
            raise UsageError(f"The registry {registry.full_name} is archived", next_step="Ask where it has moved to")
        side = find_side(github, registry, entry.id)
        # A fork may lack the registry's newest commits, so a push to it needs their history.
        depth = 1 if side.in_registry else None
        with open_remote(remote_of(registry, access), branch=registry.default_branch, depth=depth) as files:
            request = _Request(github=github, access=access, registry=registry, side=side, files=files, entry=entry)
            done = _ask(request, summary, clock=clock, dry_run=dry_run)
        if registry.full_name.lower() == target.full_name.lower():
            return done
        moved = f"The registry {target.full_name} is now {registry.full_name}: write that in your settings"
        return replace(done, lines=(*done.lines, moved))


def _find_registry(github: GitHub, target: GitHubTarget, entry: Entry) -> RepositoryFacts:
    try:
        return github.repository(target.full_name)
    except GitHubRefusedError as refusal:
        if refusal.status != 404:
            raise
        raise UsageError(
            f"{target.full_name} is not on {target.server_url}, or the token may not see it",
            next_step=f"Check the name. If you see it in your browser, ask there: {target.form_link(entry)}",
        ) from refusal


def _why_not(refusal: GitHubRefusedError, target: GitHubTarget) -> str:
    """What keeps the token from it, in a few words."""
    if refusal.status == 401:
        return "The token is wrong or has expired (make a new one)"
    if refusal.sign_on:
        return f"{target.owner} asks for single sign-on (let the token in at {refusal.sign_on})"
    return f"The token may not open a pull request on {target.full_name} ({_GRANT})"


@dataclass(frozen=True, kw_only=True)
class _Request:
    """Everything that one request to a registry needs to read and to write."""

    github: GitHub
    access: Access
    registry: RepositoryFacts
    side: Side
    files: RemoteRegistry
    entry: Entry


def _ask(request: _Request, summary: Summary, *, clock: Clock, dry_run: bool) -> Registered:
    entry, registry = request.entry, request.registry
    catalog, policy = read_registry(request.files)
    change = decide(catalog, entry, policy)
    if change is None:
        return _unchanged(registry, f"{entry.id} is already in {registry.full_name}", registry.html_url)
    text = render_pull_request(change, summary)
    home, side = request.side.home, request.side
    tip = _fetch(request, home) if home else None
    carries = tip is not None and _carries(request, tip, side.pull, policy)
    settled = _settled(request, text, policy, carries=carries)
    if settled is not None:
        return settled
    if dry_run:
        said = f"Would ask {registry.full_name} by pull request from {side.head}: {text.title}"
        return Registered(how="pull request", where=registry.html_url, why=_why(request), lines=(said, change.row))
    return _write(request, change, text, push=None if carries else lambda: _push(request, change, tip, clock))


def _settled(request: _Request, text: PullRequestText, policy: Policy, *, carries: bool) -> Registered | None:
    """The outcome if nothing is left to do: somebody asked already, in these words, or was answered."""
    entry, registry, pull, other = request.entry, request.registry, request.side.pull, request.side.other
    asked = f"{registry.full_name} has been asked for {entry.id}"
    if carries and pull and pull.open and _says(pull, text):
        return _unchanged(registry, f"{asked}: {pull.url}", pull.url)
    if carries and pull and not pull.open and not pull.merged:
        said = f"{registry.full_name} closed the pull request for {entry.id} without entering it"
        return _unchanged(registry, f"{said}. Ask there, or reopen it: {pull.url}", pull.url)
    if other and other.head_repository and not (pull and pull.open):
        tip = _fetch(request, request.github.repository(other.head_repository))
        if tip and _carries(request, tip, other, policy):
            return _unchanged(registry, f"{asked} by another account: {other.url}", other.url)
    return None


def _write(request: _Request, change: Change, text: PullRequestText, push: Callable[[], None] | None) -> Registered:
    """Push the branch, if need be, and let its pull request say `text`. Where the token may not, a link."""
    registry, side = request.registry, request.side
    try:
        if push is not None:
            push()
    except GitRefusedError:
        where = registry.full_name if side.in_registry else f"the fork of {registry.full_name}"
        return register_by_link(request.entry, _target(request), f"The token may not write to {where} ({_GRANT})")
    try:
        url = _converse(request, text)
    except GitHubRefusedError as refusal:
        if refusal.status not in _MAY_NOT:
            raise
        return _finish_by_hand(request, change, text, refusal)
    lines = (f"{text.title}: {url}", change.row, f"By pull request from {side.head}: {_why(request)}")
    return Registered(how="pull request", where=registry.html_url, url=url, why=_why(request), lines=lines)


def _why(request: _Request) -> str:
    registry, account = request.registry.full_name, request.side.account
    if account is None:
        return f"the token is that of an app, which serves {registry}"
    may = "may" if request.side.in_registry else "may not"
    return f"the token is that of {account.login}, who {may} write to {registry}"


def _finish_by_hand(
    request: _Request, change: Change, text: PullRequestText, refusal: GitHubRefusedError
) -> Registered:
    """The branch is there, and the token may not ask for it: a person can, with one click."""
    registry = request.registry
    target = _target(request)
    url = target.compare_link(registry.default_branch, request.side.head, text)
    why = _why_not(refusal, target)
    ask = f"{why}. The branch {request.side.head} is ready: open this link and press the button there:"
    return Registered(how="link", where=registry.html_url, url=url, why=why, lines=(ask, url, change.row))


def _target(request: _Request) -> GitHubTarget:
    owner, _, name = request.registry.full_name.partition("/")
    return GitHubTarget(owner=owner, repository=name, server_url=request.access.server_url.rstrip("/"))


def _unchanged(registry: RepositoryFacts, said: str, url: str) -> Registered:
    return Registered(how="unchanged", where=registry.html_url, url=url, lines=(said,))


def _says(pull: PullRequestFacts, text: PullRequestText) -> bool:
    return (pull.title, pull.body.rstrip()) == (text.title, text.body.rstrip())


def _fetch(request: _Request, home: RepositoryFacts) -> str | None:
    """The tip of the asking branch."""
    return request.files.fetch(_reach(request, home), request.side.branch)


def _reach(request: _Request, home: RepositoryFacts) -> Remote:
    if home.fork_of is None:
        return remote_of(home, request.access)
    return await_fork(home, request.files, request.access)


def _carries(request: _Request, tip: str, pull: PullRequestFacts | None, policy: Policy) -> bool:
    """True if the branch already asks for the row. A branch that was merged asks for nothing any more."""
    if pull and pull.merged and pull.head_sha == tip:
        return False
    try:
        catalog, _ = read_registry(request.files, commit=tip)
    except UsageError:  # somebody broke the file on this branch; it is osds's own, and is written anew
        return False
    return decide(catalog, request.entry, policy) is None


def _push(request: _Request, change: Change, tip: str | None, clock: Clock) -> None:
    side, files = request.side, request.files
    author = Author(identity=identity_of(side.account), time=clock())
    content = {CATALOG_FILE: change.catalog.render().encode()}
    new = files.commit(content, f"{change.title}\n\n{change.entry.url}\n", author)
    remote = _reach(request, side.home or request.github.create_fork(request.registry.full_name))
    for _ in range(_TRIES):
        if files.push(remote, side.branch, new, tip):
            return
        tip = files.fetch(remote, side.branch)  # another run of the same registration
    raise OutsideError(
        f"The branch {side.head} does not stand still", next_step="Try again when no other run is active"
    )


def _converse(request: _Request, text: PullRequestText) -> str:
    """Let the pull request say `text`; its address."""
    github, registry, pull = request.github, request.registry, request.side.pull
    if pull is None or not pull.open:
        pull = github.create_pull_request(
            registry.full_name,
            head=request.side.head,
            base=registry.default_branch,
            title=text.title,
            body=text.body,
        )
    if not _says(pull, text):
        github.update_pull_request(registry.full_name, pull.number, title=text.title, body=text.body)
    return pull.url
