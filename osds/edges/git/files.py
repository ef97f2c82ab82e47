"""Some files of a commit, written into a folder as they are, without a checkout.

Only ordinary files are written: a link or a submodule is not there. No attribute, filter or hook of the repository has a
say. What is not asked for is never unpacked, so that a small repository that unfolds into billions of files does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from osds.edges.git.git import Git, failure
from osds.errors import UnsafeInputError

_ORDINARY = ("100644", "100755")
_BATCH = 200  # paths of at most 1,000 characters on a command line
_SECONDS = 600.0
# Of all attributes these come first (gitattributes(5)), should a dataset name its own .gitattributes among its files.
_AS_THEY_ARE = "* -text -ident -filter !eol !working-tree-encoding\n"


def write_files(git: Git, commit: str, paths: Sequence[str], folder: Path, limit: int) -> None:
    """Write those of the relative POSIX `paths` that are ordinary files of `commit` below `folder`, which is empty.

    `git` is a bare repository of our own. Raises `UnsafeInputError` if the files have more than `limit` bytes.
    """
    found = list(_find(git, commit, paths))
    size = sum(each for _, each in found)
    if size > limit:
        raise UnsafeInputError(f"Its files have {size:,} bytes, more than {limit:,}", next_step="Allow more")
    (git.folder / "info").mkdir(exist_ok=True)
    (git.folder / "info" / "attributes").write_text(_AS_THEY_ARE, encoding="utf-8")
    index = git.folder / "osds-index"
    environ = {"GIT_DIR": str(git.folder), "GIT_WORK_TREE": str(folder), "GIT_INDEX_FILE": str(index)}
    lines = "".join(f"{line}\0" for line, _ in found).encode("utf-8", "surrogateescape")
    git.output("update-index", "-z", "--index-info", stdin=lines, environ=environ)
    done = git.run("checkout-index", "--all", environ=environ, seconds=_SECONDS)
    if done.code != 0:
        raise failure("checkout-index", done)


def _find(git: Git, commit: str, paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """For each ordinary file its line of an index (mode, object, path) and its size in bytes."""
    for start in range(0, len(paths), _BATCH):
        some = paths[start : start + _BATCH]
        literal = {"GIT_LITERAL_PATHSPECS": "1"}
        listed = git.output("ls-tree", "-l", "-z", "--full-tree", commit, "--", *some, environ=literal).out
        for line in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
            facts, _, path = line.partition("\t")
            mode, kind, oid, size = facts.split()
            if kind == "blob" and mode in _ORDINARY:
                yield f"{mode} {oid}\t{path}", int(size)
