"""Feeds: valid, stable, paged, and without anything of a stranger that a reader would obey."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from osds.news.entries import PAGE
from osds.registry.changes import Event, EventType, RecordedEvent
from osds.registry.lines import check_value
from tests.news.cases import event, log, many, rendered, told

ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = json.loads((Path(__file__).parent / "json-feed-1.1.schema.json").read_text("utf-8"))


def may_stand(text: str) -> bool:
    try:
        return check_value(text, "text") == text
    except Exception:  # noqa: BLE001
        return False


TEXTS = st.text(max_size=60).filter(may_stand)
EVENTS = st.builds(
    lambda kind, actor, detail: event(kind, actor=actor, detail=detail), st.sampled_from(EventType), TEXTS, TEXTS
)


def check_atom(text: str) -> ElementTree.Element:
    """Hold a feed to what RFC 4287 demands in sections 4.1.1 and 4.1.2."""
    feed = ElementTree.fromstring(text)  # noqa: S314 (our own)
    assert feed.tag == f"{ATOM}feed"
    for name in ("title", "id", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1, name
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("title", "id", "updated", "summary"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
        assert link.get("href")
    ids = [str(each.text) for each in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"tag:openspending\.org,2026:osds:[0-9a-f]{16}:[a-z0-9:/._-]+", each) for each in ids)
    for time in feed.iter(f"{ATOM}updated"):
        assert datetime.fromisoformat(str(time.text)).utcoffset() is not None
    return feed


def check_json(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(SCHEMA).validate(document)
    ids = [item["id"] for item in document["items"]]
    assert len(ids) == len(set(ids))
    return document


def feeds(events: tuple[RecordedEvent, ...], **more: Any) -> dict[str, str]:
    return {key: text for key, text in rendered(told(events, **more)).items() if "/feed" in key}


def test_schema__of_json_feed_knows_good_from_bad() -> None:
    validator = Draft202012Validator(SCHEMA)
    good = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "content_text": "x"}]}
    assert validator.is_valid(good)
    for bad in (
        {"version": "2"},
        {"items": [{"id": "1"}]},
        {"items": [{"content_text": "x"}]},
        {"next": "x"},
        {"title": 1},
    ):
        assert not validator.is_valid(good | bad), bad


@given(st.lists(EVENTS, max_size=4), TEXTS.filter(bool))
def test_feeds__are_valid_whatever_the_log_says(events: list[Event], title: str) -> None:
    what = told(log(*events))
    named = type(what)(catalog=what.catalog, policy=type(what.policy)(title=title), log=what.log, book=what.book)
    for key, text in rendered(named).items():
        if "/feed" in key and key.endswith(".xml"):
            check_atom(text)
        elif "/feed" in key:
            check_json(text)


HOSTILE = "</summary><script>alert(1)</script>&lt;b&gt;]]><!-- <a href='javascript:x'>y</a>"


def test_feeds__html_of_a_stranger_stays_text() -> None:
    texts = feeds(log(event(EventType.UPDATED, detail=HOSTILE, actor="<img src=x>")))
    feed = check_atom(texts["registry/feed.xml"])
    summary = feed.findtext(f"{ATOM}entry/{ATOM}summary") or ""
    assert set(re.findall("<[^>]*>", summary)) == {"<p>", "</p>"}  # what a reader would take for HTML is ours
    item = check_json(texts["registry/feed.json"])["items"][0]
    assert "content_html" not in item
    assert HOSTILE in item["content_text"]


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\ue000", "\U0001f600", "\u0085"])
def test_feeds__characters_that_xml_may_not_hold(character: str) -> None:
    if may_stand(character):
        check_atom(feeds(log(event(detail=f"a{character}b", actor=character)))["registry/feed.xml"])
    else:
        assert character == "\u0085"


def test_feeds__without_an_event() -> None:
    texts = feeds(())
    assert check_atom(texts["registry/feed.xml"]).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
    assert check_json(texts["registry/feed.json"])["items"] == []


def test_feeds__are_the_same_each_time_and_their_ids_stay() -> None:
    before, after = feeds(many(3)), feeds(many(4), site="https://data.example.org")
    assert feeds(many(3)) == before
    old, new = (check_json(texts["registry/feed.json"])["items"] for texts in (before, after))
    assert [item["id"] for item in new[1:]] == [item["id"] for item in old]
    assert new[0]["id"].endswith(":event:4")


@pytest.mark.parametrize("count", [1, PAGE, 2 * PAGE - 1, 2 * PAGE, 3 * PAGE + 7])
def test_pages__hold_every_event_once_and_lead_from_one_to_the_next(count: int) -> None:
    texts = feeds(many(count))
    name, seen = "feed.json", []
    while name:
        page = check_json(texts[f"registry/{name}"])
        atom = check_atom(texts[f"registry/{name.replace('.json', '.xml')}"])
        links = {str(link.get("rel")): str(link.get("href")) for link in atom.findall(f"{ATOM}link")}
        assert [entry.findtext(f"{ATOM}id") for entry in atom.findall(f"{ATOM}entry")] == [
            i["id"] for i in page["items"]
        ]
        assert links.get("prev-archive", "").removesuffix(".xml") == page.get("next_url", "").removesuffix(".json")
        assert ("current" in links) == (name != "feed.json")
        seen += [item["title"] for item in page["items"]]
        name = page.get("next_url", "")
    assert seen == [f"town/budget: version {number} was published" for number in range(count, 0, -1)]
    assert len(check_json(texts["registry/feed.json"])["items"]) < 2 * PAGE


def test_pages__an_archive_never_changes() -> None:
    before, after = feeds(many(2 * PAGE)), feeds(many(4 * PAGE))
    archives = [key for key in before if "feed-" in key]
    assert len(archives) == 4  # of the registry and of the dataset, in both forms
    assert all(after[key] == before[key] for key in archives)


def test_feeds__of_a_dataset_tell_its_events_also_under_its_old_name() -> None:
    events = log(event(name="money"), event(EventType.RENAMED, detail="was town/money"), event(name="other"))
    texts = feeds(events)
    old, new = (check_json(texts[f"registry/datasets/town/{name}/feed.json"]) for name in ("money", "budget"))
    assert [item["id"][-7:] for item in old["items"]] == ["event:2", "event:1"]
    assert [item["id"][-7:] for item in new["items"]] == ["event:2"]


def test_feeds__know_their_address_where_the_policy_says_it() -> None:
    texts = feeds(many(2 * PAGE), site="https://data.example.org")
    page = check_json(texts["registry/datasets/town/budget/feed.json"])
    folder = "https://data.example.org/registry/datasets/town/budget"
    assert (page["feed_url"], page["next_url"]) == (f"{folder}/feed.json", f"{folder}/feed-000001.json")
    assert page["home_page_url"] == "https://github.com/town/budget"
    atom = check_atom(texts["registry/feed-000001.xml"])
    links = {str(link.get("rel")): str(link.get("href")) for link in atom.findall(f"{ATOM}link")}
    assert links["self"] == "https://data.example.org/registry/feed-000001.xml"
    assert links["current"] == "https://data.example.org/registry/feed.xml"


def test_feeds__of_a_dataset_on_this_computer_link_to_a_file() -> None:
    (item,) = check_json(feeds(log(event(url="/srv/data/my budget")))["registry/feed.json"])["items"]
    assert item["url"] == "file:///srv/data/my%20budget"
