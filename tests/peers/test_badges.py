"""Badges in a README, as real ones have them, led to the workflow of osds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.peers.badges import Home, lead_badges

HERE = Home(url="https://github.com/ada/town", workflow="osds.yml")
PAGE = "https://github.com/ada/town/actions/workflows/osds.yml"
BADGE = f"{PAGE}/badge.svg"
GONE = [("frictionless.yaml", "my data")]
REPORT = "https://repository.frictionlessdata.io/report?user=ada&repo=old&flow=frictionless"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "[![goodtables.io](https://goodtables.io/badge/github/ada/old.svg)](https://goodtables.io/github/ada/old)",
            f"[![goodtables.io]({BADGE})]({PAGE})",
        ),
        (
            f"[![Data](https://github.com/ada/old/actions/workflows/frictionless.yaml/badge.svg)]({REPORT}) tail",
            f"[![Data]({BADGE})]({PAGE}) tail",
        ),
        ("![x](https://github.com/ada/old/workflows/my%20data/badge.svg?branch=main)", f"![x]({BADGE})"),
        ("[x](https://github.com/ada/old/actions/workflows/frictionless.yaml)", f"[x]({PAGE})"),
        (
            ".. |data|\n   image:: https://goodtables.io/badge/github/d/cal.svg\n   :target: https://goodtables.io/github/d/cal\n",
            f".. |data|\n   image:: {BADGE}\n   :target: {PAGE}\n",
        ),
        ('<a href="http://goodtables.io/github/a/b.c"><img src="x"></a>', f'<a href="{PAGE}"><img src="x"></a>'),
        (f'<a href="{REPORT.replace("&", "&amp;")}">', f'<a href="{PAGE}">'),
        # what is not of the service, or not gone, stays
        *[(text, text) for text in ("", "goodtables.io is a service", "https://goodtables.io/docs/github")],
        *[(text, text) for text in ("https://github.com/ada/town/actions/workflows/test.yml/badge.svg", "x" * 1000)],
        ("https://github.com/ada/town/actions/workflows/frictionless.yaml.old", None),
    ],
)
def test_lead_badges__by_their_address(old: str, new: str | None) -> None:
    assert lead_badges(old, HERE, GONE) == (old if new is None else new)
    assert lead_badges(lead_badges(old, HERE, GONE), HERE, GONE) == lead_badges(old, HERE, GONE)


def test_lead_badges__without_a_remote_keep_the_name_that_they_had() -> None:
    text = lead_badges("https://goodtables.io/badge/github/d/cal.svg", Home(url=None, workflow="osds.yml"), [])
    assert text == "https://github.com/d/cal/actions/workflows/osds.yml/badge.svg"


@given(st.text(alphabet="abc/.:?&= ()[]!goodtables.iohtps", max_size=200))
def test_lead_badges__of_any_text_comes_to_an_end(text: str) -> None:
    led = lead_badges(text, HERE, GONE)
    assert lead_badges(led, HERE, GONE) == led
