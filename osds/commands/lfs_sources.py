"""Where the content of a dataset's git-lfs pointers may come from: this machine first, then the repository's own host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from osds.dataset.preflight import FileKind
from osds.edges.files import look, stream_file
from osds.edges.https import Reach
from osds.edges.lfs import ObjectFolder, Source, Sources, local_objects, remote_folder
from osds.edges.lfs_server import LfsServer, Pace
from osds.edges.waiting import Waits
from osds.errors import UnsafeInputError

PUBLIC_SERVER = "https://github.com"


@dataclass(frozen=True, kw_only=True)
class LfsAccess:
    """What may be asked, and how. `token` is for the host of `server_url` alone, which may be a company's own GitHub."""

    token: str | None = field(default=None, repr=False)
    server_url: str = PUBLIC_SERVER
    reach: Reach = field(default_factory=Reach)
    waits: Waits = field(default_factory=Waits)
    pace: Pace = field(default_factory=Pace)


def lfs_sources(folder: Path | None, url: str | None, access: LfsAccess) -> Sources:
    """The sources for the dataset in `folder` (None: it is not here) whose repository is at `url` (None: unknown)."""
    places = [place for place in (folder, remote_folder(url) if url else None) if place is not None and place.is_dir()]
    folders: list[ObjectFolder] = [found for place in places if (found := local_objects(place)) is not None]
    return Sources(folders, _server(url, access) if url and urlsplit(url).scheme in ("https", "http") else None)


def _server(url: str, access: LfsAccess) -> Source:
    known = urlsplit(access.server_url).netloc
    reach = access.reach
    if access.server_url != PUBLIC_SERVER:
        reach = replace(reach, inside=reach.inside | {urlsplit(access.server_url).hostname or ""})
    token = access.token if urlsplit(url).netloc == known else None
    return LfsServer(repository=url, token=token, reach=reach, waits=access.waits, pace=access.pace)


def open_resource(folder: Path, path: str, sources: Source) -> Iterator[bytes]:
    """The content of a file of the dataset, block by block: the file itself, or what stands behind its git-lfs pointer.

    What comes from a pointer is right only when the iterator has ended by itself. Raises `UnsafeInputError` if no ordinary
    file stands at `path`, `OutsideError` if it cannot be read or fetched, also on the way.
    """
    facts = look(folder, path)
    if facts.kind is not FileKind.FILE:
        raise UnsafeInputError(f"{path} is not an ordinary file of the dataset", next_step="Run `osds validate`")
    return stream_file(folder, path) if facts.pointer is None else sources.open(facts.pointer)
