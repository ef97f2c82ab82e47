"""The small server of `s3_front` in the dialect of Google Cloud Storage's XML API, as obstore speaks it.

What differs for osds: a write compares generations and not ETags, and the removal of what is not there is an error.
No server that others wrote speaks this API: fake-gcs-server and gcp-storage-emulator take uploads by the JSON API only.
https://cloud.google.com/storage/docs/xml-api/reference-headers
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.store.s3_answers import Answer
from tests.store.s3_faults import Asked
from tests.store.s3_front import Front, Handler, running_front
from tests.store.s3_shelf import Piece

TOKEN = "ya29.never-shown"


class _GcsHandler(Handler):
    def _conditions(self) -> dict[str, str]:
        wanted = self.headers.get("x-goog-if-generation-match", "")
        return {"if_generation": wanted} if wanted else {}

    def _do(self, asked: Asked, arrived: Piece) -> Answer:
        if asked.method == "DELETE" and "uploadId" not in asked.query:
            self.server.front.shelf.get(asked.bucket, asked.key)  # raises NoSuchKey
        return super()._do(asked, arrived)


@contextmanager
def running_gcs_front(*buckets: str) -> Iterator[Front]:
    """The server for as long as the context lasts."""
    with running_front(*buckets, handler=_GcsHandler) as front:
        yield front


def gcs_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in the environment, and nothing else that could change where requests go."""
    for name in os.environ:
        if name.startswith(("GOOGLE_", "STORAGE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GOOGLE_BEARER_TOKEN", TOKEN)
