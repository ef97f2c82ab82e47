"""The same commands reach the cloud: an S3 server and a GitHub on loopback, through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forge.people import inhabit
from tests.forge.server import serve
from tests.store.s3 import SECRET, new_bucket, running_s3, s3_environment
from tests.store.token_service import ROLE, running_token_service

Make = Callable[..., Path]


def osds(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-m", "osds", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, timeout=120)


def test_publish__to_an_s3_server_twice(make_dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    s3_environment(monkeypatch)
    with running_s3() as endpoint:
        store = ["--store", f"s3://{new_bucket(endpoint)}/open", "--endpoint", endpoint, "--owner", "os-data"]
        first = osds("publish", make_dataset(), *store, "--json")
        assert first.returncode == 0, first.stderr
        assert json.loads(first.stdout)["sequence"] == 1
        again = osds("publish", make_dataset("again"), *store)
        assert again.stdout.startswith("Unchanged: version 1 of os-data/town-budget")
    assert SECRET not in first.stdout + first.stderr + again.stdout + again.stderr


def test_publish__an_endpoint_that_is_not_there(make_dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    s3_environment(monkeypatch)
    store = ["--store", "s3://bucket", "--endpoint", "http://127.0.0.1:9", "--owner", "os-data"]
    done = osds("publish", make_dataset(), *store)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr


def test_register__a_pull_request_once(make_dataset: Make, tmp_path: Path) -> None:
    with serve(tmp_path / "github") as github:
        inhabit(github)
        assert osds("registry", "init", tmp_path / "template").returncode == 0
        names = ("datapackage.json", "data/catalog.csv", "data/changes.csv", "osds.yml")
        github.add("os-team/registry", {name: (tmp_path / "template" / name).read_bytes() for name in names})
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": github.url,
            "GITHUB_API_URL": github.api_url,
            "OSDS_TOKEN": "alice-token",
            "GITHUB_OUTPUT": str(tmp_path / "output"),
        }
        where = ["--registry", "os-team/registry", "--owner", "alice", "--url", "https://github.com/alice/town-budget"]
        first = osds("register", make_dataset(), *where, **runner)
        assert first.returncode == 0, first.stderr
        assert f"{github.url}/os-team/registry/pull/1" in first.stdout
        (pull,) = github.pulls()
        assert pull.title == "Add alice/town-budget"
        assert "`amount, 2023: 14.50 EUR`" in pull.body
        assert (
            f"pull-request<<{(tmp_path / 'output').read_text().split('pull-request<<')[1]}".count(
                f"{github.url}/os-team/registry/pull/1"
            )
            == 1
        )
        writes = len(github.writes())
        again = osds("register", make_dataset("again"), *where, **runner)
        assert again.returncode == 0, again.stderr
        assert len(github.writes()) == writes
        assert "alice-token" not in first.stdout + first.stderr + again.stdout + again.stderr


def test_register__without_a_token_a_link(make_dataset: Make, tmp_path: Path) -> None:
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "http://127.0.0.1:9",  # nobody is there
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    where = ["--registry", "os-team/registry", "--owner", "alice", "--url", "https://github.com/alice/town-budget"]
    done = osds("register", make_dataset(), *where, **runner)
    assert done.returncode == 0, done.stderr
    assert "There is no token (GitHub gives none to a pull request from a fork), so nothing was written." in done.stdout
    link = "http://127.0.0.1:9/os-team/registry/issues/new?template=register.yml&title=Add+alice%2Ftown-budget"
    assert link in done.stdout
    assert f"**[Open the form, filled in]({link}&" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(("token", "code"), [("the-token", 0), ("another-token", 4)])
def test_publish__with_credentials_by_web_identity(
    make_dataset: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str, code: int
) -> None:
    """No key in the environment: a token in a file, which a token service takes for a role's credentials, or refuses."""
    s3_environment(monkeypatch)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    (tmp_path / "token").write_text(token)
    with running_s3() as endpoint, running_token_service(tmp_path, "the-token", key="ASIAX", secret=SECRET) as service:
        environ = {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
            "AWS_ROLE_ARN": ROLE,
            "AWS_ENDPOINT_URL_STS": service.url,
            "SSL_CERT_FILE": str(service.certificate),
        }
        store = ["--store", f"s3://{new_bucket(endpoint)}", "--endpoint", endpoint, "--owner", "os-data"]
        done = osds("publish", make_dataset(), *store, **environ)
    assert done.returncode == code, done.stderr
    assert set(service.asked) == {ROLE}
    assert done.stderr.count("\n") == (1 if code else 0)
    assert not any(secret in done.stdout + done.stderr for secret in (SECRET, token, "session-of-an-hour"))
    if code:
        assert "does not accept the credentials (ExpiredTokenException)" in done.stderr
