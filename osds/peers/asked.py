"""What a service was told to check, in the words that all of them share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What to check. Paths are relative to the repository's top and may hold `*` and `**`.

    `limit_errors` is the number of errors after which a table is left, None if nobody said. `notes` are sentences on what
    osds does otherwise, or not at all.
    """

    packages: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    limit_errors: int | None = None
    notes: tuple[str, ...] = ()


NOTHING = Asked()


def join(parts: Iterable[Asked]) -> Asked:
    """All that was asked, each thing once; of several limits the largest, which tells the most."""
    given = tuple(parts)
    limits = [part.limit_errors for part in given if part.limit_errors is not None]
    return Asked(
        packages=tuple(dict.fromkeys(path for part in given for path in part.packages)),
        tables=tuple(dict.fromkeys(path for part in given for path in part.tables)),
        limit_errors=max(limits, default=None),
        notes=tuple(dict.fromkeys(note for part in given for note in part.notes)),
    )


def texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 (YAML of unknown origin)
    """A text, or a list of texts, as texts; anything else is left out."""
    found = value if isinstance(value, list) else [value]
    return tuple(each.strip() for each in found if isinstance(each, str) and each.strip())


def normal(path: str) -> str:
    """The path without a `./` before it."""
    return path.strip().removeprefix("./").rstrip("/")


def is_descriptor(path: str) -> bool:
    """True if a path is, by its name, that of a Data Package's descriptor."""
    name = path.rpartition("/")[2].lower()
    return name.startswith("datapackage.") or name.endswith((".package.json", ".package.yaml", ".package.yml"))
