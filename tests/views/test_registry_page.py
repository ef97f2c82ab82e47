"""The page of a registry: what it shows, and that nothing in it is obeyed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from osds.registry.changes import EventType
from osds.registry.status import Verdict, book_of
from osds.views.registry_page import page_document
from tests.news.cases import event, log, status, told
from tests.news.test_feeds import TEXTS

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
