"""Hostile datasets, made on the spot, through the command line: refused or reported, in time, in few words, and no more.

Every case ends with the exit code it names, without a traceback, with at most 1 MB of output, within a minute, without
a connection, and without a word of a file outside the dataset. The cases follow the ways in which Data Packages, CSV, JSON,
zip and regular expressions have been abused.
"""

from __future__ import annotations

import gc
import gzip
import http.server
import io
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from osds.cli import run
from tests.samples import MODEL, ROWS, SCHEMA, descriptor

CANARY = "CANARY-5d1f"
SECONDS = 60
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456\n".encode()

Make = Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A hostile dataset, the exit code it must end with (-1: 0 or 1), and the code of a check that must be told.

    `make` does to the folder what bytes cannot; `raw` stands in place of a descriptor.
    """

    name: str
    exit: int
    told: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    raw: bytes | None = None
    package: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    make: Make | None = None
    arguments: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        folder.mkdir()
        whole = {"name": "budget", "path": "budget.csv", "schema": SCHEMA, **self.resource}
        whole = {key: value for key, value in whole.items() if value is not None}
        text = json.dumps(descriptor(**{"resources": [whole], **self.package})).encode()
        files = {"budget.csv": ROWS.encode(), "datapackage.json": text if self.raw is None else self.raw, **self.files}
        for name, content in files.items():
            (folder / name).write_bytes(content)
        if self.make is not None:
            self.make(folder)


def one(name: str, told: str, code: int, **more: Any) -> Case:
    return Case(name=f"{name}-{told or 'ok'}", told=told, exit=code, **more)


# A1: paths out of the dataset, and what only looks like one
UNSAFE = (
    "../canary.csv ../../canary.csv ./budget.csv a/../../canary.csv /etc/passwd //host/share C:\\x C:/x \\\\host\\share "
    "..\\canary.csv ~/x ~root/x .git/config .GIT/config a/.git/x a//b a/./b a/ . .. sub/../budget.csv"
).split()
ODD = ("", "a\0b", "a\nb", "a\rb", "\x1b[2J", "x" * 1001, "a\x7fb")
MISSING = "%2e%2e/canary.csv $HOME/x ${HOME}/x ..%2fcanary.csv ...csv budget.csv%00 -rf --help *.csv b.csv:x".split()
PATHS = [one(f"path-{i}", "path-unsafe", 3, resource={"path": path}) for i, path in enumerate(UNSAFE)]
PATHS += [one(f"odd-path-{i}", "", 3 if path else 1, resource={"path": path}) for i, path in enumerate(ODD)]
PATHS += [one(f"missing-{i}", "file-missing", 1, resource={"path": path}) for i, path in enumerate(MISSING)]
PATHS += [one("parts", "path-unsafe", 3, resource={"path": ["budget.csv", "../canary.csv"]})]


# A2, A3: files that are no ordinary files
def instead(make: Make) -> Make:
    def replace(folder: Path) -> None:
        (folder / "budget.csv").unlink()
        make(folder)

    return replace


def linked_folder(folder: Path) -> None:
    (folder / "sub").symlink_to("..")


FILES = [
    one("link", "path-unsafe", 3, make=instead(lambda f: (f / "budget.csv").symlink_to("../canary.csv"))),
    one("absolute-link", "path-unsafe", 3, make=instead(lambda f: (f / "budget.csv").symlink_to("/etc/passwd"))),
    one("link-to-itself", "path-unsafe", 3, make=instead(lambda f: (f / "budget.csv").symlink_to("budget.csv"))),
    one("link-to-memory", "path-unsafe", 3, make=instead(lambda f: (f / "budget.csv").symlink_to("/dev/zero"))),
    one("linked-folder", "path-unsafe", 3, resource={"path": "sub/canary.csv"}, make=linked_folder),
    one("pipe", "path-unsafe", 3, make=instead(lambda f: os.mkfifo(f / "budget.csv"))),
    one("folder", "path-unsafe", 3, make=instead(lambda f: (f / "budget.csv").mkdir())),
    one("settings-pipe", "", 0, make=lambda f: os.mkfifo(f / "osds.yml")),
    one("pointer", "lfs-pointer", 1, files={"budget.csv": POINTER}),
    one("pointer-size", "", 1, files={"budget.csv": POINTER.replace(b"123456", b"9" * 500)}),
    one("lfsconfig", "lfs-config", 0, files={".lfsconfig": b"[lfs]\n\turl = http://127.0.0.1:PORT/x\n"}),
    one("hash", "hash-wrong", 1, resource={"hash": "sha256:" + "0" * 64}),
    one("hash-odd", "hash-unknown", 0, resource={"hash": "shake_256:00"}),
    one("bytes", "bytes-stale", 0, resource={"bytes": 10**30}),
]

# A4, A5: whatever could be fetched (PORT is a server that must not hear of it)
URLS = (
    "http://127.0.0.1:PORT/a.csv https://127.0.0.1:PORT/a.csv HTTP://127.0.0.1:PORT/a.csv http://localhost:PORT/a.csv "
    "http://2130706433:PORT/a.csv http://0x7f.1:PORT/a.csv http://[::1]:PORT/a.csv http://[::ffff:127.0.0.1]:PORT/a.csv "
    "http://169.254.169.254/latest/meta-data/ http://user:secret@127.0.0.1:PORT/a.csv ftp://127.0.0.1:PORT/a.csv "
    "s3://bucket/key gs://bucket/key postgresql://127.0.0.1:PORT/x sqlite:///etc/passwd file:///etc/passwd "
    "ckan+http://127.0.0.1:PORT/x github://x/y stream://x http://127.0.0.1:PORT/a.csv?x=../../y"
).split()
LURE = "http://127.0.0.1:PORT/x.json"
REMOTE = [one(f"url-{i}", "path-remote", 0, resource={"path": url}) for i, url in enumerate(URLS)]
REMOTE += [
    one("scheme-relative", "path-unsafe", 3, resource={"path": "//127.0.0.1:PORT/a.csv"}),
    one("schema-url", "reference-not-read", 1, resource={"schema": LURE}),
    one("dialect-url", "reference-not-read", 1, resource={"dialect": LURE}),
    one("profile", "", 0, package={"profile": LURE, "$schema": LURE}, resource={"profile": LURE, "$schema": LURE}),
    one("schema-within", "", 0, resource={"schema": {**SCHEMA, "$schema": LURE, "profile": LURE, "$ref": LURE}}),
    one("dialect-within", "", 0, resource={"dialect": {"$schema": LURE, "profile": LURE, "sql": {"table": "x"}}}),
    one("scheme", "", 0, resource={"scheme": "http", "innerpath": "../x", "extrapaths": [LURE, "../canary.csv"]}),
    one("remote-control", "", 0, resource={"control": {"type": "remote"}, "basepath": "http://127.0.0.1:PORT/"}),
    one("checklist", "", 0, resource={"checklist": {"checks": [{"type": "row-constraint", "formula": "1/0"}]}}),
    one("pipeline", "", 0, resource={"pipeline": {"steps": [{"type": "shell"}]}}),
    one("sources", "", 0, package={"sources": [{"title": "x", "path": LURE}], "homepage": LURE, "image": LURE}),
    one(
        "foreign-key-url",
        "foreign-key-not-checked",
        0,
        resource={
            "schema": {**SCHEMA, "foreignKeys": [{"fields": "code", "reference": {"resource": LURE, "fields": "x"}}]}
        },
    ),
]


# A6: packed files
def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def one_packed(name: str, told: str, code: int, content: bytes, ending: str = "zip", **more: Any) -> Case:
    return one(name, told, code, files={f"b.csv.{ending}": content}, resource={"path": f"b.csv.{ending}", **more})


ZIP = zipped(("b.csv", ROWS.encode()))
BOMB = b"x" * (64 << 20)
LISTED = ZIP[:-10] + struct.pack("<L", 1 << 30) + ZIP[-6:]
PACKED = [
    one_packed("gz", "", 0, gzip.compress(ROWS.encode()), "gz"),
    one_packed("zip", "", 0, ZIP),
    one_packed("gz-bomb-cell", "unpacked-limit", 3, gzip.compress(b"a,b\n1," + BOMB), "gz"),
    one_packed("gz-bomb-rows", "unpacked-limit", 3, gzip.compress(ROWS.encode() + b"2023,01,S,1\n" * (6 << 20)), "gz"),
    one_packed("gz-in-many-parts", "unpacked-limit", 3, gzip.compress(BOMB[: 1 << 20]) * 64, "gz"),
    one_packed("zip-bomb", "unpacked-limit", 3, zipped(("b.csv", b"a,b\n1," + BOMB))),
    one_packed("gz-cut", "packed-unusual", 1, gzip.compress(ROWS.encode())[:-9], "gz"),
    one_packed("gz-damaged", "packed-unusual", 1, gzip.compress(ROWS.encode())[:20] + b"\xff" * 40, "gz"),
    one_packed("gz-not", "packed-unusual", 1, b"not packed", "gz"),
    one_packed("gz-empty", "", 1, b"", "gz"),
    one_packed("zip-not", "packed-unusual", 1, b"not packed"),
    one_packed("zip-empty", "packed-unusual", 1, zipped()),
    one_packed("zip-cut", "packed-unusual", 1, ZIP[:-30]),
    one_packed("zip-listed", "packed-unusual", 1, LISTED),
    one_packed("zip-two", "packed-unusual", 1, zipped(("b.csv", ROWS.encode()), ("c.csv", b"x"))),
    one_packed("zip-folder", "packed-unusual", 1, zipped(("b/", b""))),
    one_packed("zip-in-zip", "packed-unusual", 1, zipped(("b.zip", ZIP))),
    one_packed("zip-many", "packed-unusual", 1, zipped(*((f"{i}.csv", b"") for i in range(3000)))),
    one_packed("zip-slip", "path-unsafe", 3, zipped(("../../evil.csv", ROWS.encode()))),
    one_packed("zip-absolute", "path-unsafe", 3, zipped(("/tmp/evil.csv", ROWS.encode()))),
    one_packed(
        "zip-encrypted",
        "packed-unusual",
        1,
        ZIP.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
    ),
    one_packed("bz2", "format-not-read", 1, b"BZh9", "bz2", format="csv"),
    one_packed("xz", "format-not-read", 1, b"\xfd7zXZ", "xz", format="csv"),
]


# A7: too much of everything
def text_fields(count: int) -> list[dict[str, Any]]:
    return [{"name": f"c{i}", "type": "string"} for i in range(count)]


HEADER = b"year,code,label,amount\n"
WIDE = b",".join(b"c%d" % i for i in range(2001)) + b"\n"
SIZES = [
    one("columns", "table-limit", 3, files={"budget.csv": WIDE}),
    one("columns-20000", "table-limit", 3, files={"budget.csv": b"," * 20_000}),
    one("cell", "table-limit", 3, files={"budget.csv": HEADER + b"2023,01," + b"x" * (6 << 20) + b",1\n"}),
    one("quoted-cell", "table-limit", 3, files={"budget.csv": HEADER + b'2023,01,"' + b"x\n" * (3 << 20) + b'",1\n'}),
    one("a-large-cell", "", 0, files={"budget.csv": HEADER + b"2023,01," + b"x" * (1 << 20) + b",1\n"}),
    one("no-line-end", "table-limit", 3, files={"budget.csv": b"x" * (6 << 20)}),
    one("many-errors", "error-limit", 1, files={"budget.csv": HEADER + b"x,1,x,y\n" * 20_000}),
    one("digits", "", 1, files={"budget.csv": HEADER + b"1" * 500_000 + b",01,x,1\n"}),
    one("fields", "", 1, resource={"schema": {"fields": text_fields(2001)}}),
    one(
        "resources",
        "",
        1,
        package={"resources": [{"name": f"r{i}", "path": "budget.csv", "schema": SCHEMA} for i in range(501)]},
    ),
    one("parts-500", "", 0, resource={"path": ["budget.csv"] * 500}),
    one("parts-100000", "descriptor-schema", 1, resource={"path": ["budget.csv"] * 100_000}),
    one("missing-parts", "findings-more", 1, resource={"path": [f"{i}.csv" for i in range(1000)]}),
    one(
        "measures",
        "findings-more",
        1,
        package={"model": {**MODEL, "measures": {f"m{i}": {"source": "x"} for i in range(2000)}}},
    ),
    one(
        "enum",
        "",
        1,
        resource={"schema": {"fields": [{"name": "year", "constraints": {"enum": [str(i) for i in range(100_000)]}}]}},
    ),
    one("title", "", 0, package={"title": "x" * 1_000_000}),
    one("label", "", 1, files={"budget.csv": b"x" * 1_000_000 + b",code,label,amount\n"}),
    one(
        "missing-values",
        "",
        0,
        resource={"schema": {**SCHEMA, "missingValues": [str(i) for i in range(50_000, 90_000)]}},
    ),
    one("header-rows", "", 1, resource={"dialect": {"headerRows": [10**9]}}),
    one("inline", "", 1, resource={"path": None, "data": [["year"], *[[i] for i in range(5000)]]}),
]

# A8: what is no JSON, or too much of it
DEEP = b'{"name": "x", "resources": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
JSON = [
    one("empty", "json-invalid", 1, raw=b""),
    one("text", "json-invalid", 1, raw=b"hello"),
    one("list", "", 1, raw=b"[]"),
    one("null", "descriptor-schema", 1, raw=b"null"),
    one("keys", "", 1, raw=b'{"name": "a", ' + b",".join(b'"k%d": 0' % i for i in range(250_000)) + b"}"),
    one(
        "one-key-twice",
        "json-duplicate-key",
        1,
        raw=b'{"a": 0, "a": 0, ' + b",".join(b'"k%d": 0' % i for i in range(250_000)) + b"}",
    ),
    one(
        "keys-twice",
        "json-duplicate-key",
        1,
        raw=b"{" + b",".join(b'"k%d": 0' % (i % 9999) for i in range(250_000)) + b"}",
    ),
    one(
        "a-million-errors",
        "descriptor-schema",
        1,
        raw=b'{"name": "a", "resources": [' + b",".join([b"1"] * 1_000_000) + b"]}",
    ),
    one("deep", "json-limit", 3, raw=DEEP),
    one("deep-90", "json-limit", 3, raw=DEEP.replace(b"[" * 100_000, b"[" * 90).replace(b"]" * 100_000, b"]" * 90)),
    one("long", "json-limit", 3, raw=b" " * ((4 << 20) + 1)),
    one("duplicate", "json-duplicate-key", 1, raw=b'{"name": "a", "name": "b", "resources": []}'),
    one("nan", "json-invalid", 1, raw=b'{"name": "a", "bytes": NaN, "resources": []}'),
    one("infinity", "json-invalid", 1, raw=b'{"name": "a", "bytes": -Infinity, "resources": []}'),
    one("number", "json-invalid", 1, raw=b'{"name": "a", "bytes": ' + b"9" * 5000 + b', "resources": []}'),
    one("utf-16", "json-invalid", 1, raw='{"name": "a"}'.encode("utf-16")),
    one("latin-1", "json-invalid", 1, raw='{"name": "é"}'.encode("latin-1")),
    one("bom", "json-bom", 1, raw=b'\xef\xbb\xbf{"name": "a", "resources": []}'),
    one("surrogate", "", 1, raw=b'{"name": "\\ud800", "resources": [{"name": "\\udfff", "path": "\\ud800.csv"}]}'),
    one("nul", "", 1, raw=b'{"name": "a\\u0000b", "resources": []}'),
    one("types", "descriptor-schema", 1, raw=b'{"name": 1, "resources": {"a": []}, "licenses": "x"}'),
    one("resource-types", "descriptor-schema", 1, raw=b'{"name": "a", "resources": [1, null, [], "x"]}'),
    one("cut", "json-invalid", 1, raw=json.dumps(descriptor()).encode()[:-5]),
    one("pointer", "", 1, raw=POINTER),
]

# A9: patterns that never end, and that are none
EVIL = ("(a+)+$", "(a|a)*$", "(.*a){25}$", "([a-z]+)*$")
PATTERNS = [
    one(
        f"redos-{i}",
        "limit-reached",
        3,
        files={"budget.csv": HEADER + b"2023,01," + b"a" * 60 + b"!,1\n"},
        resource={
            "schema": {
                "fields": [*SCHEMA["fields"][:2], {"name": "label", "constraints": {"pattern": p}}, SCHEMA["fields"][3]]
            }
        },
        arguments=("--max-seconds", "1"),
    )
    for i, p in enumerate(EVIL)
]
NO_PATTERNS = (
    "([",
    "(?P<x",
    "a{99999999999}",
    "(?<=a*)b",
    "\\",
    "x" * 100_000,
    "(" * 500 + ")" * 500,
    "(?R)",
    "[[:alpha:]]",
)
PATTERNS += [
    one(
        f"pattern-{i}",
        "",
        1,
        resource={
            "schema": {
                "fields": [*SCHEMA["fields"][:2], {"name": "label", "constraints": {"pattern": p}}, SCHEMA["fields"][3]]
            }
        },
    )
    for i, p in enumerate(NO_PATTERNS)
]

# A10: what a CSV file should not be
ENCODINGS = ("zlib_codec", "rot13", "no-such", "utf-7", "idna", "../x", "x" * 10_000, "unicode_escape", "undefined")
TABLES = [
    one("nul", "nul-byte", 1, files={"budget.csv": HEADER + b"2023,01,a\0b,1\n"}),
    one("zeros", "nul-byte", 1, files={"budget.csv": bytes(100_000)}),
    one("lone-return", "lone-return", 0, files={"budget.csv": HEADER + b"2023,01,x,1\r2023,02,y,2\n"}),
    one("unclosed", "quote-unclosed", 1, files={"budget.csv": HEADER + b'2023,01,"x,1\n2023,02,y,2\n'}),
    one("after-quote", "quote-misplaced", 1, files={"budget.csv": HEADER + b'2023,01,"x"y,1\n'}),
    one("ragged", "missing-cell", 1, files={"budget.csv": HEADER + b"2023\n,,,,,,\n"}),
    one("binary", "", 1, files={"budget.csv": bytes(range(256)) * 100}),
    one("quotes", "", 1, files={"budget.csv": b'"' * 100_001}),
    one("returns", "", 1, files={"budget.csv": b"\r" * 100_000}),
    one("nothing", "source-error", 1, files={"budget.csv": b""}),
    one("bom-only", "", 1, files={"budget.csv": b"\xef\xbb\xbf"}),
    one("utf-16-unsaid", "", 1, files={"budget.csv": b"\xff\xfe" + bytes(1001)}),
    one("dialect-types", "", 1, resource={"dialect": {"delimiter": 7, "quoteChar": [], "header": "x"}}),
    one("dialect-long", "", 1, resource={"dialect": {"delimiter": "x" * 1000}}),
    one("dialect-quote", "", 1, resource={"dialect": {"delimiter": '"', "quoteChar": '"'}}),
]
TABLES += [one(f"encoding-{i}", "", -1, resource={"encoding": e}) for i, e in enumerate(ENCODINGS)]

# A12: numbers and dates beyond reason
NUMBERS = "1e999999999 -1e-999999999 9e9999999999999999999 nan inf -Infinity 1_000 ٣ 0x10".split()
VALUES = [
    one(f"number-{i}", "", -1, files={"budget.csv": HEADER + f"2023,01,x,{n}\n".encode()})
    for i, n in enumerate(NUMBERS)
]
DATES = ("0000-00-00", "99999-01-01", "2023-02-30", "-1-1-1")
VALUES += [
    one(
        f"date-{i}",
        "type-error",
        1,
        files={"budget.csv": HEADER + f"{date},01,x,1\n".encode()},
        resource={"schema": {"fields": [{"name": "year", "type": "date"}, *SCHEMA["fields"][1:]]}},
    )
    for i, date in enumerate(DATES)
]

# A13 to A16: names and texts that mean something where they are shown
NAMES = ("../x", "a/b", ".git", "a..b", "", "A", "a b", "con\0", "=1+1", "аdmin", "a\u202eb", "x" * 101, "a.git", "-rf")
NAMED = [one(f"name-{i}", "", 1, package={"name": name}) for i, name in enumerate(NAMES)]
TEXTS = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \b\b\b\r\x9b31m",
    "::error file=x::y\n::stop-commands::z\n##[add-mask]e",
    "<script>alert(1)</script> <img src=x onerror=y> [x](javascript:alert(1))",
    "\u202e\u2066 \u200b \ufeff \u2028",
    "${{ secrets.GITHUB_TOKEN }} $(id) `id` %0A::error::",
)
SHOWN = [
    one(
        f"text-{i}",
        "type-error",
        1,
        package={"title": t, "description": t},
        files={"budget.csv": HEADER + b"2023,01,x," + t.replace("\n", " ").replace("\r", " ").encode() + b"\n"},
    )
    for i, t in enumerate(TEXTS)
]
SHOWN += [one(f"resource-name-{i}", "", 1, resource={"name": t, "path": "missing.csv"}) for i, t in enumerate(TEXTS)]
SHOWN += [
    one(f"model-text-{i}", "", 1, package={"model": {**MODEL, "measures": {t: {"source": t, "currency": t}}}})
    for i, t in enumerate(TEXTS)
]

CASES = [*PATHS, *FILES, *REMOTE, *PACKED, *SIZES, *JSON, *PATTERNS, *TABLES, *VALUES, *NAMED, *SHOWN]


class Heard(http.server.BaseHTTPRequestHandler):
    """Notes that somebody asked."""

    asked: list[str]

    def parse_request(self) -> bool:
        self.asked.append("asked")
        return False


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that nothing may ask: it also hears what the judge's process asks."""
    asked: list[str] = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Listening", (Heard,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A case that hangs fails, and does not hang the others."""

    def late(*_: object) -> None:
        raise AssertionError(f"it took more than {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that this process asks for or connects to."""
    asked: list[object] = []

    def note(*arguments: object, **_: object) -> None:
        asked.append(arguments[1:])
        raise OSError("no network here")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        monkeypatch.setattr(owner, name, note)
    return asked


def write(case: Case, root: Path, port: int) -> Path:
    folder = root / "dataset"
    case.write(folder)
    (root / "canary.csv").write_text(f"year,code,label,amount\n{CANARY},1,x,1\n")
    for name in ("datapackage.json", ".lfsconfig"):
        if (folder / name).is_file():
            (folder / name).write_bytes((folder / name).read_bytes().replace(b"PORT", str(port).encode()))
    return folder


# frictionless leaves packed files open until they are collected; collect them here, where the warning is expected.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(
    case: Case,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    listener: tuple[int, list[str]],
    unconnected: list[object],
) -> None:
    port, asked = listener
    folder = write(case, tmp_path, port)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    before = {path for path in tmp_path.rglob("*") if path != folder}
    code = run(["validate", str(folder), "--json", *case.arguments])
    if folder.joinpath("b.csv.gz").exists() or folder.joinpath("b.csv.zip").exists():
        gc.collect()
    out, err = capfd.readouterr()
    assert code in ({0, 1} if case.exit < 0 else {case.exit}), (out + err)[:2000]
    assert "Traceback" not in out + err
    assert len(out + err) <= 1_000_000
    assert CANARY not in out + err
    assert not {c for c in out + err if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0}
    assert (unconnected, asked) == ([], [])
    assert {path for path in tmp_path.rglob("*") if path != folder} == before
    codes = {finding["code"] for finding in json.loads(out)["findings"]}
    assert not case.told or case.told in codes, codes


def test_hostile__there_are_many() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


LURES = [case for case in REMOTE if case.exit == 0 and case.told != "path-remote"]


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0,
    reason="this machine cannot take the network away from a process (unshare -rn)",
)
def test_hostile__without_any_network_nothing_changes(tmp_path: Path) -> None:
    """All lures in one descriptor: what is said is the same with and without a network."""
    case = one("lures", "", 0, resource={k: v for lure in LURES for k, v in lure.resource.items() if k != "schema"})
    folder = write(case, tmp_path, 9)
    command = [sys.executable, "-I", "-m", "osds", "validate", str(folder)]
    with_network = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    without = subprocess.run(["unshare", "-rn", *command], capture_output=True, text=True, timeout=SECONDS)
    assert (without.returncode, without.stdout) == (with_network.returncode, with_network.stdout)
    assert without.returncode == 0
