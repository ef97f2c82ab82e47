"""Accounts, organisations, and who may do what."""

from __future__ import annotations

from tests.forge import render
from tests.forge.routing import Answer, Call, RefusedError, route
from tests.forge.values import Account


@route("GET", "/user")
def myself(call: Call) -> Answer:
    """The user of the token; an app is none."""
    account = call.account()
    if account.type == "Bot":
        raise RefusedError(403, "Resource not accessible by integration")
    return Answer(200, render.full_user(call.forge, account))


@route("POST", "/graphql")
def viewer(call: Call) -> Answer:
    """The one question that is asked by GraphQL: who am I, for an app as well."""
    assert "viewer" in call.body["query"], "the double answers no other question"
    account = call.account()
    return Answer(200, {"data": {"viewer": {"login": account.login, "databaseId": account.id}}})


@route("GET", "/users/{login}")
def user(call: Call) -> Answer:
    """Any account."""
    return Answer(200, render.full_user(call.forge, _account(call)))


@route("GET", "/user/{id}")
def user_by_id(call: Call) -> Answer:
    """Any account, by the id that stays."""
    found = next((a for a in call.forge.accounts.values() if str(a.id) == call.names["id"]), None)
    if found is None:
        raise RefusedError(404, "Not Found")
    return Answer(200, render.full_user(call.forge, found))


@route("GET", "/orgs/{org}/members/{login}")
def member(call: Call) -> Answer:
    """204 if somebody belongs to an organisation."""
    found = call.forge.accounts.get(call.names["org"].lower())
    if found is None or call.names["login"] not in found.members:
        raise RefusedError(404, "Not Found")
    return Answer(204)


@route("GET", "/repos/{owner}/{repo}/collaborators/{login}/permission")
def permission(call: Call) -> Answer:
    """What somebody may do; only told to who may push."""
    repository = call.repository()
    call.forge.check(call.token, repository, "metadata", "read")
    asks = call.account()
    by_app = call.token is not None and call.token.kind == "installation"
    chosen = by_app and call.token is not None and repository.full_name.lower() in (call.token.repositories or ())
    if not chosen and call.forge.role(asks, repository) not in {"write", "admin"}:
        raise RefusedError(403, "Must have push access to view collaborator permission.")
    account = _account(call)
    level = call.forge.role(account, repository)
    shown = {**render.user(call.forge, account), "role_name": level}
    return Answer(200, {"permission": level, "role_name": level, "user": shown})


@route("GET", "/rate_limit")
def rate_limit(call: Call) -> Answer:
    """How much of the limit is left; asking costs nothing."""
    used = call.token.used if call.token else 0
    left = {
        "limit": call.forge.limit,
        "used": used,
        "remaining": call.forge.limit - used,
        "reset": int(call.forge.timer.now()),
    }
    return Answer(200, {"resources": {"core": left, "search": left}, "rate": left})


def _account(call: Call) -> Account:
    found = call.forge.accounts.get(call.names["login"].lower())
    if found is None:
        raise RefusedError(404, "Not Found")
    return found
