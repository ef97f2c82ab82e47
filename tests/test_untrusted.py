"""The two command grammars of the Actions runner, written again from their description: nothing may get through them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.untrusted import code, lines, one_line

COMMAND = re.compile(r"^\s*::[^:]*?::", re.DOTALL)  # at the start of a line, after blanks
OLD_COMMAND = re.compile(r"##\[[^\]]*\]")  # anywhere in a line

NASTY = st.text(
    st.sampled_from(list("ab:#[]%`|<>@\\ \t\r\n\0\x1b\u200b\u202e\u2028\u00a0é字")) | st.characters(), max_size=60
)


def commands(text: str) -> list[str]:
    """What a runner would obey, reading `text` line by line."""
    found = []
    for line in re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text):
        found += COMMAND.findall(line) + OLD_COMMAND.findall(line)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "  ::add-mask::a",
        "\u00a0::stop-commands::zz",
        "a\n::set-output name=x::y",
        "a\r::error::x",
        "a\u2028::error::x",
        "cell ##[add-mask]e",
        "::::error::x",
        "###[group]x",
    ],
)
def test_one_line__attacks_that_would_work(text: str) -> None:
    assert commands(text)
    assert not commands(one_line(text))


@given(NASTY)
def test_one_line__no_command_and_no_control_character(text: str) -> None:
    shown = one_line(text)
    assert not commands(shown)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]


@given(NASTY)
def test_lines__keeps_line_breaks_only(text: str) -> None:
    assert not commands(lines(text))
    assert lines(text).count("\n") == text.count("\n")


@given(NASTY)
def test_code__the_span_ends_where_it_should(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)
    assert fence
    inner = span[len(fence.group()) : -len(fence.group())]
    assert span.endswith(fence.group())
    assert fence.group() not in re.findall("`+", inner)
    assert "\n" not in span
    assert "|" not in span


def test_one_line__ordinary_text_is_untouched() -> None:
    text = "PRESIDENCIA DEL PLENO — 予算 “x” https://example.org/a?b=1#c 10:30"
    assert one_line(text) == text


def test_one_line__is_cut() -> None:
    assert one_line("x" * 600) == "x" * 500 + "…"
