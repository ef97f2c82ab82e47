"""What is known of a table's own file must not be said of a copy of it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from osds.commands.dataset.looking import look_into
from osds.dataset.package import read_package
from osds.progress import Silent
from osds.tables.proof.scan import scan

FIELDS = [{"name": "id", "type": "integer"}, {"name": "word", "type": "string"}]
TEXT = "id,word\n1,é\n"


@pytest.mark.parametrize(
    ("name", "content", "stated", "plain"),
    [
        ("0.csv", TEXT.encode(), {}, ("id", "word")),
        # The copy of the first table is called 0.csv as well.
        ("0.csv", TEXT.encode("latin-1"), {"encoding": "iso-8859-1"}, ()),
        ("0.csv.gz", gzip.compress(TEXT.encode(), mtime=0), {}, ()),
        ("a.csv", b"\xef\xbb\xbf" + TEXT.encode(), {}, ()),
        ("a.csv", TEXT.replace(",", ";").encode(), {"dialect": {"delimiter": ";"}}, ()),
    ],
)
def test_look_into__only_the_tables_own_file_is_plain(
    tmp_path: Path, name: str, content: bytes, stated: dict[str, Any], plain: tuple[str, ...]
) -> None:
    (tmp_path / name).write_bytes(content)
    resource = {"name": "a", "path": name, "encoding": "utf-8", **stated, "schema": {"fields": FIELDS}}
    package = read_package({"name": "x", "resources": [resource]})
    looked = look_into(tmp_path, package, package.resources, {"a"}, memory=1 << 30, scan=scan, progress=Silent())
    proof = looked.proofs["a"]
    assert (proof.unproven, proof.rows, proof.plain) == ("", 1, plain)
