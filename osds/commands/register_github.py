"""Registering on GitHub: a pull request from one branch per dataset, or a link to a filled-in form without a token.

git carries the branch, PyGithub the conversation. The pull request changes the catalog's row and nothing else; the
registry's own merger writes the log.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from osds.commands.registries import Access, Clock, read_registry
from osds.edges.git import Remote
from osds.edges.git_objects import OSDS, Author, Identity
from osds.edges.git_registry import RemoteRegistry, open_remote
from osds.edges.github import Account, GitHub, GitHubRefusedError, PullRequestFacts, RepositoryFacts
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.progress import Progress
from osds.registry.catalog import CATALOG_FILE, Entry
from osds.registry.entering import Change, decide
from osds.registry.policy import Policy
from osds.registry.pull_request import PullRequestText, Summary, branch_name, render_pull_request
from osds.registry.registration import GitHubTarget, Registered
from osds.registry.urls import is_public

_FORK_SECONDS = 60  # GitHub makes forks in the background
_TRIES = 5


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
    if not access.token:
        return _link(entry, target)
    with (
        progress.task(f"Asking {target.full_name} to enter {entry.id}"),
        GitHub(access.api_url, access.token, pause=access.pause) as github,
    ):
        registry = github.repository(target.full_name)
        if registry.archived:
            raise UsageError(f"The registry {registry.full_name} is archived", next_step="Ask where it has moved to")
        side = _side(github, registry, branch_name(entry.id))
        # A fork may lack the registry's newest commits, so a push to it needs their history.
        depth = 1 if side.in_registry else None
        with open_remote(_remote(registry, access), branch=registry.default_branch, depth=depth) as files:
            request = _Request(github=github, access=access, registry=registry, side=side, files=files, entry=entry)
            return _ask(request, summary, clock=clock, dry_run=dry_run)


def _link(entry: Entry, target: GitHubTarget) -> Registered:
    url = target.link(entry)
    lines = ("There is no token, so nothing was written. Open this link and press the button there:", url)
    return Registered(how="link", where=target.url, url=url, lines=lines)


@dataclass(frozen=True, kw_only=True)
class _Side:
    """Where the asking branch lives. `home` is None while the fork is still to be made."""

    account: Account | None
    in_registry: bool
    branch: str
    head: str  # owner:branch
    pull: PullRequestFacts | None
    home: RepositoryFacts | None


@dataclass(frozen=True, kw_only=True)
class _Request:
    """Everything that one request to a registry needs to read and to write."""

    github: GitHub
    access: Access
    registry: RepositoryFacts
    side: _Side
    files: RemoteRegistry
    entry: Entry


def _side(github: GitHub, registry: RepositoryFacts, branch: str) -> _Side:
    account = github.account()
    # The token of an app cannot own a fork: either it may write to the registry, or the push will say that it may not.
    in_registry = registry.may_push or account is None
    owner, _, name = registry.full_name.partition("/")
    head = f"{owner if in_registry or account is None else account.login}:{branch}"
    pull = github.find_pull_request(registry.full_name, head)
    if in_registry or account is None:
        home: RepositoryFacts | None = registry
    elif pull and pull.head_repository:
        home = github.repository(pull.head_repository)
    else:
        home = _fork(github, registry, f"{account.login}/{name}")
    return _Side(account=account, in_registry=in_registry, branch=branch, head=head, pull=pull, home=home)


def _fork(github: GitHub, registry: RepositoryFacts, full_name: str) -> RepositoryFacts | None:
    """The user's repository of this name, if it is a fork of the registry."""
    try:
        found = github.repository(full_name)
    except GitHubRefusedError as refusal:
        if refusal.status == 404:
            return None
        raise
    return found if found.fork_of == registry.full_name else None


def _remote(repository: RepositoryFacts, access: Access) -> Remote:
    """Where git finds a repository. The token goes to GitHub's own host, whatever the API says."""
    remote = Remote(url=repository.clone_url, token=access.token)
    if remote.host != urlsplit(access.server_url).netloc:
        raise UnsafeInputError(
            f"The repository {repository.full_name} is on {remote.host}, not on {access.server_url}",
            next_step="Check the URLs of GitHub's server and its API: they belong together",
        )
    return remote


def _ask(request: _Request, summary: Summary, *, clock: Clock, dry_run: bool) -> Registered:
    entry, registry, pull = request.entry, request.registry, request.side.pull
    catalog, policy = read_registry(request.files)
    change = decide(catalog, entry, policy)
    if change is None:
        return _unchanged(registry, f"{entry.id} is already in {registry.full_name}", registry.html_url)
    text = render_pull_request(change, summary)
    tip = _branch_tip(request)
    carries = tip is not None and _carries(request, tip, policy)
    if carries and pull and not pull.open and not pull.merged:
        said = (
            f"{registry.full_name} closed the pull request for {entry.id} without entering it. Ask there, or reopen it"
        )
        return _unchanged(registry, said, pull.url)
    if carries and pull and pull.open and _says(pull, text):
        return _unchanged(registry, f"{registry.full_name} has been asked for {entry.id}: {pull.url}", pull.url)
    if dry_run:
        said = f"Would ask {registry.full_name} by pull request from {request.side.head}: {text.title}"
        return Registered(how="pull request", where=registry.html_url, lines=(said, change.row))
    if not carries:
        _push(request, change, tip, clock)
    url = _converse(request, text)
    return Registered(how="pull request", where=registry.html_url, url=url, lines=(f"{text.title}: {url}", change.row))


def _unchanged(registry: RepositoryFacts, said: str, url: str) -> Registered:
    return Registered(how="unchanged", where=registry.html_url, url=url, lines=(said,))


def _says(pull: PullRequestFacts, text: PullRequestText) -> bool:
    return (pull.title, pull.body.rstrip()) == (text.title, text.body.rstrip())


def _branch_tip(request: _Request) -> str | None:
    home = request.side.home
    return request.files.fetch(_remote(home, request.access), request.side.branch) if home else None


def _carries(request: _Request, tip: str, policy: Policy) -> bool:
    """True if the branch already asks for the row. A branch that was merged asks for nothing any more."""
    pull = request.side.pull
    if pull and pull.merged and pull.head_sha == tip:
        return False
    try:
        catalog, _ = read_registry(request.files, commit=tip)
    except UsageError:  # somebody broke the file on this branch; it is osds's own, and is written anew
        return False
    return decide(catalog, request.entry, policy) is None


def _push(request: _Request, change: Change, tip: str | None, clock: Clock) -> None:
    side, files = request.side, request.files
    author = Author(identity=_identity(side.account), time=clock())
    content = {CATALOG_FILE: change.catalog.render().encode()}
    new = files.commit(content, f"{change.title}\n\n{change.entry.url}\n", author)
    home = side.home or _new_fork(request)
    remote = _remote(home, request.access)
    for _ in range(_TRIES):
        if files.push(remote, side.branch, new, tip):
            return
        tip = files.fetch(remote, side.branch)  # another run of the same registration
    raise OutsideError(
        f"The branch {side.head} does not stand still", next_step="Try again when no other run is active"
    )


def _new_fork(request: _Request) -> RepositoryFacts:
    """Make the fork and wait until git can use it."""
    fork = request.github.create_fork(request.registry.full_name)
    remote = _remote(fork, request.access)
    for _ in range(_FORK_SECONDS):
        if request.files.exists(remote):
            return fork
        time.sleep(1)
    raise OutsideError(f"GitHub has not finished the fork {fork.full_name}", next_step="Try again in a minute")


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


def _identity(account: Account | None) -> Identity:
    """The address by which GitHub knows a user who keeps their e-mail private."""
    if account is None:
        return OSDS
    return Identity(name=account.login, email=f"{account.id}+{account.login}@users.noreply.github.com")
