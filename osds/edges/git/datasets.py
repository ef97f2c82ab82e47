"""What a dataset's repository says of itself on its default branch: the name in its descriptor, the registry it names.

Two small files are read as git objects, from a repository that a stranger controls: without a token, without following
redirects, without the rest of its files where its host can leave them out, and within limits of size and time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from osds.dataset.strict_json import MAX_BYTES, load
from osds.edges.git.file_limit import limit_files
from osds.edges.git.git import Git, Remote
from osds.edges.git.objects import read_file
from osds.errors import OutsideError, UnsafeInputError
from osds.registry.dataset_facts import CLAIM_FILE, MAX_CLAIM, DatasetFacts, Sight, read_claim, read_name
from osds.report import DESCRIPTOR_FILE

LARGEST = 64 * 1024 * 1024  # bytes of one file that git may write
SECONDS = 120.0  # for one repository
_GONE = ("not found", "could not read Username", "does not appear to be a git repository", "error: 404", "error: 403")


def look_at(address: str, *, largest: int = LARGEST, seconds: float = SECONDS) -> DatasetFacts:
    """The facts that the repository at `address` tells: an https URL, or the path of a folder on this computer.

    A repository that cannot be read is a fact as well, so this raises nothing that its owner could cause.
    """
    path = address.removeprefix("file://")
    if path.startswith("/"):
        return _read(Git(folder=Path(path), options=("safe.directory=*",)))
    with tempfile.TemporaryDirectory(prefix="osds-dataset-") as temporary:
        folder, remote = Path(temporary).resolve(), Remote(url=address)
        local = Git(folder=folder)
        local.output("init", "--quiet", "--bare", "--template=")
        local.output("config", "remote.origin.url", remote.url)
        options = ("http.followRedirects=false", "fetch.unpackLimit=1")
        return _fetch(Git(folder=folder, options=options, guard=limit_files(largest), promisor=remote), seconds)


def _fetch(git: Git, seconds: float) -> DatasetFacts:
    # Named by the remote, because git leaves objects out only for a remote that it can ask for them again.
    fetch = ("fetch", "--quiet", "--depth=1", "--filter=blob:none", "--no-tags", "--no-recurse-submodules")
    try:
        done = git.run(*fetch, "--end-of-options", "origin", "+HEAD:refs/heads/dataset", seconds=seconds)
        if done.code == 0:
            return _read(git, "refs/heads/dataset")
    except OutsideError:
        return DatasetFacts(sight=Sight.UNREACHABLE)
    gone = any(sign in done.problem for sign in _GONE)
    return DatasetFacts(sight=Sight.HIDDEN if gone else Sight.UNREACHABLE)


def _read(git: Git, revision: str = "HEAD") -> DatasetFacts:
    if not git.folder.is_dir() or git.run("rev-parse", "--verify", "--quiet", revision).code != 0:
        return DatasetFacts(sight=Sight.HIDDEN)
    descriptor = _small(git, revision, DESCRIPTOR_FILE, MAX_BYTES)
    name = read_name(load(descriptor)[0]) if descriptor is not None else None
    return DatasetFacts(sight=Sight.SEEN, name=name, claims=read_claim(_small(git, revision, CLAIM_FILE, MAX_CLAIM)))


def _small(git: Git, revision: str, path: str, limit: int) -> bytes | None:
    """A file's bytes; None if there is none, or it is not an ordinary small one."""
    try:
        content = read_file(git, revision, path)
    except UnsafeInputError:
        return None
    return content if content is None or len(content) <= limit else None
