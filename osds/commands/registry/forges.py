"""Opening a registry together with the forge that it is on: the repository for git, the conversations for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from osds.commands.registry.facts import FactFinder
from osds.commands.registry.judging import Judge
from osds.commands.registry.registries import Access, open_github
from osds.edges.git.git import Remote, origin
from osds.edges.git.registry import Registry, open_registry, open_remote
from osds.registry.forge import Forge
from osds.registry.registration import FolderTarget, GitHubTarget, GitTarget, Target


@dataclass(frozen=True, kw_only=True)
class OpenRegistry:
    """A registry that can be judged. `forge` is None in a folder, at another git host, or without a token."""

    judge: Judge
    forge: Forge | None
    name: str  # as people write it


@contextmanager
def open_judge(target: Target, access: Access, *, frozen: bool = False) -> Iterator[OpenRegistry]:
    """The registry `target` with its whole history. Raises `UsageError` or `OutsideError` if it cannot be read."""
    with ExitStack() as stack:
        forge: Forge | None = None
        if isinstance(target, GitHubTarget) and access.token:
            forge = stack.enter_context(_open_forge(target, access))
        registry = stack.enter_context(open_target(target, access))
        names = names_of(target)
        judge = Judge(
            registry=registry,
            finder=FactFinder(forge, local=isinstance(target, FolderTarget)),
            names=names,
            server_url=access.server_url,
            forge=forge,
            frozen=frozen,
        )
        yield OpenRegistry(judge=judge, forge=forge, name=names[0])


@contextmanager
def open_target(target: Target, access: Access, *, depth: int | None = None) -> Iterator[Registry]:
    """The repository of a registry, `depth` commits of it, all with None. Raises as `open_judge` does."""
    with ExitStack() as stack:
        if isinstance(target, GitHubTarget):
            remote = Remote(url=target.url, token=access.token, timer=access.timer)
            yield stack.enter_context(open_remote(remote, depth=depth))
        elif isinstance(target, GitTarget):
            yield stack.enter_context(open_registry(target.url, depth=depth))
        else:
            yield stack.enter_context(open_registry(Path(target.folder)))


def names_of(target: Target) -> tuple[str, ...]:
    """What datasets may call this registry."""
    if isinstance(target, GitHubTarget):
        return (target.full_name,)
    if isinstance(target, GitTarget):
        return (target.url,)
    folder = Path(target.folder).resolve()
    known = origin(folder)
    return (str(folder), *([known.url] if known and known.url else []))


@contextmanager
def _open_forge(target: GitHubTarget, access: Access) -> Iterator[Forge]:
    from osds.edges.github.forge import GitHubForge

    with open_github(access) as github:
        yield GitHubForge(github, target.full_name)
