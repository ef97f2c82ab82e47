"""`osds refresh commit`: commit a checked update on the branch that it was made of, and move the branch by compare-and-set.

Nothing is checked out and nothing foreign is parsed but two descriptors, strictly, to know which files are data. The branch
is moved only if it is where the update started: whoever was quicker wins, and the next update starts from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from osds.commands.registry.registries import Clock
from osds.dataset.paths import path_problem
from osds.dataset.strict_json import MAX_BYTES
from osds.edges.git.git import Remote
from osds.edges.git.objects import OSDS, Author, Identity, commit_blobs, identity, index_lines, store_blob
from osds.edges.git.registry import LocalRegistry, Registry, open_remote
from osds.edges.git.trees import lfs_paths, modes
from osds.edges.local.parcels import ParcelFolder, read_parcel
from osds.errors import UnsafeInputError, UsageError
from osds.refresh.parcel import check_paths
from osds.refresh.paths import data_paths
from osds.report import DESCRIPTOR_FILE

_BLOB_SECONDS = 1800.0  # git may take this long over one file
_EXECUTABLE = "100755"


@dataclass(frozen=True, kw_only=True)
class Committed:
    """What came of it. `commit` is the branch's tip with the update in it; None if another commit came first.

    `changed` is False if there was nothing to commit.
    """

    commit: str | None
    changed: bool
    branch: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A dataset in a repository: the work tree of a clone here, or a repository elsewhere. `prefix` ends with a slash.

    A clone's own branch gets the commit; nothing is pushed from it.
    """

    where: Path | Remote
    prefix: str = ""

    @contextmanager
    def open(self) -> Iterator[Registry]:
        """The repository, with the branch that the dataset is on."""
        if isinstance(self.where, Path):
            yield LocalRegistry.open(self.where)
            return
        with open_remote(self.where) as repository:
            yield repository


def prefix_of(path: str) -> str:
    """A folder in a repository as the beginning of paths. Raises `UsageError` if it cannot be one."""
    if path in {"", "."}:
        return ""
    problem = path_problem(path)
    if problem is not None:
        raise UsageError(
            f"{path[:100]!r} is no folder of the repository: {problem}", next_step="For instance data/town"
        )
    return f"{path}/"


def commit(place: Place, source: Path, *, clock: Clock, dry_run: bool = False) -> Committed:
    """Commit the parcel in `source`. Raises `UnsafeInputError` if it writes anything but data, or was not checked."""
    given = read_parcel(source)
    with place.open() as repository:
        if repository.tip != given.parcel.base:
            return Committed(commit=None, changed=False, branch=repository.branch)
        if not given.parcel.paths:
            return Committed(commit=repository.tip, changed=False, branch=repository.branch)
        _check(repository, place.prefix, given)
        if dry_run:
            return Committed(commit=repository.tip, changed=True, branch=repository.branch)
        return _commit(repository, place, given, clock)


def _check(repository: Registry, prefix: str, given: ParcelFolder) -> None:
    """Hold the parcel to the descriptors, to the modes of the files that it replaces, and to git-lfs."""
    if not given.parcel.message:
        raise UnsafeInputError("The update was not checked", next_step="Run `osds refresh check` on it first")
    old = repository.read(prefix + DESCRIPTOR_FILE)
    new = old if DESCRIPTOR_FILE not in given.parcel.paths else given.read(DESCRIPTOR_FILE, MAX_BYTES)
    check_paths(given.parcel, data_paths(old), data_paths(new))
    paths = [prefix + path for path in sorted(given.parcel.paths)]
    odd = [path for path, mode in modes(repository.git, repository.tip, paths).items() if mode == _EXECUTABLE]
    if odd:
        raise UnsafeInputError(f"{odd[0]} is a program, not data", next_step="Take it out of the descriptor")
    kept = lfs_paths(repository.git, repository.tip, paths)
    if kept:
        raise UsageError(
            f"{kept[0]} is kept in git-lfs, to which osds cannot send anything yet",
            next_step="Commit and push it with git and git-lfs, or take the file out of .gitattributes",
        )


def _commit(repository: Registry, place: Place, given: ParcelFolder, clock: Clock) -> Committed:
    git, base = repository.git, given.parcel.base
    blobs: dict[str, str | None] = {place.prefix + path: None for path in given.parcel.removed}
    for file in given.parcel.files:
        blobs[place.prefix + file.path] = store_blob(git, given.file(file.path).resolve(), _BLOB_SECONDS)
    author = Author(identity=_author(place), time=clock())
    new = commit_blobs(git, base, blobs, given.parcel.message, author)
    if not repository.compare_and_set(repository.branch, new, base):
        return Committed(commit=None, changed=False, branch=repository.branch)
    if isinstance(place.where, Path):  # the files are there already; let the index say so
        git.output("update-index", "-z", "--index-info", stdin=index_lines(git, base, blobs))
    return Committed(commit=new, changed=True, branch=repository.branch)


def _author(place: Place) -> Identity:
    return identity(place.where) if isinstance(place.where, Path) else OSDS
