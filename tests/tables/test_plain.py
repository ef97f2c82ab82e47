from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.dataset.package import read_package
from osds.progress import Silent
from osds.report import TableFacts
from osds.tables.plain import is_surely_plain
from osds.tables.reading import ask_frictionless

FIELDS = [{"name": "code", "type": "string"}, {"name": "amount", "type": "string"}]


def told(folder: Path, content: bytes, **said: Any) -> bool:
    (folder / "t.csv").write_bytes(content)
    raw = {"name": "t", "path": "t.csv", "schema": {"fields": FIELDS}, **said}
    return is_surely_plain(folder, read_package({"name": "d", "resources": [raw]}).resources[0])


PLAIN = b"code,amount\na,1\nb,2\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PLAIN, {}),
        (PLAIN.replace(b"\n", b"\r\n"), {}),
        (PLAIN, {"dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True}}),
        ("code,amount\né,1\n".encode(), {"encoding": "utf-8"}),
        ("code,amount\n区議会の運営に要する経費,1\n総務費,2\n".encode(), {}),
        (b'code,amount\n"a;b;c",1\n"d|e",2\n', {}),
        (b"code,amount\n", {}),
    ],
)
def test_is_surely_plain__yes(tmp_path: Path, content: bytes, said: dict[str, Any]) -> None:
    assert told(tmp_path, content, **said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf" + PLAIN, {}),
        (b"", {}),
        (b"Code,amount\na,1\n", {}),  # frictionless says what that is
        (b"code;amount\na;1\n", {}),
        (b"code, amount\na, 1\n", {}),
        (PLAIN, {"dialect": {"delimiter": ";"}}),
        (PLAIN, {"dialect": {"commentChar": "#"}}),
        (PLAIN, {"dialect": "dialect.json"}),
        (PLAIN, {"encoding": "iso-8859-1"}),
        (PLAIN, {"format": "tsv"}),
        (PLAIN, {"compression": "gz"}),
        (PLAIN, {"path": ["t.csv", "t.csv"]}),
        ("code,amount\né,1\n".encode("iso-8859-1"), {}),
        (b"code,amount\n\xff,1\n", {"encoding": "utf-8"}),
    ],
)
def test_is_surely_plain__ask_frictionless(tmp_path: Path, content: bytes, said: dict[str, Any]) -> None:
    assert not told(tmp_path, content, **said)


CELLS = st.text(st.sampled_from("a1é区,;|\t'\" \n"), max_size=5)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=6), mark=st.sampled_from(",;|"), space=st.booleans())
def test_is_surely_plain__frictionless_agrees(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], mark: str, space: bool
) -> None:
    """Where it says yes, frictionless finds nothing to convert."""
    folder = tmp_path_factory.mktemp("plain")
    quoted = (['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows)
    text = "".join(f"{(mark + ' ' * space).join(row)}\n" for row in [["code", "amount"], *quoted])
    if told(folder, text.encode()):
        raw = {"name": "t", "path": "t.csv", "schema": {"fields": FIELDS}}
        package = read_package({"name": "d", "resources": [raw]})
        facts = TableFacts(resource="t", files=("t.csv",), rows=len(rows), fields=2, bytes=0, judged=True)
        (resource,) = package.resources
        found = ask_frictionless(folder, package, resource, facts, scratch=folder, progress=Silent())
        assert found.paths == ((folder / "t.csv").resolve(),)
        assert found.fields == ("code", "amount")
