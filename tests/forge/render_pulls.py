"""Pull requests and reviews as GitHub's API writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.forge import git_side, render
from tests.forge.values import Conversation, Json, Pull, Repository, Review

if TYPE_CHECKING:
    from tests.forge.state import Forge


def review(forge: Forge, found: Repository, asked: Conversation, said: Review) -> Json:
    """One review."""
    html = f"{forge.url}/{found.full_name}/pull/{asked.number}"
    pull_url = f"{forge.api_url}/repos/{found.full_name}/pulls/{asked.number}"
    return {
        "id": said.id,
        "node_id": f"PRR_{said.id}",
        "user": render.user(forge, said.author),
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
        "user": render.user(forge, found.owner) if found else None,
        "repo": render.repository(forge, found, None, parents=False) if found else None,
    }


def pull_in_list(forge: Forge, found: Repository, asked: Conversation) -> Json:
    """A pull request, as lists show it."""
    pull = asked.pull
    assert pull is not None
    shown = render.issue(forge, found, asked)
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
        "merged_by": render.user(forge, side.merged_by) if side.merged_by else None,
        "mergeable": side.mergeable if asked.state == "open" else None,
        "mergeable_state": _state(side),
        "rebaseable": None,
    }


def _state(side: Pull) -> str:
    return {None: "unknown", True: "clean", False: "dirty"}[side.mergeable]
