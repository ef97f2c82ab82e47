"""Who lives on the double in most tests."""

from __future__ import annotations

from tests.forge.state import Forge

REGISTRY = "os-team/registry"


def inhabit(forge: Forge) -> None:
    """The user alice, the keeper of the registry, and an app that serves it; `NAME-token` is what each has."""
    forge.add_account("os-team", type="Organization", id=5)
    forge.add_account("alice", token="alice-token", id=7)
    forge.add_account("keeper", token="keeper-token", id=8)
    forge.add_app(
        "registrar", token="app-token", repositories={REGISTRY}, contents="write", pull_requests="write", issues="write"
    )
