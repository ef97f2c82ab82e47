"""`registry/news.json`: which registry the news in a store are of, and what each of them follows from.

It is the commit point of the news: whoever writes them first says so in it, and last that all is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, kw_only=True)
class Index:
    """The commit of the registry, and for each key the `source` of the document that is there; unknown ones are left out."""

    commit: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    def without(self, keys: Collection[str], commit: str) -> Index:
        """This index while the documents at `keys` are being written for another commit."""
        kept = {key: source for key, source in self.sources.items() if key not in keys}
        return Index(commit=commit, sources=kept)

    def render(self) -> bytes:
        """Its text, one line for each key."""
        head = json.dumps({"format": FORMAT, "commit": self.commit})[:-1]
        lines = (f"{json.dumps(key)}: {json.dumps(source)}" for key, source in sorted(self.sources.items()))
        return (f'{head}, "sources": {{\n' + ",\n".join(lines) + "\n}}\n").encode()


def parse_index(content: bytes | None) -> Index:
    """Read an index. Of one that is not there, or that osds did not write, nothing is believed: all is written again."""
    try:
        document: Any = json.loads(content or b"{}")
        if document.get("format") != FORMAT or not _COMMIT.fullmatch(document["commit"]):
            return Index()
        sources = {key: source for key, source in document["sources"].items() if isinstance(source, str)}
        return Index(commit=document["commit"], sources=sources)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return Index()
