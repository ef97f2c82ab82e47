"""gz files, unpacked as Python's own `gzip` does it, or refused where it refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osds.dataset.packed import PackedError
from osds.edges.local.unpacking import read_blocks

ONE, TWO = gzip.compress(b"a,b\n" * 50, mtime=0), gzip.compress(b"1,2\n" * 99, mtime=0)
EMPTY = gzip.compress(b"", mtime=0)
PARTS = [ONE, TWO, EMPTY, b"\0", b"\0" * 40, b"x", ONE[:-3], ONE[:12], TWO[:5], ONE[:-8] + TWO[-8:], b"\x1f\x8b"]


def theirs(content: bytes) -> bytes | None:
    try:
        return gzip.decompress(content) if content else b""
    except (OSError, EOFError, gzip.zlib.error):  # type: ignore[attr-defined]
        return None


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(PARTS), max_size=4), size=st.sampled_from([1, 7, 64, 1 << 18]))
def test_read_blocks__gz_as_python_reads_it(tmp_path: Path, parts: list[bytes], size: int) -> None:
    content = b"".join(parts)
    (tmp_path / "a.csv.gz").write_bytes(content)
    expected = theirs(content)
    if expected is None:
        with pytest.raises(PackedError):
            list(read_blocks(tmp_path, "a.csv.gz", size))
        return
    blocks = list(read_blocks(tmp_path, "a.csv.gz", size))
    assert b"".join(blocks) == expected
    assert all(0 < len(block) <= size for block in blocks)
