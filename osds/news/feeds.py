"""Pages of feeds as text: Atom (RFC 4287, archives as RFC 5005 has them) and JSON Feed (https://jsonfeed.org/version/1.1).

The times in them are those of the events, so the same events give the same bytes.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedgenerator import Atom1Feed

from osds.news.entries import Entry, Page
from osds.news.layout import feed_file

_LANGUAGE = "en"
_HISTORY = "http://purl.org/syndication/history/1.0"
_NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)  # a feed without an entry says this for its time
_NOT_XML = re.compile("[\ufffe\uffff]")  # what XML 1.0 cannot hold and no control character is


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What all pages of a feed have in common. `author` is the registry.

    `home` is the page that the feed is about. `folder` is the address of the folder that has the feed, with a slash at its
    end; empty if nobody knows it, and then pages name each other by relative links.
    """

    id: str
    title: str
    author: str
    home: str
    folder: str = ""

    def address(self, number: int, form: str) -> str:
        """Where a page is."""
        return f"{self.folder}{feed_file(number, form)}"


class _Atom(Atom1Feed):  # type: ignore[misc]  # the library has no types
    """Atom with the links of RFC 5005 section 4, and with a time also where there is no entry."""

    def add_root_elements(self, handler: Any) -> None:  # noqa: ANN401 (an XML writer of the library)
        super().add_root_elements(handler)
        for relation, address in self.feed["history"].items():
            handler.addQuickElement("link", "", {"rel": relation, "href": address})
        if "current" in self.feed["history"]:
            handler.addQuickElement("fh:archive", None, {"xmlns:fh": _HISTORY})

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_NOTHING_YET)


def render_atom(feed: Feed, page: Page) -> str:
    """A page of a feed as Atom."""
    history = {"current": feed.address(0, "xml")} if page.number else {}
    history |= {"prev-archive": feed.address(page.before, "xml")} if page.before else {}
    document = _Atom(
        title=_xml(feed.title),
        link=feed.home,
        description=None,
        language=_LANGUAGE,
        author_name=_xml(feed.author),
        feed_guid=feed.id,
        feed_url=feed.address(page.number, "xml") if feed.folder else None,
        history=history,
    )
    for entry in page.entries:
        document.add_item(
            title=_xml(entry.title),
            link=entry.url,
            description=_paragraphs(_xml(entry.text)),
            updateddate=datetime.fromisoformat(entry.time),
            unique_id=entry.id,
            categories=(entry.category,),
        )
    return f"{document.writeString('utf-8')}\n"


def render_json(feed: Feed, page: Page) -> str:
    """A page of a feed as JSON Feed."""
    known = {"home_page_url": feed.home} if "://" in feed.home else {}
    known |= {"feed_url": feed.address(page.number, "json")} if feed.folder else {}
    known |= {"next_url": feed.address(page.before, "json")} if page.before else {}
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        **known,
        "language": _LANGUAGE,
        "authors": [{"name": feed.author}],
    }
    items = ",\n".join(json.dumps(_item(entry), ensure_ascii=False) for entry in page.entries)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "items": [\n{items}\n]}}\n'


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": entry.time,
        "tags": [entry.category],
    }


def _paragraphs(text: str) -> str:
    """Plain text as HTML, which is what the library says that a summary is."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
