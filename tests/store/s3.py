"""An S3 server on this machine (moto, over loopback HTTP) for the tests of the store."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

SECRET = "wJalrXUtnFEMI-never-shown"
_numbers = count()


@contextmanager
def running_s3() -> Iterator[str]:
    """The endpoint of a server that lives as long as the context."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def s3_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that moto takes, and nothing else that could change where requests go."""
    for name in os.environ:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def new_bucket(endpoint: str) -> str:
    """The name of a bucket that was just made."""
    name = f"bucket-{next(_numbers)}"
    request_s3("PUT", endpoint, f"/{name}")
    return name


def request_s3(method: str, endpoint: str, path: str) -> http.client.HTTPMessage:
    """The headers of the answer to a request that only looks signed, which is enough for moto."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
    signature = "AWS4-HMAC-SHA256 Credential=x/20240101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
    connection.request(method, path, headers={"Authorization": signature})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return answer.headers
