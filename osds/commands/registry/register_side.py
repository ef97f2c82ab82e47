"""Where a request to a registry on GitHub comes from: a branch of the registry itself, or of a fork of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from osds.commands.registry.registries import Access
from osds.dataset.identity import DatasetId
from osds.edges.git.git import Remote
from osds.edges.git.objects import OSDS, Identity
from osds.edges.git.registry import RemoteRegistry
from osds.edges.github.github import Account, GitHub, GitHubRefusedError, PullRequestFacts, RepositoryFacts
from osds.errors import OutsideError, UnsafeInputError
from osds.registry.pull_request import branch_name

_FORK_SECONDS = 60  # GitHub makes forks in the background


@dataclass(frozen=True, kw_only=True)
class Side:
    """Where the asking branch lives. `home` is None while the fork is still to be made.

    `other` is a pull request for the same dataset that another account opened, from the branch of the same name.
    """

    account: Account | None
    in_registry: bool
    branch: str
    head: str  # owner:branch
    pull: PullRequestFacts | None
    other: PullRequestFacts | None
    home: RepositoryFacts | None


def find_side(github: GitHub, registry: RepositoryFacts, dataset: DatasetId) -> Side:
    """The side from which the token asks for `dataset`, by what GitHub says of the token."""
    account, branch = github.account(), branch_name(dataset)
    # The token of an app cannot own a fork: either it may write to the registry, or the push will say that it may not.
    in_registry = registry.may_push or account is None
    owner = registry.full_name.partition("/")[0] if in_registry or account is None else account.login
    pull = github.find_pull_request(registry.full_name, f"{owner}:{branch}")
    return Side(
        account=account,
        in_registry=in_registry,
        branch=branch,
        head=f"{owner}:{branch}",
        pull=pull,
        other=None if pull and pull.open else _other_pull(github, registry, dataset, owner),
        home=registry if in_registry or account is None else _home(github, registry, account, pull),
    )


def _other_pull(github: GitHub, registry: RepositoryFacts, dataset: DatasetId, ours: str) -> PullRequestFacts | None:
    """A pull request from the registry itself, or from the fork of the dataset's owner, whichever is not ours."""
    owners = {registry.full_name.partition("/")[0].lower(), dataset.owner.lower()} - {ours.lower()}
    heads = (f"{owner}:{branch_name(dataset)}" for owner in sorted(owners))
    found = (github.find_pull_request(registry.full_name, head) for head in heads)
    return next((pull for pull in found if pull and pull.open), None)


def _home(
    github: GitHub, registry: RepositoryFacts, account: Account, pull: PullRequestFacts | None
) -> RepositoryFacts | None:
    """The fork with the branch, or the one that the account has."""
    if pull and pull.head_repository:
        return github.repository(pull.head_repository)
    return _fork(github, registry, f"{account.login}/{registry.full_name.partition('/')[2]}")


def _fork(github: GitHub, registry: RepositoryFacts, full_name: str) -> RepositoryFacts | None:
    """The user's repository of this name, if it is a fork of the registry."""
    try:
        found = github.repository(full_name)
    except GitHubRefusedError as refusal:
        if refusal.status == 404:
            return None
        raise
    return found if found.fork_of == registry.full_name else None


def remote_of(repository: RepositoryFacts, access: Access) -> Remote:
    """Where git finds a repository. The token goes to GitHub's own host, whatever the API says."""
    remote = Remote(url=repository.clone_url, token=access.token, timer=access.timer)
    if remote.host != urlsplit(access.server_url).netloc:
        raise UnsafeInputError(
            f"The repository {repository.full_name} is on {remote.host}, not on {access.server_url}",
            next_step="Check the URLs of GitHub's server and its API: they belong together",
        )
    return remote


def await_fork(fork: RepositoryFacts, files: RemoteRegistry, access: Access) -> Remote:
    """Where git finds a fork, once it does: GitHub shows one before it has filled it."""
    remote = remote_of(fork, access)
    for _ in range(_FORK_SECONDS):
        if files.exists(remote):
            return remote
        access.timer.sleep(1)
    raise OutsideError(f"GitHub has not finished the fork {fork.full_name}", next_step="Try again in a minute")


def identity_of(account: Account | None) -> Identity:
    """The address by which GitHub knows a user who keeps their e-mail private."""
    if account is None:
        return OSDS
    return Identity(name=account.login, email=f"{account.id}+{account.login}@users.noreply.github.com")
