"""git objects, refs and files through the API, on the real repositories."""

from __future__ import annotations

import base64

from tests.forge import git_side
from tests.forge.routes_repositories import commit as shown_commit
from tests.forge.routing import Answer, Call, RefusedError, route
from tests.forge.values import Json, Repository

_GIT = "/repos/{owner}/{repo}/git"
_WHO = {"GIT_AUTHOR_NAME": "api", "GIT_AUTHOR_EMAIL": "api@example.org", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@route("POST", _GIT + "/blobs")
def create_blob(call: Call) -> Answer:
    """Store bytes."""
    found = call.repository("contents", "write")
    content = call.body["content"]
    data = base64.b64decode(content) if call.body.get("encoding") == "base64" else content.encode()
    sha = str(git_side.ran(found.folder, "hash-object", "-w", "--stdin", stdin=data))
    return Answer(201, {"sha": sha, "url": f"{_url(call, found)}/blobs/{sha}"})


@route("POST", _GIT + "/trees")
def create_tree(call: Call) -> Answer:
    """Store a tree: another one with some entries changed."""
    found = call.repository("contents", "write")
    index = {**_WHO, "GIT_INDEX_FILE": str(found.folder / f"index-{call.forge.next_id()}")}
    git_side.ran(found.folder, "read-tree", call.body.get("base_tree") or "--empty", environ=index)
    for entry in call.body["tree"]:
        sha = entry.get("sha") or str(
            git_side.ran(found.folder, "hash-object", "-w", "--stdin", stdin=entry.get("content", "").encode())
        )
        cached = f"{entry['mode']},{sha},{entry['path']}"
        if git_side.ran(found.folder, "update-index", "--add", "--cacheinfo", cached, environ=index) is None:
            raise RefusedError(422, "tree.sha is not a valid blob")
    return Answer(201, _tree(call, found, str(git_side.ran(found.folder, "write-tree", environ=index))))


@route("GET", _GIT + "/trees/{sha}")
def tree(call: Call) -> Answer:
    """One tree."""
    found = call.repository()
    return Answer(200, _tree(call, found, call.names["sha"]))


@route("POST", _GIT + "/commits")
def create_commit(call: Call) -> Answer:
    """Store a commit."""
    found = call.repository("contents", "write")
    parents = [word for parent in call.body.get("parents", []) for word in ("-p", parent)]
    sha = git_side.ran(found.folder, "commit-tree", call.body["tree"], *parents, stdin=call.body["message"].encode())
    if sha is None:
        raise RefusedError(422, "Tree SHA does not exist")
    return Answer(201, _commit(call, found, sha))


@route("GET", _GIT + "/commits/{sha}")
def commit(call: Call) -> Answer:
    """One commit."""
    found = call.repository()
    if git_side.commit_of(found.folder, call.names["sha"]) is None:
        raise RefusedError(404, "Not Found")
    return Answer(200, _commit(call, found, call.names["sha"]))


@route("GET", _GIT + "/ref/{ref...}")
def ref(call: Call) -> Answer:
    """One ref."""
    found = call.repository()
    return Answer(200, _ref(call, found, f"refs/{call.names['ref']}"))


@route("POST", _GIT + "/refs")
def create_ref(call: Call) -> Answer:
    """A new ref; one that is there stays."""
    found = call.repository("contents", "write")
    name, sha = call.body["ref"], call.body["sha"]
    if git_side.commit_of(found.folder, name):
        raise RefusedError(422, "Reference already exists")
    if git_side.commit_of(found.folder, sha) is None or git_side.ran(found.folder, "update-ref", name, sha) is None:
        raise RefusedError(422, "Object does not exist")
    call.forge.pushed(found)
    return Answer(201, _ref(call, found, name))


@route("PATCH", _GIT + "/refs/{ref...}")
def update_ref(call: Call) -> Answer:
    """Move a ref forward; any way with `force`."""
    found = call.repository("contents", "write")
    name, sha = f"refs/{call.names['ref']}", call.body["sha"]
    old = git_side.commit_of(found.folder, name)
    if old is None:
        raise RefusedError(422, "Reference does not exist")
    forward = git_side.ran(found.folder, "merge-base", "--is-ancestor", old, sha) is not None
    if not forward and not call.body.get("force"):
        raise RefusedError(422, "Update is not a fast forward")
    git_side.git(found.folder, "update-ref", name, sha, old)
    call.forge.pushed(found)
    return Answer(200, _ref(call, found, name))


@route("DELETE", _GIT + "/refs/{ref...}")
def delete_ref(call: Call) -> Answer:
    """Take a ref away; pull requests from it close."""
    found = call.repository("contents", "write")
    name = f"refs/{call.names['ref']}"
    if git_side.commit_of(found.folder, name) is None:
        raise RefusedError(422, "Reference does not exist")
    git_side.git(found.folder, "update-ref", "-d", name)
    call.forge.pushed(found)
    return Answer(204)


@route("GET", "/repos/{owner}/{repo}/contents/{path...}")
def contents(call: Call) -> Answer:
    """One file, in base64."""
    found = call.repository()
    at = git_side.object_at(found.folder, call.one("ref", found.default_branch), call.names["path"])
    if at is None or at[0] != "blob":
        raise RefusedError(404, "Not Found")
    data = git_side.git(found.folder, "cat-file", "blob", at[1]) + "\n"
    content = base64.encodebytes(data.encode()[: at[2]]).decode()
    return Answer(200, {**_file(call, found, at[1], at[2]), "content": content, "encoding": "base64"})


@route("PUT", "/repos/{owner}/{repo}/contents/{path...}")
def put_contents(call: Call) -> Answer:
    """One file in one commit; the `sha` of the file that it replaces is the guard."""
    found = call.repository("contents", "write")
    branch, path = call.body.get("branch", found.default_branch), call.names["path"]
    old = git_side.tip(found.folder, branch)
    at = git_side.object_at(found.folder, str(old), path)
    if old is None:
        raise RefusedError(404, f"Branch {branch} not found")
    if (at[1] if at else None) != call.body.get("sha"):
        raise RefusedError(409 if call.body.get("sha") else 422, f"{path} does not match {call.body.get('sha')}")
    blob = str(git_side.ran(found.folder, "hash-object", "-w", "--stdin", stdin=base64.b64decode(call.body["content"])))
    index = {**_WHO, "GIT_INDEX_FILE": str(found.folder / f"index-{call.forge.next_id()}")}
    git_side.ran(found.folder, "read-tree", old, environ=index)
    git_side.ran(found.folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", environ=index)
    tree_id = str(git_side.ran(found.folder, "write-tree", environ=index))
    new = git_side.git(found.folder, "commit-tree", tree_id, "-p", old, "-m", call.body["message"])
    git_side.git(found.folder, "update-ref", f"refs/heads/{branch}", new, old)
    call.forge.pushed(found)
    shown = _commit(call, found, new)
    file = _file(call, found, blob, len(base64.b64decode(call.body["content"])))
    return Answer(200 if at else 201, {"content": file, "commit": shown})


def _url(call: Call, found: Repository) -> str:
    return f"{call.forge.api_url}/repos/{found.full_name}/git"


def _ref(call: Call, found: Repository, name: str) -> Json:
    sha = git_side.commit_of(found.folder, name)
    if sha is None:
        raise RefusedError(404, "Not Found")
    url = _url(call, found)
    shown = {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"}
    return {"ref": name, "node_id": f"REF_{name}", "url": f"{url}/{name}", "object": shown}


def _commit(call: Call, found: Repository, sha: str) -> Json:
    shown = shown_commit(call, found, sha)
    inner = shown["commit"]
    nothing = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    return {
        **{key: shown[key] for key in ("sha", "node_id", "html_url", "parents")},
        **{key: inner[key] for key in ("url", "author", "committer", "message", "tree")},
        "verification": nothing,
    }


def _tree(call: Call, found: Repository, sha: str) -> Json:
    listing = git_side.ran(found.folder, "ls-tree", "--long", "-z", sha)
    if listing is None:
        raise RefusedError(404, "Not Found")
    entries = []
    for line in filter(None, listing.split("\0")):
        facts, _, path = line.partition("\t")
        mode, kind, name, size = facts.split()
        url = f"{_url(call, found)}/{kind}s/{name}"
        entry = {"path": path, "mode": mode, "type": kind, "sha": name, "url": url}
        entries.append(entry | ({"size": int(size)} if size != "-" else {}))
    return {"sha": sha, "url": f"{_url(call, found)}/trees/{sha}", "tree": entries, "truncated": False}


def _file(call: Call, found: Repository, sha: str, size: int) -> Json:
    path = call.names["path"]
    url = f"{call.forge.api_url}/repos/{found.full_name}/contents/{path}"
    git_url, html = f"{_url(call, found)}/blobs/{sha}", f"{call.forge.url}/{found.full_name}/blob/main/{path}"
    return {
        "type": "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": size,
        "url": url,
        "git_url": git_url,
        "html_url": html,
        "download_url": html,
        "_links": {"self": url, "git": git_url, "html": html},
    }
