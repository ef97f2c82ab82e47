"""The page for those who read news says what is there, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.news.messages import EVENT_TYPE, messages
from osds.news.signing import open_signer
from osds.registry.policy import parse_policy
from osds.registry.receivers import Dispatch, Webhook
from tests.edges.webhook_receiver import SECRET
from tests.news.cases import event, log, many, rendered, told

TEXT = (Path(__file__).parents[2] / "docs/news.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_page__names_every_kind_of_key() -> None:
    keys = {re.sub(r"-\d{6}", "-000001", key.removeprefix("registry/")) for key in rendered(told(many(400)))}
    named = set(re.findall(r"^\| (.*?) \|", TEXT, re.MULTILINE))
    for key in keys:
        folder, _, name = key.replace("town/budget", "OWNER/NAME").rpartition("/")
        assert any(f"`{name}`" in cell or f"/{name}`" in cell for cell in named if folder in cell), key


def test_page__its_policies_are_policies() -> None:
    site, notify, workflow = map(yaml.safe_load, blocks("yaml"))
    assert parse_policy(yaml.safe_dump(site | notify)).notify == (
        Webhook(url="https://hooks.example.org/osds", secret="OSDS_WEBHOOK_SECRET"),
        Dispatch(repository="OWNER/SITE", secret="OSDS_SITE_TOKEN"),
    )
    assert workflow[True]["repository_dispatch"]["types"] == [EVENT_TYPE]


def test_page__its_receiver_takes_what_we_send_and_nothing_else() -> None:
    import time

    (code,) = blocks("python")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102
    (message,) = messages(log(event()), 0, receiver="x", registry="r")
    headers = open_signer("X", SECRET).headers(message.id, int(time.time()), message.body)
    assert names["receive"](headers, message.body, SECRET)[0]["dataset"] == "town/budget"
    with pytest.raises(ValueError, match="not from our registry"):
        names["receive"](headers, message.body + b" ", SECRET)
    old = open_signer("X", SECRET).headers(message.id, 1, message.body)
    with pytest.raises(ValueError, match="an old message"):
        names["receive"](old, message.body, SECRET)
