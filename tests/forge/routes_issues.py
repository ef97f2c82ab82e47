"""Issues, their labels, events and comments; all of it holds for pull requests as well."""

from __future__ import annotations

from tests.forge import render
from tests.forge.routing import Answer, Call, RefusedError, route
from tests.forge.values import Comment, Conversation, Json, Repository

_ISSUES = "/repos/{owner}/{repo}/issues"


@route("GET", _ISSUES)
def issues(call: Call) -> Answer:
    """Issues and pull requests, the newest first."""
    found = call.repository()
    _needs_issues(found)
    state, wanted = call.one("state", "open"), {name for name in call.one("labels").split(",") if name}
    author = call.one("creator").lower()
    shown = [c for c in found.conversations.values() if state in {"all", c.state} and wanted <= set(c.labels)]
    shown = [c for c in shown if author in {"", c.author.login.lower()}]
    shown.sort(key=lambda c: c.number, reverse=call.one("direction", "desc") == "desc")
    return call.page([render.issue(call.forge, found, c) for c in shown])


@route("POST", _ISSUES)
def create_issue(call: Call) -> Answer:
    """Anybody may open one; labels stick only if they may push."""
    found = call.repository("issues", "write")
    _needs_issues(found)
    asked = open_conversation(call, found, call.body["title"], call.body.get("body") or "")
    if call.forge.role(call.account(), found) in {"write", "admin"}:
        _label(call, found, asked, [str(name) for name in call.body.get("labels", [])])
    return Answer(201, render.issue(call.forge, found, asked))


@route("GET", _ISSUES + "/{number}")
def issue(call: Call) -> Answer:
    """One issue."""
    found, asked = call.conversation("issues")
    return Answer(200, render.issue(call.forge, found, asked))


@route("PATCH", _ISSUES + "/{number}")
def edit_issue(call: Call) -> Answer:
    """New words, or another state."""
    found, asked = call.conversation("issues", "write")
    edit(call, found, asked)
    return Answer(200, render.issue(call.forge, found, asked))


@route("GET", _ISSUES + "/{number}/comments")
def comments(call: Call) -> Answer:
    """All comments, the oldest first."""
    found, asked = call.conversation("issues")
    return call.page([render.comment(call.forge, found, asked, said) for said in asked.comments])


@route("POST", _ISSUES + "/{number}/comments")
def create_comment(call: Call) -> Answer:
    """A new comment. An app may use either of two permissions for a pull request."""
    found, asked = call.conversation("metadata")
    area = "pull_requests" if asked.pull and call.token and "issues" not in call.token.permissions else "issues"
    call.forge.check(call.token, found, area, "write")
    if not call.body["body"].strip():
        raise RefusedError(422, "Validation Failed", errors=[{"code": "missing_field", "field": "body"}])
    said = Comment(id=call.forge.next_id(), author=call.account(), body=call.body["body"], created=call.forge.time())
    asked.comments.append(said)
    return Answer(201, render.comment(call.forge, found, asked, said))


@route("PATCH", _ISSUES + "/comments/{id}")
def edit_comment(call: Call) -> Answer:
    """New words for a comment."""
    found, asked, said = _comment(call)
    said.body = call.body["body"]
    return Answer(200, render.comment(call.forge, found, asked, said))


@route("DELETE", _ISSUES + "/comments/{id}")
def delete_comment(call: Call) -> Answer:
    """Take a comment away."""
    _, asked, said = _comment(call)
    asked.comments.remove(said)
    return Answer(204)


@route("GET", _ISSUES + "/{number}/events")
def events(call: Call) -> Answer:
    """Who labelled and closed it, the oldest first."""
    _, asked = call.conversation("issues")
    return call.page(asked.events)


@route("POST", _ISSUES + "/{number}/labels")
def add_labels(call: Call) -> Answer:
    """Put labels on, as who may push can."""
    found, asked = call.conversation("issues", "write")
    _needs_push(call, found)
    sent = call.request.body  # a list, or an object with a list in it
    _label(call, found, asked, list(sent["labels"] if isinstance(sent, dict) else sent))
    return Answer(200, render.labels(call.forge, found, asked.labels))


@route("DELETE", _ISSUES + "/{number}/labels/{name}")
def remove_label(call: Call) -> Answer:
    """Take a label off."""
    found, asked = call.conversation("issues", "write")
    _needs_push(call, found)
    if call.names["name"] not in asked.labels:
        raise RefusedError(404, "Label does not exist")
    asked.labels.remove(call.names["name"])
    _event(call, found, asked, "unlabeled", call.names["name"])
    return Answer(200, render.labels(call.forge, found, asked.labels))


def open_conversation(call: Call, found: Repository, title: str, body: str) -> Conversation:
    """A new number, with these words."""
    if len(body) > 65_536:
        raise RefusedError(422, "Validation Failed", errors=["body is too long (maximum is 65536 characters)"])
    number = max(found.conversations, default=0) + 1
    now, author, words = call.forge.time(), call.account(), body.replace("\r\n", "\n")
    asked = Conversation(
        id=call.forge.next_id(), number=number, author=author, title=title, body=words, created=now, updated=now
    )
    found.conversations[number] = asked
    return asked


def edit(call: Call, found: Repository, asked: Conversation) -> None:
    """Change words and state, as the author and who may push can."""
    if call.account() is not asked.author:
        _needs_push(call, found)
    asked.title = call.body.get("title", asked.title)
    asked.body = (call.body.get("body", asked.body) or "").replace("\r\n", "\n")
    state = call.body.get("state", asked.state)
    if state != asked.state:
        asked.state, asked.closed = state, call.forge.time() if state == "closed" else None
        _event(call, found, asked, "closed" if state == "closed" else "reopened", None)
    asked.updated = call.forge.time()


def _label(call: Call, found: Repository, asked: Conversation, names: list[str]) -> None:
    for name in names:
        if name not in asked.labels:
            asked.labels.append(name)
            _event(call, found, asked, "labeled", name)


def _event(call: Call, found: Repository, asked: Conversation, kind: str, label: str | None) -> None:
    number = call.forge.next_id()
    event: Json = {
        "id": number,
        "node_id": f"E_{number}",
        "url": f"{call.forge.api_url}/repos/{found.full_name}/issues/events/{number}",
        "actor": render.user(call.forge, call.account()),
        "event": kind,
        "commit_id": None,
        "commit_url": None,
        "created_at": call.forge.time(),
        "performed_via_github_app": None,
    }
    asked.events.append(event | ({"label": {"name": label, "color": "ededed"}} if label else {}))


def _comment(call: Call) -> tuple[Repository, Conversation, Comment]:
    found = call.repository("issues", "write")
    number = int(call.names["id"])
    both = ((asked, said) for asked in found.conversations.values() for said in asked.comments)
    asked, said = next(((a, s) for a, s in both if s.id == number), (None, None))
    if asked is None or said is None:
        raise RefusedError(404, "Not Found")
    if said.author is not call.account():
        _needs_push(call, found)
    return found, asked, said


def _needs_push(call: Call, found: Repository) -> None:
    if call.account().type != "Bot" and call.forge.role(call.account(), found) not in {"write", "admin"}:
        raise RefusedError(403, "Must have admin rights to Repository.")


def _needs_issues(found: Repository) -> None:
    if not found.has_issues:
        raise RefusedError(410, "Issues has been disabled in this repository.")
