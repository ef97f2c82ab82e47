"""Pull requests: opened with GitHub's refusals, judged and merged by real merges, and reviewed."""

from __future__ import annotations

from tests.forge import git_side, render_pulls
from tests.forge.routes_issues import edit, open_conversation
from tests.forge.routing import Answer, Call, RefusedError, route
from tests.forge.values import Conversation, Pull, Repository, Review

_PULLS = "/repos/{owner}/{repo}/pulls"


@route("GET", _PULLS)
def pulls(call: Call) -> Answer:
    """Pull requests by state, head and base, the newest first."""
    found = call.repository()
    state, head, base = call.one("state", "open"), call.one("head"), call.one("base")
    shown = [
        c
        for c in found.conversations.values()
        if c.pull
        and state in {"all", c.state}
        and head in {"", f"{c.pull.head_owner}:{c.pull.head_ref}"}
        and base in {"", c.pull.base_ref}
    ]
    shown.sort(key=lambda c: c.number, reverse=call.one("direction", "desc") == "desc")
    return call.page([render_pulls.pull_in_list(call.forge, found, c) for c in shown])


@route("POST", _PULLS)
def create_pull(call: Call) -> Answer:
    """Open one, unless GitHub would not."""
    found = call.repository("pull_requests", "write")
    owner, _, ref = call.body["head"].rpartition(":")
    owner, base = owner or found.owner.login, call.body["base"]
    home = _home(call, found, owner)
    sha = git_side.tip(home.folder, ref) if home else None
    tip = git_side.tip(found.folder, base)
    for side, missing in (("head", sha is None), ("base", tip is None)):
        if missing:
            raise _invalid({"resource": "PullRequest", "field": side, "code": "invalid"})
    assert home is not None
    assert sha is not None
    assert tip is not None
    _check_rights(call, found, home)
    if any(_same(c, home, ref, base) for c in found.conversations.values()):
        raise _invalid(_custom(f"A pull request already exists for {owner}:{ref}."))
    number = max(found.conversations, default=0) + 1
    git_side.take_head(found.folder, home.folder, ref, number)
    if git_side.is_ancestor(found.folder, sha, base):
        git_side.git(found.folder, "update-ref", "-d", f"refs/pull/{number}/head")
        raise _invalid(_custom(f"No commits between {base} and {owner}:{ref}"))
    asked = open_conversation(call, found, call.body["title"], call.body.get("body") or "")
    asked.pull = Pull(
        head_repository=home, head_owner=home.owner.login, head_ref=ref, head_sha=sha, base_ref=base, base_sha=tip
    )
    asked.pull.draft = call.body.get("draft", False)
    return Answer(201, render_pulls.pull(call.forge, found, asked))


@route("GET", _PULLS + "/{number}")
def pull(call: Call) -> Answer:
    """One pull request. Whether it can be merged is computed after the first look, as on GitHub."""
    found, asked, side = _pull(call)
    shown = render_pulls.pull(call.forge, found, asked)
    tip = git_side.tip(found.folder, side.base_ref) or side.base_sha
    if side.judged != (side.head_sha, tip):
        side.judged, side.mergeable = (side.head_sha, tip), None
        shown = render_pulls.pull(call.forge, found, asked)
        merged = git_side.merge(found.folder, tip, side.head_sha, f"Merge {side.head_sha} into {tip}")
        side.mergeable = merged is not None
        if merged is not None:
            git_side.git(found.folder, "update-ref", f"refs/pull/{asked.number}/merge", merged)
    return Answer(200, shown)


@route("PATCH", _PULLS + "/{number}")
def edit_pull(call: Call) -> Answer:
    """New words, or another state. One that was merged stays closed."""
    found, asked, side = _pull(call, "write")
    if side.merged_at and call.body.get("state") == "open":
        raise _invalid(_custom("The pull request cannot be reopened."))
    edit(call, found, asked)
    return Answer(200, render_pulls.pull(call.forge, found, asked))


@route("PUT", _PULLS + "/{number}/merge")
def merge(call: Call) -> Answer:
    """Merge by a real merge, if the head is still the one that was judged."""
    found, asked, side = _pull(call, "write")
    call.forge.check(call.token, found, "contents", "write")
    if call.body.get("sha", side.head_sha) != side.head_sha:
        raise RefusedError(409, "Head branch was modified. Review and try the merge again.")
    tip = git_side.tip(found.folder, side.base_ref)
    new = git_side.merge(found.folder, str(tip), side.head_sha, f"Merge pull request #{asked.number}")
    if new is None or asked.state == "closed" or side.draft:
        raise RefusedError(405, "Pull Request is not mergeable")
    git_side.git(found.folder, "update-ref", f"refs/heads/{side.base_ref}", new, str(tip))
    side.merged_by = call.account()
    call.forge.pushed(found)
    return Answer(200, {"sha": new, "merged": True, "message": "Pull Request successfully merged"})


@route("GET", _PULLS + "/{number}/reviews")
def reviews(call: Call) -> Answer:
    """All reviews, the oldest first."""
    found, asked, side = _pull(call)
    return call.page([render_pulls.review(call.forge, found, asked, said) for said in side.reviews])


@route("POST", _PULLS + "/{number}/reviews")
def create_review(call: Call) -> Answer:
    """Approve, ask for changes, or comment. Nobody approves their own."""
    found, asked, side = _pull(call, "write")
    states = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
    if call.account() is asked.author and call.body.get("event") != "COMMENT":
        raise RefusedError(422, "Unprocessable Entity", errors=["Review Can not approve your own pull request"])
    said = Review(
        id=call.forge.next_id(),
        author=call.account(),
        state=states[call.body["event"]],
        commit=call.body.get("commit_id", side.head_sha),
        body=call.body.get("body", ""),
        submitted=call.forge.time(),
    )
    side.reviews.append(said)
    return Answer(200, render_pulls.review(call.forge, found, asked, said))


@route("PUT", _PULLS + "/{number}/reviews/{review}/dismissals")
def dismiss_review(call: Call) -> Answer:
    """Take the weight off a review."""
    found, asked, side = _pull(call, "write")
    said = next((said for said in side.reviews if str(said.id) == call.names["review"]), None)
    if said is None:
        raise RefusedError(404, "Not Found")
    said.state = "DISMISSED"
    return Answer(200, render_pulls.review(call.forge, found, asked, said))


def _pull(call: Call, level: str = "read") -> tuple[Repository, Conversation, Pull]:
    found, asked = call.conversation("pull_requests", "write" if level == "write" else "read")
    if asked.pull is None:
        raise RefusedError(404, "Not Found")
    return found, asked, asked.pull


def _home(call: Call, found: Repository, owner: str) -> Repository | None:
    """The registry or its fork that belongs to `owner`."""
    network = (r for r in call.forge.repositories.values() if r is found or r.fork_of is found)
    return next((r for r in network if r.owner.login.lower() == owner.lower()), None)


def _check_rights(call: Call, found: Repository, home: Repository) -> None:
    """Who opens a pull request may push to its branch, or else to where it goes."""
    token = call.token
    if token is None or token.kind == "installation":
        return
    if not {"write", "admin"} & {call.forge.role(token.account, r) for r in (home, found)}:
        raise _invalid(_custom("must be a collaborator"))


def _same(asked: Conversation, home: Repository, ref: str, base: str) -> bool:
    pull = asked.pull
    return bool(
        pull and asked.state == "open" and (pull.head_repository, pull.head_ref, pull.base_ref) == (home, ref, base)
    )


def _custom(message: str) -> dict[str, str]:
    return {"resource": "PullRequest", "code": "custom", "message": message}


def _invalid(error: dict[str, str]) -> RefusedError:
    return RefusedError(422, "Validation Failed", errors=[error])
