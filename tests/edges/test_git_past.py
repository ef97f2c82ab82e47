"""A dataset's folder as it was: written out beside the clone, byte for byte, whatever the clone's settings say."""

from __future__ import annotations

from pathlib import Path

from osds.edges.git.past import past_of
from tests.edges.git_backend import git


def test_write_out__runs_no_filter_and_changes_no_line_end(tmp_path: Path) -> None:
    clone, inside = tmp_path / "clone", tmp_path / "clone/data/town"
    inside.mkdir(parents=True)
    git(clone, "init", "--quiet")
    (clone / ".gitattributes").write_text("*.csv filter=evil text eol=crlf\n")
    (inside / "a.csv").write_bytes(b"a\nb\n")
    (inside / "sub").mkdir()
    (inside / "sub/b.csv").write_bytes(b"b\n")
    (inside / "link.csv").symlink_to("/etc/passwd")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "x")
    git(clone, "config", "filter.evil.smudge", f"touch {tmp_path / 'canary'}; cat")
    git(clone, "config", "core.autocrlf", "true")
    (inside / "a.csv").write_bytes(b"new\n")
    target = tmp_path / "target"
    target.mkdir()
    past_of(inside, "HEAD").write_out(["a.csv", "sub/b.csv", "link.csv", "none.csv"], target)
    found = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert found == {"a.csv": b"a\nb\n", "sub/b.csv": b"b\n"}
    assert not (tmp_path / "canary").exists()
    assert git(clone, "status", "--porcelain").split() == ["M", "data/town/a.csv"]
