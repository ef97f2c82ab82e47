"""What every way of writing to a registry needs: access to it, and its catalog and policy at one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from osds.edges.git.registry import Registry
from osds.edges.github.github import API_URL, GitHub
from osds.edges.github.waiting import Patience, Timer, WallTimer
from osds.errors import UsageError
from osds.registry.catalog import CATALOG_FILE, Catalog, parse_catalog
from osds.registry.lines import RegistryFileError
from osds.registry.policy import POLICY_FILE, Policy, parse_policy
from osds.registry.registration import SERVER_URL

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Access:
    """How osds may speak to a registry elsewhere. `server_url` and `api_url` belong together (GITHUB_SERVER_URL, …)."""

    token: str | None = field(default=None, repr=False)
    why_link: str = "There is no token"  # why there is no more than a link without one
    server_url: str = SERVER_URL
    api_url: str = API_URL
    pause: float = 0.25  # seconds between two requests to GitHub
    timer: Timer = field(default_factory=WallTimer, repr=False)
    patience: Patience = field(default_factory=Patience)


def open_github(access: Access) -> GitHub:
    """GitHub as the token sees it. Raises `UsageError` if there is no token."""
    if not access.token:
        raise UsageError("There is no token for GitHub", next_step="Set OSDS_TOKEN")
    return GitHub(access.api_url, access.token, pause=access.pause, timer=access.timer, patience=access.patience)


def read_registry(registry: Registry, *, commit: str | None = None) -> tuple[Catalog, Policy]:
    """Catalog and policy at the registry's tip, or at another commit.

    Raises `UsageError` if there is no catalog, `RegistryFileError` if a file is not what it should be.
    """
    catalog = read_text(registry, CATALOG_FILE, commit)
    if catalog is None:
        raise UsageError(
            f"The registry has no {CATALOG_FILE}",
            next_step="Check its name; `osds registry init FOLDER` makes a new one",
        )
    policy = read_text(registry, POLICY_FILE, commit)
    return parse_catalog(catalog), Policy() if policy is None else parse_policy(policy)


def read_text(registry: Registry, path: str, commit: str | None = None) -> str | None:
    """A file of the registry as text; None if there is none. Raises `RegistryFileError` if it is not UTF-8."""
    content = registry.read(path, commit=commit)
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegistryFileError(f"{path} is not UTF-8 at byte {error.start}", next_step="Save it as UTF-8") from error
