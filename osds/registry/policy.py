"""The registry's `osds.yml`: its policy as data, read as a frozen value. The registry's keepers write it.

Only the default branch's policy counts, so a pull request cannot bring its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from osds.dataset.safe_yaml import NotYamlError, load_yaml
from osds.registry.lines import RegistryFileError
from osds.registry.receivers import MAX_RECEIVERS, Receiver, parse_receivers

POLICY_FILE = "osds.yml"

_MAX_POLICY = 64_000  # characters; a policy is a page of text
_LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
_ORGANISATION = re.compile(rf"(?:[a-z0-9.-]+/)?{_LOGIN}")
_LABEL = re.compile(r"[^\x00-\x1f\x7f-\x9f,]{1,50}")
_WORD = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SITE = re.compile(r"https://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]{1,100}){0,10}")
_MARK = "core-organisation"  # every registry's policy has it, and no dataset's settings do
_HOURS = 24 * 365
_MAX_LIST = 1000


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a registry has decided for itself. `unknown` are keys that this version of osds does not know."""

    title: str = "Registry"
    core_organisation: str = "os-data"  # a GitHub organisation, or host/organisation elsewhere
    core_reviewers: tuple[str, ...] = ()  # logins or numeric ids; without any, every keeper may agree to core datasets
    hosts: tuple[str, ...] = ()  # whose repositories may be listed beside the forge's own, and are read
    waiting_hours: int = 24  # before a dataset of an owner whom the catalog does not know is entered
    update_waiting_hours: int = 0  # before any other change is entered
    look_alike_distance: int = 1  # letters by which names must differ: 0 or 1
    reserved_names: tuple[str, ...] = ()  # beside those of osds
    max_rows: int = 10  # that one request may change without a keeper
    max_requests: int = 10  # of one author that one run looks at
    shrink_floor: int = 80  # per cent of the rows that a change must leave
    grace_days: int = 7  # before what hangs on a host, such as a run that did not happen, is told
    site: str = ""  # where readers find the registry's store by https, without a slash at its end
    notify: tuple[Receiver, ...] = ()  # who is told of changes
    register_label: str = "register"  # what makes an issue a registration
    veto_label: str = "veto"
    accept_label: str = "accept"  # a keeper's agreement to an issue
    freeze: bool = False  # nothing is merged while this is true
    unknown: tuple[str, ...] = ()

    @property
    def core_url(self) -> str:
        """How the URL of every core dataset begins, in lower case."""
        organisation = self.core_organisation.lower()
        return f"https://{organisation if '/' in organisation else f'github.com/{organisation}'}/"


def parse_policy(text: str) -> Policy:
    """Read a policy; a key that is not there has its default. Raises `RegistryFileError` for a value that cannot be."""
    values = _load(text)
    found: dict[str, Any] = {}
    for key, (read, allowed) in _KEYS.items():
        if key in values:
            value = read(values[key])
            if value is None:
                shown = repr(values[key])[:80]
                raise RegistryFileError(f"{POLICY_FILE}: {key} is {shown}", next_step=f"It must be {allowed}")
            found[key.replace("-", "_")] = value
    return Policy(**found, unknown=tuple(sorted(key for key in values if key not in _KEYS)))


def without_policy(values: Mapping[str, object]) -> Mapping[str, object]:
    """The settings in an osds.yml that a registry and its Data Package share; a dataset's has no policy in it."""
    if _MARK not in values:
        return values
    return {key: value for key, value in values.items() if key not in _KEYS}


def _text(pattern: re.Pattern[str]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None


def _whole(least: int, most: int) -> Callable[[object], int | None]:
    return lambda value: value if type(value) is int and least <= value <= most else None


def _words(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or len(value) > _MAX_LIST:
        return None
    texts = [str(item) for item in value if type(item) in {str, int}]
    return tuple(texts) if len(texts) == len(value) and all(map(_WORD.fullmatch, texts)) else None


_ONE_LINE = _text(re.compile(r"[^\x00-\x1f\x7f-\x9f]*"))
_LABELS = (_text(_LABEL), "the name of a label")
_RECEIVERS = (
    f"a list of at most {MAX_RECEIVERS} receivers: `webhook: https://…`, without a query, with `secret: VARIABLE`; "
    "or `dispatch: OWNER/REPOSITORY`"
)
# What each key holds, and the words for what it may be.
_KEYS: dict[str, tuple[Callable[[object], object | None], str]] = {
    "title": (_ONE_LINE, "one line of text"),
    "core-organisation": (_text(_ORGANISATION), "one GitHub organisation, for instance os-data"),
    "core-reviewers": (_words, "a list of logins or numeric ids"),
    "hosts": (_words, "a list of host names"),
    "waiting-hours": (_whole(0, _HOURS), f"a whole number from 0 to {_HOURS}"),
    "update-waiting-hours": (_whole(0, _HOURS), f"a whole number from 0 to {_HOURS}"),
    "look-alike-distance": (_whole(0, 1), "0 or 1"),
    "reserved-names": (_words, "a list of names"),
    "max-rows": (_whole(1, 10_000), "a whole number from 1 to 10000"),
    "max-requests": (_whole(1, 10_000), "a whole number from 1 to 10000"),
    "shrink-floor": (_whole(0, 100), "a percentage from 0 to 100"),
    "grace-days": (_whole(0, 365), "a whole number from 0 to 365"),
    "site": (_text(_SITE), "an https address, for instance https://data.example.org"),
    "notify": (parse_receivers, _RECEIVERS),
    "register-label": _LABELS,
    "veto-label": _LABELS,
    "accept-label": _LABELS,
    "freeze": (lambda value: value if isinstance(value, bool) else None, "true or false"),
}


def _load(text: str) -> dict[str, Any]:
    if len(text) > _MAX_POLICY:
        raise RegistryFileError(f"{POLICY_FILE} is longer than {_MAX_POLICY} characters", next_step="Shorten it")
    try:
        values = load_yaml(text)
    except NotYamlError as error:
        place = POLICY_FILE if error.line is None else f"{POLICY_FILE}, line {error.line}"
        raise RegistryFileError(f"{place} is not YAML", next_step="Correct it in the registry") from error
    values = {} if values is None else values
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise RegistryFileError(f"{POLICY_FILE} is not a list of `key: value`", next_step="Correct it in the registry")
    return values
