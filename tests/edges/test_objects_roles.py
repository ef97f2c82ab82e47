"""Credentials of a machine in the cloud: nothing in the environment, and the metadata service names a role."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from osds.edges.store.objects import open_store
from tests.store.s3 import SECRET, new_bucket, running_s3, s3_environment

_ROLES = "/latest/meta-data/iam/security-credentials/"


@contextmanager
def running_metadata_service(role: str) -> Iterator[tuple[str, list[str]]]:
    """A metadata service of EC2 (version 2) on loopback that gives credentials for `role`; its URL, and what was asked.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    """
    asked: list[str] = []
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    credentials = {
        "Code": "Success",
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": SECRET,
        "Token": "session",
        "Expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "LastUpdated": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "Type": "AWS-HMAC",
    }
    answers = {
        ("PUT", "/latest/api/token"): "session-token",
        ("GET", _ROLES): role,
        ("GET", f"{_ROLES}{role}"): json.dumps(credentials),
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            known = self.command == "PUT" or self.headers.get("X-aws-ec2-metadata-token") == "session-token"
            content = answers.get((self.command, self.path), "").encode() if known else b""
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_GET  # noqa: N815 (the name that http.server asks for)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_credentials__of_the_role_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    s3_environment(monkeypatch)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with running_s3() as endpoint, running_metadata_service("publisher") as (url, asked):
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", url)
        store = open_store(f"s3://{new_bucket(endpoint)}", endpoint=endpoint)
        store.put("k", b"1", content_type="text/csv", cache_control="no-cache")
        found = store.get("k")
        assert found is not None
        assert found[0] == b"1"
    assert asked[:3] == ["PUT /latest/api/token", f"GET {_ROLES}", f"GET {_ROLES}publisher"]
    assert len(asked) == 6  # once for reading and once for writing, not for every call
