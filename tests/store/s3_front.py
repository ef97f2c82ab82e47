"""A small S3 server on loopback that can be told to fail: path-style addresses, as obstore and boto3 speak to it.

It verifies what clients say of their bytes (SHA-256, SHA-1, CRC-32, Content-MD5, the payload's hash) and refuses what is
wrong, which moto does not. It meets requests with the faults of a plan (`s3_faults`), and keeps a timeline of them all.
It looks at no signature and knows no versions and no policies: moto does.
"""

from __future__ import annotations

import html
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.loopback import LoopbackHandler, LoopbackServer
from tests.store.s3_answers import Answer, checksums, error, listing, xml
from tests.store.s3_body import Body
from tests.store.s3_faults import Asked, Exchange, Fault, Plan, no_faults
from tests.store.s3_shelf import Kept, Piece, RefusedError, Shelf

_COMES_BACK = ("content-type", "cache-control", "content-encoding", "content-disposition", "content-language")


class Front:
    """The server as tests see it: its endpoint, what it keeps, the plan that it follows, and what happened."""

    def __init__(self, endpoint: str, shelf: Shelf) -> None:
        self.endpoint = endpoint
        self.shelf = shelf
        self.plan: Plan = no_faults
        self._timeline: list[Exchange] = []
        self._asked = 0
        self._open = 0
        self._changed = threading.Condition()

    @property
    def timeline(self) -> list[Exchange]:
        """All requests so far, in the order in which they ended; those under way are waited for."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, timeout=30)
            return list(self._timeline)

    def forget(self) -> None:
        """Begin a new timeline."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, timeout=30)
            self._timeline.clear()

    def contents(self, bucket: str) -> dict[str, bytes]:
        """Every object of a bucket, whole."""
        return {key: b"".join(kept.blocks(0, kept.size)) for key, kept in self.shelf.bucket(bucket).items()}

    def begin(self) -> int:
        """A request is under way: its number, from 0."""
        with self._changed:
            self._open += 1
            self._asked += 1
            return self._asked - 1

    def end(self, exchange: Exchange | None) -> None:
        """It has ended: add it to the timeline, unless the client went away in the middle of it."""
        with self._changed:
            self._open -= 1
            self._timeline += [exchange] if exchange else []
            self._changed.notify_all()


@contextmanager
def running_front(*buckets: str, handler: type[Handler] | None = None) -> Iterator[Front]:
    """A server with these buckets for as long as the context lasts; contents go into a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="s3-front-") as temporary:
        shelf = Shelf(Path(temporary))
        with _Server(("127.0.0.1", 0), handler or Handler) as server:
            front = Front(f"http://127.0.0.1:{server.server_port}", shelf)
            server.front = front
            for bucket in buckets:
                shelf.make_bucket(bucket)
            with server.serving():
                yield front


class _Server(LoopbackServer):
    front: Front


class Handler(LoopbackHandler):
    """Answers requests as S3 does."""

    server: _Server

    def answer(self) -> None:
        number = self.server.front.begin()
        exchange = None
        try:
            exchange = self._exchange(number)
        finally:
            self.server.front.end(exchange)

    def _exchange(self, number: int) -> Exchange:
        """Read one request, meet it with a fault if the plan says so, do it, answer it."""
        started = time.time()
        front = self.server.front
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        asked = Asked(
            number=number,
            method=self.command,
            bucket=bucket,
            key=key,
            query=parts.query,
            conditional=self.headers.get("If-Match", "") or self.headers.get("If-None-Match", ""),
        )
        fault = front.plan(asked) or Fault()
        arrived: Piece | None = None
        try:
            arrived = self._receive()
            answer = self._do(asked, arrived) if fault.answers or fault.effect else Answer()
        except RefusedError as refused:
            self.close_connection = arrived is None  # the rest of the body may still be under way
            answer = error(refused.status, refused.code)
        status, sent, not_before = self._send(answer, fault)
        return Exchange(
            asked=asked,
            status=status,
            started=started,
            ended=time.time(),
            received=arrived.size if arrived else 0,
            sent=sent,
            fault=fault if fault != Fault() else None,
            wrote=answer.wrote,
            not_before=not_before,
        )

    def _receive(self) -> Piece:
        """The body, on disk, after it was found to be what the headers say."""
        path = self.server.front.shelf.new_path()
        body = Body(self.rfile, {name.lower(): value for name, value in self.headers.items()})
        with path.open("wb") as file:
            for block in body.blocks():
                file.write(block)
        return Piece(path=path, size=body.size, md5=body.md5, headers=_kept(body.headers))

    # --- doing it ---

    def _do(self, asked: Asked, arrived: Piece) -> Answer:
        shelf, query = self.server.front.shelf, dict(parse_qsl(asked.query, keep_blank_values=True))
        match (asked.method, bool(asked.key)):
            case ("PUT", False):
                shelf.make_bucket(asked.bucket)
                return Answer()
            case ("HEAD", False):
                shelf.bucket(asked.bucket)
                return Answer()
            case ("GET", False):
                return listing(asked.bucket, shelf.bucket(asked.bucket), query)
            case ("POST", False) if "delete" in query:
                return self._delete_many(asked.bucket, arrived)
            case ("GET" | "HEAD", True):
                return self._read(shelf.get(asked.bucket, asked.key))
            case ("PUT", True):
                return self._write(asked, query, arrived)
            case ("POST", True):
                return self._parts(asked, query, arrived)
            case ("DELETE", True) if "uploadId" in query:
                shelf.abort(query["uploadId"])
                return Answer(status=204)
            case ("DELETE", True):
                return Answer(status=204, wrote=shelf.delete(asked.bucket, asked.key, **self._conditions()))
            case _:
                raise RefusedError(501, "NotImplemented")

    def _conditions(self) -> dict[str, str]:
        found = {name: self.headers.get(name.replace("_", "-"), "") for name in ("if_match", "if_none_match")}
        return {name: value for name, value in found.items() if value}

    def _write(self, asked: Asked, query: Mapping[str, str], arrived: Piece) -> Answer:
        shelf = self.server.front.shelf
        if "uploadId" in query:
            shelf.add_part(query["uploadId"], int(query["partNumber"]), arrived)
            return Answer(headers={"ETag": f'"{arrived.md5}"', **checksums(arrived.headers)})
        source = self.headers.get("x-amz-copy-source")
        if source:
            bucket, _, key = unquote(source).lstrip("/").partition("/")
            kept = shelf.copy((bucket, key), asked.bucket, asked.key, **self._conditions())
            text = f"<ETag>{escape(kept.e_tag)}</ETag><LastModified>2024-01-01T00:00:00.000Z</LastModified>"
            return xml("CopyObjectResult", text, wrote=True)
        kept = shelf.put(asked.bucket, asked.key, [arrived], arrived.headers, **self._conditions())
        return Answer(headers={"ETag": kept.e_tag, **checksums(kept.headers)}, wrote=True)

    def _parts(self, asked: Asked, query: Mapping[str, str], arrived: Piece) -> Answer:
        shelf = self.server.front.shelf
        if "uploads" in query:
            upload = shelf.begin(asked.bucket, asked.key, arrived.headers)
            return xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
        text = html.unescape(arrived.path.read_text())
        found = [
            (int(n.group(1)), e.group(1).strip())
            for part in re.findall(r"<Part>(.*?)</Part>", text, re.DOTALL)
            if (n := re.search(r"<PartNumber>(\d+)<", part)) and (e := re.search(r"<ETag>(.*?)<", part))
        ]
        kept = shelf.complete(query["uploadId"], found, **self._conditions())
        return xml("CompleteMultipartUploadResult", f"<ETag>{escape(kept.e_tag)}</ETag>", wrote=True)

    def _delete_many(self, bucket: str, arrived: Piece) -> Answer:
        keys = [html.unescape(key) for key in re.findall(r"<Key>(.*?)</Key>", arrived.path.read_text())]
        gone = [self.server.front.shelf.delete(bucket, key) for key in keys]
        text = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        return xml("DeleteResult", text, wrote=any(gone))

    def _read(self, kept: Kept) -> Answer:
        headers = {"ETag": kept.e_tag, "Last-Modified": kept.modified, "Accept-Ranges": "bytes", **kept.headers}
        if "Range" in self.headers or self.headers.get("x-amz-checksum-mode", "").upper() != "ENABLED":
            headers = {name: value for name, value in headers.items() if name not in checksums(headers)}
        if self.headers.get("If-None-Match") == kept.e_tag:
            return Answer(status=304, headers={"ETag": kept.e_tag})
        if self.headers.get("If-Match", kept.e_tag) != kept.e_tag:
            raise RefusedError(412, "PreconditionFailed")
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if wanted is None:
            return Answer(headers=headers, body=kept.blocks(0, kept.size), size=kept.size)
        start = int(wanted[1]) if wanted[1] else max(kept.size - int(wanted[2]), 0)
        end = min(int(wanted[2]) + 1, kept.size) if wanted[1] and wanted[2] else kept.size
        if start >= end:
            raise RefusedError(416, "InvalidRange")
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.size}"
        return Answer(status=206, headers=headers, body=kept.blocks(start, end), size=end - start)

    # --- the answer ---

    def _send(self, answer: Answer, fault: Fault) -> tuple[int, int, float | None]:
        """Status, bytes of the body, and the time that Retry-After named."""
        time.sleep(fault.delay)
        not_before = None
        if fault.cut:
            self.close_connection = True
            return 0, 0, None
        if fault.status:
            answer = error(fault.status, fault.code)
        headers = {"Content-Length": str(answer.size), "x-amz-request-id": "front", **answer.headers}
        if fault.retry_after is not None:
            not_before = time.time() + fault.retry_after
            headers["Retry-After"] = f"{fault.retry_after:g}"
            if fault.as_date:  # whole seconds: round up, so that nobody is asked back too early
                not_before = float(int(not_before) + 1)
                headers["Retry-After"] = formatdate(not_before, usegmt=True)
        self.send_response(answer.status)
        for name, value in headers.items():
            if not (answer.status in (204, 304) and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        return answer.status, 0 if self.command == "HEAD" else self._send_body(answer, fault), not_before

    def _send_body(self, answer: Answer, fault: Fault) -> int:
        sent = 0
        for whole in answer.body:
            block = bytes([whole[0] ^ 1]) + whole[1:] if fault.flip and sent == 0 else whole
            step = 1024 if fault.pause else len(block)
            for offset in range(0, len(block), step):
                piece = block[offset : offset + step]
                if fault.after_bytes is not None and sent + len(piece) >= fault.after_bytes:
                    self.wfile.write(piece[: fault.after_bytes - sent])
                    self.close_connection = True
                    return fault.after_bytes
                time.sleep(fault.pause)
                self.wfile.write(piece)
                sent += len(piece)
        return sent


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The header fields of a request that come back with the object."""
    kept = {k: v for k, v in headers.items() if k in _COMES_BACK or k.startswith("x-amz-meta-")} | checksums(headers)
    encoding = kept.pop("content-encoding", "").removeprefix("aws-chunked").lstrip(",")
    return kept | ({"content-encoding": encoding} if encoding else {})
