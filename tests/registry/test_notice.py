"""What a registry says: for people in Markdown and on a terminal, for machines as JSON. Texts are golden."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from osds.registry import reasons
from osds.registry.asking import RowChange, read_ask
from osds.registry.catalog import parse_catalog
from osds.registry.forge import Comment
from osds.registry.notice import FirstSeen, asking_key, first_seen, our_comment, render_notice, render_text, to_json
from osds.registry.policy import Policy
from osds.registry.voices import Voices
from tests.registry.desk import ALICE, BASE, BUDGET, CAROL, KNOWN, MALLORY, NOW, ask, fact
from tests.registry.test_decision import CITY, SCHOOLS, SPENDING

GOLDEN = Path(__file__).parent / "golden"
FACTS = KNOWN | fact("city/spending", number=55)
DECISIONS = {
    "allow": ask(BASE + SCHOOLS),
    "wait": ask(BASE + SPENDING, CITY, facts=FACTS, policy=Policy()),
    "later": ask(BASE + SCHOOLS, draft=True),
    "human": ask(BASE.replace(BUDGET, ""), voices=Voices(objected=(CAROL,))),
    "refuse": ask(BASE + SPENDING + SCHOOLS, MALLORY, facts=FACTS),
    "form": ask(b"\xef\xbb\xbf" + BASE.encode()),
    "already": ask(BASE + SCHOOLS, tip=BASE + SCHOOLS.replace(",,,,,", ",,44,1,,")),
    "rename": ask(
        BASE.replace("alice/budget,budget", "alice/budget,spending"),
        facts=KNOWN | fact("alice/budget", "spending", number=11),
    ),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_render__is_as_it_was(name: str) -> None:
    """Delete a file to have it written anew."""
    decision = DECISIONS[name]
    document = json.dumps(to_json(decision, registry="os-team/registry"), indent=2)
    text = "\n".join(
        [
            render_notice(decision, registry="os-team/registry"),
            "-" * 80,
            render_text(decision, registry="os-team/registry"),
            "-" * 80,
            document,
            "",
        ]
    )
    file = GOLDEN / f"notice-{name}.txt"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        pytest.fail(f"{file.name} is new: read it, and commit it")
    assert file.read_text("utf-8") == text


def test_render_notice__names_the_commit_when_it_is_in() -> None:
    text = render_notice(DECISIONS["allow"], registry="os-team/registry", commit="a" * 40)
    assert text.startswith("### The catalog has it now. Thank you\n")
    assert "`os-team/registry` has it in commit `aaaaaaaaaaaa`:" in text


HOSTILE = "x` ![](https://evil.example) <img src=x> @everyone #1\n### Fixed\n::set-output::\u202e" + "y" * 1000


def test_render__nothing_of_a_stranger_is_markdown() -> None:
    decision = replace(DECISIONS["form"], reasons=(reasons.OTHER_FILES.about(HOSTILE, dataset=HOSTILE),) * 50)
    for text in (render_notice(decision, registry="a/b"), render_text(decision, registry="a/b")):
        assert "\n### Fixed" not in text
        assert "::set-output" not in text
        assert "\u202e" not in text
        assert len(text) < 65_536
    assert "``x` ![](https://evil.example) <img src=x> @everyone" in render_notice(decision, registry="a/b")
    assert "and 30 more" in render_notice(decision, registry="a/b")


def test_first_seen__is_kept_while_the_same_is_asked() -> None:
    changes = _changes()
    key = asking_key(changes, ALICE)
    assert key == asking_key(_changes(), ALICE)
    assert len({key, asking_key(changes, MALLORY), asking_key(changes, None), asking_key((), ALICE)}) == 4
    begun = FirstSeen(key=key, since=NOW - timedelta(hours=5))
    comments = [Comment(id=1, body="hello"), Comment(id=2, body=f"{begun.marker}\n### text")]
    assert first_seen(key, comments, NOW) == begun
    assert our_comment(comments) == comments[1]
    assert first_seen("0" * 16, comments, NOW).since == NOW
    assert first_seen(key, [Comment(id=1, body=f"> {begun.marker}")], NOW).since == NOW
    future = FirstSeen(key=key, since=NOW + timedelta(days=9))
    assert first_seen(key, [Comment(id=1, body=future.marker)], NOW).since == NOW
    assert our_comment([]) is None


def _changes() -> tuple[RowChange, ...]:
    return read_ask(parse_catalog(BASE), (BASE + SCHOOLS).encode()).changes
