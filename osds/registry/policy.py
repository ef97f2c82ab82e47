"""The registry's `osds.yml`: its policy as data, read as a frozen value. The registry's keepers write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from osds.registry.lines import RegistryFileError

POLICY_FILE = "osds.yml"

_MAX_POLICY = 64_000  # characters; a policy is a page of text
_LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
_ORGANISATION = re.compile(rf"(?:[a-z0-9.-]+/)?{_LOGIN}")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a registry has decided for itself. `unknown` are keys that this version of osds does not know."""

    title: str = "Registry"
    core_organisation: str = "os-data"  # a GitHub organisation, or host/organisation elsewhere
    waiting_hours: int = 24  # before a new dataset of an owner whom the catalog does not know is entered
    shrink_floor: int = 80  # per cent of the rows that a change must leave
    unknown: tuple[str, ...] = ()

    @property
    def core_url(self) -> str:
        """How the URL of every core dataset begins, in lower case."""
        organisation = self.core_organisation.lower()
        return f"https://{organisation if '/' in organisation else f'github.com/{organisation}'}/"


def parse_policy(text: str) -> Policy:
    """Read a policy; a key that is not there has its default. Raises `RegistryFileError` for a value that cannot be."""
    values = _load(text)
    known = {"title": str, "core-organisation": str, "waiting-hours": int, "shrink-floor": int}
    for key, kind in known.items():
        if key in values and type(values[key]) is not kind:
            expected = "one line of text" if kind is str else "a whole number"
            raise RegistryFileError(f"{POLICY_FILE}: {key} is not {expected}", next_step="Correct it in the registry")
    policy = Policy(
        **{key.replace("-", "_"): values[key] for key in known if key in values},
        unknown=tuple(sorted(key for key in values if key not in known)),
    )
    if not _ORGANISATION.fullmatch(policy.core_organisation):
        raise RegistryFileError(
            f"{POLICY_FILE}: core-organisation is {policy.core_organisation[:80]!r}",
            next_step="Name one GitHub organisation, for instance os-data",
        )
    if policy.waiting_hours < 0 or not 0 <= policy.shrink_floor <= 100:
        raise RegistryFileError(
            f"{POLICY_FILE}: waiting-hours or shrink-floor is out of range",
            next_step="waiting-hours is 0 or more, shrink-floor a percentage from 0 to 100",
        )
    return policy


def _load(text: str) -> dict[str, Any]:
    import yaml

    if len(text) > _MAX_POLICY:
        raise RegistryFileError(f"{POLICY_FILE} is longer than {_MAX_POLICY} characters", next_step="Shorten it")
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = POLICY_FILE if line is None else f"{POLICY_FILE}, line {line + 1}"
        raise RegistryFileError(f"{place} is not YAML", next_step="Correct it in the registry") from error
    values = {} if values is None else values
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise RegistryFileError(f"{POLICY_FILE} is not a list of `key: value`", next_step="Correct it in the registry")
    return values
