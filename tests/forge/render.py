"""Accounts, repositories and issues as GitHub's API writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.forge.values import LEVELS, Account, Comment, Conversation, Json, Repository

if TYPE_CHECKING:
    from tests.forge.state import Forge

_USER_URLS = {
    name: name
    for name in ("followers", "following", "gists", "starred", "subscriptions", "repos", "events", "received_events")
}
_REPOSITORY_URLS = (
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads "
    "events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges "
    "milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees"
).split()
_SINCE = "2020-01-01T00:00:00Z"


def user(forge: Forge, account: Account) -> Json:
    """An account, in brief."""
    url = f"{forge.api_url}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"{forge.url}/avatars/u/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{forge.url}/{account.login}",
        "organizations_url": f"{url}/orgs",
        "type": account.type,
        "site_admin": False,
        **{f"{name}_url": f"{url}/{path}" for name, path in _USER_URLS.items()},
    }


def full_user(forge: Forge, account: Account) -> Json:
    """An account by itself."""
    nothing = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    return {**user(forge, account), **nothing, **counts, "created_at": _SINCE, "updated_at": _SINCE}


def minimal_repository(forge: Forge, repository: Repository) -> Json:
    """A repository, in brief."""
    url = f"{forge.api_url}/repos/{repository.full_name}"
    return {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": user(forge, repository.owner),
        "private": repository.private,
        "html_url": f"{forge.url}/{repository.full_name}",
        "description": None,
        "fork": repository.fork_of is not None,
        "url": url,
        **{f"{name}_url": f"{url}/{name.replace('_', '/')}" for name in _REPOSITORY_URLS},
    }


def repository(forge: Forge, found: Repository, asks: Account | None, *, parents: bool = True) -> Json:
    """A repository by itself, as `asks` may use it. Of an app's rights GitHub tells nothing here."""
    role = LEVELS.index(forge.role(asks, found)) if asks and asks.type != "Bot" else 1
    html = f"{forge.clone_url or forge.url}/{found.full_name}"
    counts = (
        "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count network_count "
        "subscribers_count"
    ).split()
    parent = {}
    if found.fork_of and parents:
        of = repository(forge, found.fork_of, asks, parents=False)
        parent = {"parent": of, "source": of}
    return {
        **minimal_repository(forge, found),
        **dict.fromkeys(counts, 0),
        **dict.fromkeys(("homepage", "language", "mirror_url", "license")),
        **dict.fromkeys(
            ("has_projects", "has_wiki", "has_pages", "has_downloads", "has_discussions", "disabled"), False
        ),
        "has_issues": found.has_issues,
        "clone_url": f"{html}.git",
        "git_url": f"{html}.git",
        "ssh_url": f"git@host:{found.full_name}.git",
        "svn_url": html,
        "default_branch": found.default_branch,
        "archived": found.archived,
        "visibility": "private" if found.private else "public",
        "pushed_at": _SINCE,
        "created_at": _SINCE,
        "updated_at": _SINCE,
        **({"permissions": {"admin": role == 3, "push": role >= 2, "pull": role >= 1}} if asks else {}),
        **parent,
    }


def labels(forge: Forge, found: Repository, names: list[str]) -> list[Json]:
    """Labels, as an issue carries them."""
    base = f"{forge.api_url}/repos/{found.full_name}/labels"
    plain = {"color": "ededed", "default": False, "description": ""}
    return [
        {"id": n, "node_id": f"L_{n}", "name": name, "url": f"{base}/{name}", **plain}
        for n, name in enumerate(names, 1)
    ]


def issue(forge: Forge, found: Repository, asked: Conversation) -> Json:
    """An issue; a pull request is one as well."""
    api = f"{forge.api_url}/repos/{found.full_name}"
    url, kind = f"{api}/issues/{asked.number}", "pull" if asked.pull else "issues"
    html = f"{forge.url}/{found.full_name}/{kind}/{asked.number}"
    link = {
        "url": f"{api}/pulls/{asked.number}",
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
    }
    return {
        "id": asked.id,
        "node_id": f"I_{asked.id}",
        "number": asked.number,
        "url": url,
        "repository_url": api,
        "html_url": html,
        **{f"{name}_url": f"{url}/{name}" for name in ("comments", "events", "labels")},
        "title": asked.title,
        "body": asked.body.replace("\n", "\r\n"),  # as the web form sends it
        "user": user(forge, asked.author),
        "state": asked.state,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "labels": labels(forge, found, asked.labels),
        "comments": len(asked.comments),
        "author_association": "NONE",
        "created_at": asked.created,
        "updated_at": asked.updated,
        "closed_at": asked.closed,
        **({"pull_request": link} if asked.pull else {}),
    }


def comment(forge: Forge, found: Repository, asked: Conversation, said: Comment) -> Json:
    """One comment."""
    api, kind = f"{forge.api_url}/repos/{found.full_name}", "pull" if asked.pull else "issues"
    return {
        "id": said.id,
        "node_id": f"IC_{said.id}",
        "url": f"{api}/issues/comments/{said.id}",
        "html_url": f"{forge.url}/{found.full_name}/{kind}/{asked.number}#issuecomment-{said.id}",
        "issue_url": f"{api}/issues/{asked.number}",
        "body": said.body,
        "user": user(forge, said.author),
        "author_association": "NONE",
        "created_at": said.created,
        "updated_at": said.created,
    }
