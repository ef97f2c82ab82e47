"""YAML of strangers: values, or a refusal, and never a long wait."""

from __future__ import annotations

import time

import pytest

from osds.dataset.safe_yaml import NotYamlError, load_yaml
from osds.registry.dataset_facts import read_claim


def bomb(levels: int) -> str:
    """Each level of merge keys has ten times the entries of the one before."""
    text, before = "a: &a {k: 1}\n", "a"
    for name in "bcdefghijklm"[:levels]:
        text += f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 10)}]}}\n"
        before = name
    return text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", None),
        ("a: 1\nb: [x, true]", {"a": 1, "b": ["x", True]}),
        ("on: push", {True: "push"}),  # YAML 1.1, as PyYAML reads it
        ("'=': 1", {"=": 1}),
    ],
)
def test_load_yaml__values(text: str, values: object) -> None:
    assert load_yaml(text) == values


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x", "a: [", "!!python/object:os.system x", b"\xff", "[" * 3000, "9" * 5000]
)
def test_load_yaml__refused(text: str | bytes) -> None:
    with pytest.raises(NotYamlError):
        load_yaml(text)


def test_load_yaml__names_the_line() -> None:
    with pytest.raises(NotYamlError) as refused:
        load_yaml("a: 1\nb: {")
    assert refused.value.line == 2


def test_load_yaml__aliases_where_they_are_asked_for() -> None:
    assert load_yaml("a: &x [1]\nb: *x", aliases=True) == {"a": [1], "b": [1]}


@pytest.mark.parametrize("aliases", [False, True])
def test_load_yaml__a_bomb_is_refused_at_once(aliases: bool) -> None:
    start = time.monotonic()
    with pytest.raises(NotYamlError):
        load_yaml(bomb(12), aliases=aliases)
    assert time.monotonic() - start < 1


def test_a_datasets_claim__that_is_a_bomb_is_none() -> None:
    assert read_claim(("registry: a/b\n" + bomb(12)).encode()) is None
