"""Why a table is not proven, so that frictionless reads all of it."""

from __future__ import annotations


class UnprovenError(Exception):
    """Raised where certainty ends: a construct that no rule covers, or bytes that do not add up. `str` says which."""
