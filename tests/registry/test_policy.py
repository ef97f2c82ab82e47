"""The registry's policy: data, with clear refusals."""

from __future__ import annotations

import pytest

from osds.registry.lines import RegistryFileError
from osds.registry.policy import Policy, parse_policy


def test_parse_policy__defaults_and_values() -> None:
    assert parse_policy("") == Policy()
    text = "title: Ours\ncore-organisation: acme\nwaiting-hours: 0\nshrink-floor: 50\nlater: 1\n"
    assert parse_policy(text) == Policy(
        title="Ours", core_organisation="acme", waiting_hours=0, shrink_floor=50, unknown=("later",)
    )


@pytest.mark.parametrize(
    "text",
    [
        "- a",
        "1",
        "title: [",
        "title: 3",
        "waiting-hours: soon",
        "waiting-hours: -1",
        "waiting-hours: true",
        "shrink-floor: 101",
        "core-organisation: a b",
        "core-organisation: https://github.com/os-data",
        "1: x",
        "title: !!python/object/apply:os.system [id]",
        "[" * 2000,
        "x" * 64_001,
        "title: \x00",
    ],
)
def test_parse_policy__refuses(text: str) -> None:
    with pytest.raises(RegistryFileError, match=r"osds\.yml"):
        parse_policy(text)
