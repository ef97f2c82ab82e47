"""`osds registry init`: a new registry as a local git repository, and nothing the second time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from osds.edges.git.git import Git, origin
from osds.edges.git.objects import Author, identity
from osds.edges.git.registry import LocalRegistry, init_repository
from osds.errors import OutsideError, UsageError
from osds.registry.catalog import CATALOG_FILE
from osds.registry.template import DESCRIPTOR_FILE, registry_files


@dataclass(frozen=True, kw_only=True)
class RegistryMade:
    """What `init_registry` did, or would do in a dry run. `commit` is empty in a dry run."""

    folder: Path
    made: bool
    commit: str = ""
    lines: tuple[str, ...] = ()


def init_registry(
    folder: Path, *, title: str, core_organisation: str, time: datetime, dry_run: bool = False
) -> RegistryMade:
    """Make a registry without datasets in `folder`, which is new, empty, or a git repository without a commit.

    A registry that is there already is left as it is. `time` is that of the first commit, with its zone.
    Raises `UsageError` if the folder holds anything else.
    """
    files = registry_files(title=title, core_organisation=core_organisation)
    if _is_registry(folder):
        registry = LocalRegistry.open(folder)
        if not dry_run and not registry.bring_along(None):
            raise UsageError(f"The registry in {str(folder)!r} has edits of yours", next_step="Commit or remove them")
        said = f"{folder} is a registry already; nothing was changed"
        return RegistryMade(folder=folder, made=False, commit=registry.tip, lines=(said,))
    _check_free(folder)
    if dry_run:
        lines = (f"Would make a registry in {folder} with one commit of these files:", *sorted(files))
        return RegistryMade(folder=folder, made=True, lines=lines)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutsideError(
            f"{str(folder)!r} cannot be made: {error.strerror}", next_step="Give another folder"
        ) from error
    author = Author(identity=identity(folder), time=time)
    commit = init_repository(folder, files, f"Begin the registry: {title}\n", author)
    lines = (f"Made a registry in {folder}", f"Enter a dataset: osds register --registry {folder}")
    return RegistryMade(folder=folder, made=True, commit=commit, lines=lines)


def _is_registry(folder: Path) -> bool:
    """True if the folder is the top of a repository whose commit has a catalog and a descriptor."""
    if not folder.is_dir() or Git(folder=folder.resolve()).run("rev-parse", "--verify", "--quiet", "HEAD").code != 0:
        return False
    registry = LocalRegistry.open(folder)
    return registry.read(CATALOG_FILE) is not None and registry.read(DESCRIPTOR_FILE) is not None


def _check_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is a file", next_step="Give a new or empty folder")
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    known = origin(folder) if names == {".git"} else None
    if names and (known is None or known.commit is not None):
        raise UsageError(f"{str(folder)!r} is not empty, and not a registry", next_step="Give a new or empty folder")
