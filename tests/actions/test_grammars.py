"""No text of a dataset becomes a command of the runner, an output, Markdown or HTML, wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osds.views.formats import FORMATS
from tests.actions.attacking import attack, faults
from tests.actions.hostile_places import FRAGMENTS, PLACES
from tests.runner_grammar import Command, Listener, read_values

ANY = st.characters(exclude_categories=[])  # also what is half of a character
HOSTILE = st.lists(st.sampled_from(FRAGMENTS) | st.text(ANY, max_size=5), min_size=1, max_size=5).map("".join)

REFUSED = {"\x00", "\ud800"}  # no descriptor with them is read, and nothing else would be seen
SILENT = {"title", "profile", "licence", "key", "resource name"}  # of which a report says nothing


# The grammars themselves, as the runner's source has them


@pytest.mark.parametrize(
    ("line", "name", "properties", "data"),
    [
        ("::error::x", "error", {}, "x"),
        ("  \u00a0::ERROR file=a%2Cb,line=3,title=::x%0Ay%25", "error", {"file": "a,b", "line": "3"}, "x\ny%"),
        ("text ##[add-mask]secret", "add-mask", {}, "secret"),
        ("##[set-output name=a%5D;b=c]d%3B", "set-output", {"name": "a]", "b": "c"}, "d;"),
        ("::unknown:: ##[error]x", "error", {}, "x"),
    ],
)
def test_commands__what_a_runner_obeys(line: str, name: str, properties: dict[str, str], data: str) -> None:
    assert Listener().hear(line) == [Command(name=name, properties=properties, data=data)]


@pytest.mark.parametrize(
    "line", ["x ::error::y", "::error:y", "::unknown::x", "# #[error]x", "##[error", "## [error]x", ""]
)
def test_commands__what_is_text(line: str) -> None:
    assert Listener().hear(line) == []


def test_commands__stopped_until_the_token() -> None:
    heard = Listener().hear("::stop-commands::zz\n::error::a\r##[warning]b\n::zz::\n::error::c")
    assert [command.name for command in heard] == ["stop-commands", "zz", "error"]


def test_values__of_the_file_of_outputs() -> None:
    assert read_values("a=b=c\n\nd<<E\ne\n\nf=g\nE\nh<<E\nE\n") == {"a": "b=c", "d": "e\n\nf=g", "h": ""}
    for broken in ("a<<E\nb\n", "<<E\nE\n", "words\n"):
        with pytest.raises(ValueError, match=r"Invalid format|not found"):
            read_values(broken)


# And osds as a runner hears it


@pytest.mark.parametrize("place", PLACES)
def test_every_place__says_all_fragments_at_once_and_none_is_obeyed(place: str) -> None:
    seen = attack(place, "Zq7 " + " ".join(fragment for fragment in FRAGMENTS if fragment not in REFUSED))
    assert list(faults(seen)) == []
    assert (
        place in SILENT or "Zq7" in seen.out + seen.err + seen.report
    )  # it does get there: otherwise this says nothing


@settings(deadline=None, max_examples=25, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.sampled_from(sorted(PLACES)), text=HOSTILE, form=st.sampled_from(sorted(FORMATS)))
def test_any_text__is_text(place: str, text: str, form: str) -> None:
    assert list(faults(attack(place, text, form))) == []
