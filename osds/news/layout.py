"""Every key of the news in a store, and how those who read them may keep what they got.

registry/feed.xml, feed.json                 the newest changes, as Atom and as JSON Feed
registry/feed-{number:06}.xml, .json         archives: 200 changes each, oldest first numbered
registry/changelog.md                        the same for people, by day
registry/status.json                         the state of every dataset
registry/index.html                          the same for people
registry/datasets/{owner}/{name}/…           of one dataset: feed.xml, feed.json, status.json, badge.json
registry/news.json                           what was written: the commit point, compare-and-set
"""

from __future__ import annotations

from osds.dataset.identity import DatasetId
from osds.store.layout import NEWS as ROOT

__all__ = [
    "CACHE",
    "CHANGELOG",
    "INDEX",
    "INDEX_CACHE",
    "PAGE",
    "ROOT",
    "STATUS",
    "content_type",
    "dataset_folder",
    "feed_file",
]

INDEX = f"{ROOT}/news.json"
PAGE = f"{ROOT}/index.html"
CHANGELOG = f"{ROOT}/changelog.md"
STATUS = f"{ROOT}/status.json"

# Readers of feeds ask again and again; within five minutes a cache may answer them, afterwards it asks whether there is
# anything new (RFC 9111 section 5.2.2). The index is for osds alone.
CACHE = "public, max-age=300"
INDEX_CACHE = "no-cache"

_TYPES = {
    "xml": "application/atom+xml; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


def dataset_folder(dataset: DatasetId) -> str:
    """The prefix of what is told of one dataset, without a final slash."""
    return f"{ROOT}/datasets/{dataset.owner}/{dataset.name}"


def feed_file(number: int, form: str) -> str:
    """The name of a page of a feed: of an archive, or of the current page for 0."""
    return f"feed-{number:06}.{form}" if number else f"feed.{form}"


def content_type(key: str) -> str:
    """The media type that a key is served with."""
    name = key.rpartition("/")[2]
    if name.startswith("feed") and name.endswith(".json"):
        return "application/feed+json"
    return _TYPES[name.rpartition(".")[2]]
