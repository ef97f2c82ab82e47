"""Hostile paths, addresses and files."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

from tests.hostile.cases import POINTER, Case, Make, one
from tests.samples import ROWS, SCHEMA

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
