"""Where the content of a dataset's git-lfs pointers may come from: this machine first, then the repository's own host."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from osds.edges.web.https import Reach
from osds.edges.web.lfs import ObjectFolder, Source, Sources, local_objects, remote_folder
from osds.edges.web.lfs_server import LfsServer, Pace
from osds.edges.web.waiting import Waits

PUBLIC_SERVER = "https://github.com"


@dataclass(frozen=True, kw_only=True)
class LfsAccess:
    """What may be asked, and how. `token` is for the host of `server_url` alone, which may be a company's own GitHub."""

    token: str | None = field(default=None, repr=False)
    server_url: str = PUBLIC_SERVER
    reach: Reach = field(default_factory=Reach)
    waits: Waits = field(default_factory=Waits)
    pace: Pace = field(default_factory=Pace)

    @property
    def own_reach(self) -> Reach:
        """`reach`, and the host of a company's own GitHub."""
        own = frozenset({urlsplit(self.server_url).hostname or ""}) if self.server_url != PUBLIC_SERVER else frozenset()
        return replace(self.reach, inside=self.reach.inside | own)

    def token_for(self, url: str) -> str | None:
        """The token, if `url` is at the host that it is for."""
        return self.token if urlsplit(url).netloc == urlsplit(self.server_url).netloc else None


def lfs_sources(folder: Path | None, url: str | None, access: LfsAccess) -> Sources:
    """The sources for the dataset in `folder` (None: it is not here) whose repository is at `url` (None: unknown)."""
    places = [place for place in (folder, remote_folder(url) if url else None) if place is not None and place.is_dir()]
    folders: list[ObjectFolder] = [found for place in places if (found := local_objects(place)) is not None]
    return Sources(folders, _server(url, access) if url and urlsplit(url).scheme in ("https", "http") else None)


def _server(url: str, access: LfsAccess) -> Source:
    return LfsServer(
        repository=url, token=access.token_for(url), reach=access.own_reach, waits=access.waits, pace=access.pace
    )
