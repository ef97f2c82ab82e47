"""The page of a registry: what it shows, and that nothing in it is obeyed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.registry.changes import EventType
from osds.registry.status import Verdict, book_of
from osds.views.registry_page import page_document
from tests.news.cases import event, log, status, told
from tests.news.test_feeds import TEXTS
from tests.views.test_page import look

VOID = {"meta", "link", "input"}


class Structure(HTMLParser):
    """The tags of a page, and the addresses that it leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def structure(text: str) -> Structure:
    found = Structure()
    found.feed(text)
    assert found.open == []
    return found


def test_page__shows_each_dataset_with_its_three_kinds_of_freshness() -> None:
    known = status(verdict=Verdict.VALID, rows=1234, until="2025", version=3, published="2026-01-30T08:00:00Z")
    text = page_document(told(log(event(EventType.PUBLISHED, detail="version 3")), book=book_of([known]))).render()
    for words in (
        "town/budget",
        ">valid<",
        ">2025<",
        "2026-01-30",
        "1,234",
        "version 3 was published",
    ):
        assert words in text, words
    links = structure(text).links
    assert "https://github.com/town/budget" in links
    assert "../datasets/town/budget/datapackage.json" in links
    assert "datasets/town/budget/feed.xml" in links
    assert all(not link.startswith(("http:", "//", "javascript:")) for link in links)


def test_page__of_a_registry_without_datasets() -> None:
    text = page_document(told(names=())).render()
    assert "0 datasets" in text
    assert "<table" not in text


@given(TEXTS, TEXTS, st.sampled_from(EventType))
def test_page__nothing_of_a_stranger_becomes_a_tag(detail: str, title: str, kind: EventType) -> None:
    what = told(log(event(kind, detail=detail)))
    named = type(what)(catalog=what.catalog, policy=type(what.policy)(title=title), log=what.log, book=what.book)
    assert (
        structure(page_document(named).render()).tags == structure(page_document(told(log(event(kind)))).render()).tags
    )


def test_page__asks_nobody() -> None:
    text = page_document(told(log(event()))).render()
    assert re.search(r'Content-Security-Policy" content="default-src &#39;none&#39;', text)


def test_page__in_a_browser_it_sorts_filters_and_complains_of_nothing(tmp_path: Path) -> None:
    names = ("budget", "licence-fees", "roads")
    years = zip(names, ("2025", "", "2019"), strict=True)
    book = book_of(status(name=name, url=f"https://github.com/town/{name}", until=until) for name, until in years)
    seen, complaints = look(tmp_path, page_document(told(log(event()), book=book, names=names)).render(), 1200)
    assert complaints == ""
    assert seen["title"] == "Ours"
    assert (seen["rows"], seen["up"], seen["down"]) == (
        ["2025", "", "2019"],
        ["", "2019", "2025"],
        ["2025", "2019", ""],
    )
    assert seen["filtered"] == 1


@pytest.mark.parametrize("width", [360, 720])
def test_page__in_a_browser_nothing_is_wider_than_the_screen(tmp_path: Path, width: int) -> None:
    name = "n" * 100
    known = status(
        name=name, url=f"https://github.com/town/{name}", until="y" * 200, rows=10**15, verdict=Verdict.VALID
    )
    events = log(event(EventType.UPDATED, detail="d" * 1000, name=name))
    seen, complaints = look(tmp_path, page_document(told(events, book=book_of([known]), names=[name])).render(), width)
    assert complaints == ""
    assert seen["overflow"] <= width
