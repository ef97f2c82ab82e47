"""Asking the double of a git-lfs server, as tests do it."""

from __future__ import annotations

import base64
import hashlib

from osds.dataset.lfs import Pointer
from osds.edges.web.https import Reach
from osds.edges.web.lfs import Sources
from osds.edges.web.lfs_server import LfsServer, Pace
from osds.edges.web.waiting import Waits
from tests.edges.lfs_server import LfsDouble
from tests.store.s3_faults import Asked

CONTENT = bytes(range(256)) * 20_000  # 5 MB
LOOPBACK = Reach(loopback=True, silence=5)
TOKEN = "ghp_never_shown"
LOGIN = f"Basic {base64.b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"


def pointer_to(content: bytes) -> Pointer:
    return Pointer(oid=hashlib.sha256(content).hexdigest(), size=len(content))


POINTER = pointer_to(CONTENT)


def client(server: LfsDouble, *, token: str | None = None, budget: float = 60, pace: Pace | None = None) -> LfsServer:
    waits = Waits(budget=budget, scale=0.001)
    return LfsServer(
        repository=server.repository(), token=token, reach=LOOPBACK, waits=waits, pace=pace or Pace(grace=20)
    )


def fetched(source: LfsServer | Sources, pointer: Pointer = POINTER) -> bytes:
    return b"".join(source.open(pointer))


def storage(asked: Asked) -> bool:
    return asked.key.startswith("/storage/")


def batch(asked: Asked) -> bool:
    return asked.key.endswith("/batch")
