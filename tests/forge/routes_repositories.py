"""Repositories, forks, branches, commit statuses and dispatches."""

from __future__ import annotations

from tests.forge import git_side, render
from tests.forge.routing import Answer, Call, RefusedError, route
from tests.forge.values import Json, Repository


@route("GET", "/repos/{owner}/{repo}")
def repository(call: Call) -> Answer:
    """One repository."""
    return _shown(call, call.repository())


@route("GET", "/repositories/{id}")
def repository_by_id(call: Call) -> Answer:
    """Where the earlier name of a repository leads."""
    found = call.forge.by_id(int(call.names["id"]))
    call.forge.check(call.token, found, "metadata", "read")
    assert found is not None
    return _shown(call, found)


@route("POST", "/repos/{owner}/{repo}/forks")
def fork(call: Call) -> Answer:
    """Make a fork, or answer with the one that is there. git can use it a little later."""
    parent, asks = call.repository(), call.account()
    if call.token is not None and call.token.kind == "installation":
        raise RefusedError(403, "Resource not accessible by integration")
    if call.token is not None and call.token.kind == "fine-grained":
        raise RefusedError(403, "Resource not accessible by personal access token")
    if call.token is not None and not call.token.scopes:
        raise RefusedError(404, "Not Found")
    found = _fork_of(call, parent) or _make_fork(call, parent)
    return Answer(202, render.repository(call.forge, found, asks))


@route("GET", "/repos/{owner}/{repo}/forks")
def forks(call: Call) -> Answer:
    """All forks."""
    parent = call.repository()
    found = [r for r in call.forge.repositories.values() if r.fork_of is parent]
    return call.page([render.minimal_repository(call.forge, r) for r in found])


@route("GET", "/repos/{owner}/{repo}/branches/{branch...}")
def branch(call: Call) -> Answer:
    """One branch and its commit."""
    found = call.repository()
    name = call.names["branch"]
    sha = git_side.tip(found.folder, name)
    if sha is None:
        raise RefusedError(404, "Branch not found")
    url = f"{call.forge.api_url}/repos/{found.full_name}/branches/{name}"
    shown = {
        "name": name,
        "commit": commit(call, found, sha),
        "_links": {"self": url, "html": f"{call.forge.url}/{found.full_name}/tree/{name}"},
        "protected": False,
        "protection": {},
        "protection_url": f"{url}/protection",
    }
    return Answer(200, shown)


@route("POST", "/repos/{owner}/{repo}/statuses/{sha}")
def create_status(call: Call) -> Answer:
    """Say something of a commit."""
    found = call.repository("statuses", "write")
    sha = call.names["sha"]
    if git_side.commit_of(found.folder, sha) is None:
        raise RefusedError(422, f"No commit found for SHA: {sha}")
    said = {
        "url": f"{call.forge.api_url}/repos/{found.full_name}/statuses/{sha}",
        "avatar_url": None,
        "id": call.forge.next_id(),
        "node_id": "S_1",
        "state": call.body["state"],
        "description": call.body.get("description"),
        "target_url": call.body.get("target_url"),
        "context": call.body.get("context", "default"),
        "created_at": call.forge.time(),
        "updated_at": call.forge.time(),
        "creator": render.user(call.forge, call.account()),
    }
    found.statuses.insert(0, said)
    return Answer(201, said)


@route("GET", "/repos/{owner}/{repo}/commits/{sha}/status")
def combined_status(call: Call) -> Answer:
    """The newest of each context together."""
    found = call.repository()
    sha = git_side.commit_of(found.folder, call.names["sha"])
    url = f"{call.forge.api_url}/repos/{found.full_name}/commits/{sha}"
    newest: dict[str, Json] = {}
    for said in found.statuses:
        if said["url"].endswith(f"/{sha}"):
            newest.setdefault(said["context"], {k: v for k, v in said.items() if k != "creator"})
    states = {said["state"] for said in newest.values()}
    state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    shown: Json = {"state": state, "sha": sha, "total_count": len(newest), "statuses": list(newest.values())}
    shown |= {"repository": render.minimal_repository(call.forge, found), "commit_url": url, "url": f"{url}/status"}
    return Answer(200, shown)


@route("POST", "/repos/{owner}/{repo}/dispatches")
def dispatch(call: Call) -> Answer:
    """Start workflows that listen to `repository_dispatch`."""
    found = call.repository("contents", "write")
    found.dispatches.append(call.body)
    return Answer(204)


def commit(call: Call, found: Repository, sha: str) -> Json:
    """A commit, as lists of commits show it."""
    fields = "%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%T%x00%P%x00%B"
    an, ae, at, cn, ce, ct, tree, parents, message = git_side.git(
        found.folder, "log", "-1", f"--format={fields}", sha
    ).split("\0")
    url, html = f"{call.forge.api_url}/repos/{found.full_name}", f"{call.forge.url}/{found.full_name}/commit"
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": f"{url}/commits/{sha}",
        "html_url": f"{html}/{sha}",
        "comments_url": f"{url}/commits/{sha}/comments",
        "commit": {
            "url": f"{url}/git/commits/{sha}",
            "author": {"name": an, "email": ae, "date": at},
            "committer": {"name": cn, "email": ce, "date": ct},
            "message": message.rstrip("\n"),
            "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"},
            "comment_count": 0,
        },
        "author": None,
        "committer": None,
        "parents": [{"sha": p, "url": f"{url}/commits/{p}", "html_url": f"{html}/{p}"} for p in parents.split()],
    }


def _shown(call: Call, found: Repository) -> Answer:
    return Answer(200, render.repository(call.forge, found, call.token.account if call.token else None))


def _fork_of(call: Call, parent: Repository) -> Repository | None:
    """The fork that this account has of the same network."""
    return next(
        (r for r in call.forge.repositories.values() if r.fork_of is parent and r.owner is call.account()), None
    )


def _make_fork(call: Call, parent: Repository) -> Repository:
    forge, owner, number = call.forge, call.account(), call.forge.next_id()
    folder, name = forge.root / "git" / f"{number}.git", parent.name
    while f"{owner.login}/{name}" in forge.repositories:
        name = f"{name}-1"
    git_side.clone_bare(parent.folder, folder)
    found = Repository(id=number, owner=owner, name=name, folder=folder, fork_of=parent)
    found.ready_at = forge.timer.now() + forge.fork_seconds
    forge.repositories[found.full_name] = found
    return found
