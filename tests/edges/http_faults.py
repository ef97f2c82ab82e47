"""Ways in which a test server can fail: each takes the connection, and a function that would answer it rightly."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

Fault = Callable[[BaseHTTPRequestHandler, Callable[[], None]], None]


def drop_after(handler: BaseHTTPRequestHandler, answer: Callable[[], None]) -> None:
    """The request takes effect, and a proxy answers 502 in its place."""
    quiet(answer, handler)
    send(handler, 502, {"message": "Bad gateway"})


def answer_with(status: int, message: str, headers: dict[str, str] | None = None) -> Fault:
    """The request does nothing and gets this answer."""

    def fault(handler: BaseHTTPRequestHandler, answer: Callable[[], None]) -> None:
        send(handler, status, {"message": message}, headers)

    return fault


def hang_up_after(handler: BaseHTTPRequestHandler, answer: Callable[[], None]) -> None:
    """The request takes effect, and the connection ends without an answer."""
    quiet(answer, handler)
    handler.close_connection = True


def quiet(answer: Callable[[], None], handler: BaseHTTPRequestHandler) -> None:
    """Do what a request asks without sending the answer."""
    real, handler.wfile = handler.wfile, io.BytesIO()
    try:
        answer()
    finally:
        handler.wfile = real


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """Answer with JSON."""
    content = b"" if body is None else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
