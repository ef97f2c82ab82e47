"""Accounts, repositories, issues and pull requests as GitHub's API writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.forge import git_side
from tests.forge.values import LEVELS, Account, Comment, Conversation, Json, Pull, Repository, Review

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


def review(forge: Forge, found: Repository, asked: Conversation, said: Review) -> Json:
    """One review."""
    html = f"{forge.url}/{found.full_name}/pull/{asked.number}"
    pull_url = f"{forge.api_url}/repos/{found.full_name}/pulls/{asked.number}"
    return {
        "id": said.id,
        "node_id": f"PRR_{said.id}",
        "user": user(forge, said.author),
        "body": said.body,
        "state": said.state,
        "commit_id": said.commit,
        "html_url": f"{html}#pullrequestreview-{said.id}",
        "pull_request_url": pull_url,
        "_links": {"html": {"href": html}, "pull_request": {"href": pull_url}},
        "author_association": "NONE",
        "submitted_at": said.submitted,
    }


def _side(forge: Forge, owner: str, ref: str, sha: str, found: Repository | None) -> Json:
    return {
        "label": f"{owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(forge, found.owner) if found else None,
        "repo": repository(forge, found, None, parents=False) if found else None,
    }


def pull_in_list(forge: Forge, found: Repository, asked: Conversation) -> Json:
    """A pull request, as lists show it."""
    pull = asked.pull
    assert pull is not None
    shown = issue(forge, found, asked)
    api, html = f"{forge.api_url}/repos/{found.full_name}", shown["html_url"]
    url = f"{api}/pulls/{asked.number}"
    links = {
        "self": url,
        "html": html,
        "issue": shown["url"],
        "comments": shown["comments_url"],
        "commits": f"{url}/commits",
    }
    links |= {
        "review_comments": f"{url}/comments",
        "review_comment": f"{url}/comments",
        "statuses": f"{api}/statuses/{pull.head_sha}",
    }
    kept = (
        "node_id number title body user state locked assignee assignees milestone labels author_association created_at"
    )
    return {
        **{name: shown[name] for name in f"{kept} updated_at closed_at html_url comments_url".split()},
        "id": asked.id,
        "url": url,
        "issue_url": shown["url"],
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "statuses_url": links["statuses"],
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": pull.draft,
        "auto_merge": None,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_sha,
        "head": _side(forge, pull.head_owner, pull.head_ref, pull.head_sha, pull.head_repository),
        "base": _side(forge, found.owner.login, pull.base_ref, pull.base_sha, found),
        "_links": {name: {"href": href} for name, href in links.items()},
    }


def pull(forge: Forge, found: Repository, asked: Conversation) -> Json:
    """A pull request by itself."""
    side = asked.pull
    assert side is not None
    base = git_side.tip(found.folder, side.base_ref) or side.base_sha
    counted = git_side.git(found.folder, "diff", "--numstat", f"{base}...{side.head_sha}").split("\n")
    numbers = [line.split("\t")[:2] for line in counted if line]
    return {
        **pull_in_list(forge, found, asked),
        "additions": sum(int(plus) for plus, _ in numbers if plus != "-"),
        "deletions": sum(int(minus) for _, minus in numbers if minus != "-"),
        "changed_files": len(numbers),
        "commits": int(git_side.git(found.folder, "rev-list", "--count", f"{base}..{side.head_sha}")),
        "comments": len(asked.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "merged": side.merged_at is not None,
        "merged_by": user(forge, side.merged_by) if side.merged_by else None,
        "mergeable": side.mergeable if asked.state == "open" else None,
        "mergeable_state": _state(side),
        "rebaseable": None,
    }


def _state(side: Pull) -> str:
    return {None: "unknown", True: "clean", False: "dirty"}[side.mergeable]
