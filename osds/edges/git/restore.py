"""A repository again, from the bundles of a backup: its objects, branches and tags, and its files.

Nothing that is in it is run. Links in it become plain files, because a link could lead out of the folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from osds.edges.git.git import Git
from osds.edges.git.mirror import make_repository, read_tree
from osds.edges.local.files import copy_file, look
from osds.edges.web.lfs import ObjectFolder
from osds.errors import OsdsError, UnsafeInputError, UsageError
from osds.registry.urls import canonical_url
from osds.store.backup import Snapshot

_TEMPORARY = "refs/osds/restore"
# What git itself refuses on Windows and on a Mac, it shall refuse everywhere.
_STRICT = ("core.symlinks=false", "core.protectNTFS=true", "core.protectHFS=true")


class Restored:
    """A repository in `folder`, an empty folder, as it comes back step by step."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        self.git = Git(folder=folder, options=_STRICT)
        self.folder = folder
        self.snapshot = snapshot
        self.objects = ObjectFolder(folder / ".git" / "lfs" / "objects")
        make_repository(self.git, snapshot)

    def unbundle(self, bundles: Sequence[Path]) -> None:
        """Take in a chain of bundles, the oldest first. Raises `OutsideError` if one is damaged or out of place."""
        for number, path in enumerate(bundles):
            tips = [line.split()[0] for line in self.git.output("bundle", "unbundle", str(path)).text.splitlines()]
            # The next bundle may need these, and git wants to see them referred to.
            self._update(f"create {_TEMPORARY}/{number}-{n} {tip}" for n, tip in enumerate(tips))

    def set_refs(self) -> None:
        """Set branches, tags and HEAD, and have git find all that they need. Raises `OutsideError` if something lacks."""
        self._update(f"create {name} {oid}" for name, oid in self.snapshot.refs.items())
        temporary = self.git.output("for-each-ref", "--format=%(refname)", f"{_TEMPORARY}/").text.splitlines()
        self._update(f"delete {name}" for name in temporary)
        if self.snapshot.head is not None:
            self.git.output("symbolic-ref", "HEAD", self.snapshot.head)
        self.git.output("fsck", "--connectivity-only", "--no-dangling", "--no-progress")

    def take_in(self, objects: ObjectFolder) -> None:
        """Move git-lfs objects to where git-lfs looks for them."""
        if objects.folder.exists():
            self.objects.folder.parent.mkdir()
            objects.folder.rename(self.objects.folder)

    def check_out(self, limit: int) -> tuple[str, ...]:
        """Write the files of HEAD, git-lfs content in place of pointers. Returns the paths at which pointers are left.

        Raises `UnsafeInputError` if they have more than `limit` bytes: a small pack can hold a file that fills any disk.
        """
        self.git.output("config", "core.symlinks", "false")
        if self.git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").code != 0:
            return ()
        tree = read_tree(self.git, "HEAD")
        size = tree.bytes + sum(pointer.size for pointer in tree.pointers.values() if self.objects.has(pointer))
        if size > limit:
            raise UnsafeInputError(
                f"The files have {size:,} bytes, more than {limit:,}", next_step="Allow more with --max-size"
            )
        self.git.output("read-tree", "-u", "--reset", "HEAD")
        left = []
        for path, pointer in tree.pointers.items():
            if self.objects.has(pointer) and look(self.folder, path).pointer == pointer:
                copy_file(self.objects.path(pointer), self.folder, path)  # compared when it came
            else:
                left.append(path)
        return tuple(left)

    def set_origin(self, url: str) -> None:
        """Name the repository that this is a copy of, if its address is one that osds would take."""
        with suppress(OsdsError):  # what is restored is worth more than where it was
            self.git.output("config", "remote.origin.url", canonical_url(url))
            self.git.output("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")

    def _update(self, commands: Iterable[str]) -> None:
        lines = "".join(f"{command}\n" for command in commands)
        self.git.output("update-ref", "--stdin", stdin=lines.encode())


def check_free(output: Path) -> None:
    """Raise `UsageError` unless `output` is a folder that can be made, or an empty one."""
    if output.is_symlink() or (output.exists() and (not output.is_dir() or any(output.iterdir()))):
        raise UsageError(f"{str(output)!r} is there already and not empty", next_step="Name a new folder with --output")
