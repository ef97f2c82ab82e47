"""How a request to the double's API finds its handler, and what a handler is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.forge.values import Account, Conversation, Json, Level, Repository, Request, Token

if TYPE_CHECKING:
    from tests.forge.state import Forge


@dataclass
class Answer:
    """Status, JSON (None for no body) and header fields."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """Raised by a handler: GitHub says no."""

    def __init__(self, status: int, message: str, *, errors: Sequence[Any] = (), headers: Json | None = None) -> None:
        super().__init__(message)
        documentation = {"documentation_url": "https://docs.github.com/rest", "status": str(status)}
        body: Json = {"message": message, **documentation}
        self.answer = Answer(status, body | ({"errors": list(errors)} if errors else {}), headers or {})


@dataclass
class Call:
    """One request to the API, and the state that it is about."""

    forge: Forge
    request: Request
    token: Token | None
    names: dict[str, str]

    @property
    def body(self) -> Json:
        """The JSON object that was sent."""
        return self.request.body or {}

    def account(self) -> Account:
        """Who asks. Nobody may write."""
        if self.token is None:
            raise RefusedError(401, "Requires authentication")
        return self.token.account

    def repository(self, area: str = "metadata", level: Level = "read") -> Repository:
        """The repository of the path, if the token may use it so."""
        found = self.forge.find(f"{self.names['owner']}/{self.names['repo']}")
        self.forge.check(self.token, found, area, level)
        assert found is not None
        return found

    def conversation(self, area: str, level: Level = "read") -> tuple[Repository, Conversation]:
        """The issue or pull request of the path."""
        repository = self.repository(area, level)
        found = repository.conversations.get(int(self.names["number"]))
        if found is None:
            raise RefusedError(404, "Not Found")
        return repository, found

    def one(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return self.request.query.get(name, [default])[0]

    def page(self, items: Sequence[Any]) -> Answer:
        """The page of a list that was asked for, with links to its neighbours."""
        size = min(max(int(self.one("per_page", "30")), 1), 100)
        number, last = max(int(self.one("page", "1")), 1), max(-(-len(items) // size), 1)
        wanted = {"prev": number - 1, "next": number + 1, "first": 1, "last": last}
        shown = {rel: page for rel, page in wanted.items() if 1 <= page <= last and page != number}
        links = ", ".join(f'<{self._page_url(page)}>; rel="{rel}"' for rel, page in shown.items())
        return Answer(200, list(items[(number - 1) * size : number * size]), {"Link": links} if links else {})

    def _page_url(self, page: int) -> str:
        query = {**{name: values[0] for name, values in self.request.query.items()}, "page": str(page)}
        return f"{self.forge.api_url}{self.request.path.removeprefix('/api/v3')}?{urlencode(query)}"


Handler = Callable[[Call], Answer]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Serve `template`, whose names stand in braces; `{path...}` takes the rest."""
    pattern = re.sub(
        r"\{(\w+)\\\.\\\.\\\.\}", r"(?P<\1>.+)", re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    )
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, re.compile(pattern), handler))
        return handler

    return register


def handle(forge: Forge, request: Request, token: Token | None, path: str) -> Answer:
    """The answer to a request for `path`."""
    for method, pattern, handler in _ROUTES:
        match = pattern.fullmatch(path)
        if match and method == request.method:
            try:
                return handler(Call(forge, request, token, match.groupdict()))
            except RefusedError as refusal:
                return refusal.answer
    return RefusedError(404, "Not Found").answer
