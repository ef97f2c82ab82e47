"""What a diagnosis is: a fault with its cause, its cure, and whose it is. Outside faults are never shown as yours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from osds.errors import EXIT_INVALID, EXIT_OK, EXIT_OUTSIDE


class Whose(StrEnum):
    """Who can mend it."""

    YOURS = "yours"
    KEEPERS = "the registry keepers'"
    GITHUB = "GitHub's"
    OUTSIDE = "somebody else's"  # the network, a store, another host
    OSDS = "osds's"


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One kind of fault. Texts are sentences without a full stop; `advice` makes it one that can be left."""

    code: str
    what: str
    why: str
    fix: str
    whose: Whose = Whose.YOURS
    advice: bool = False

    def at(self, place: str = "", *, fix: str = "") -> Found:
        """This fault, found at a place: a file, a line, an answer. `fix` says it better where more is known."""
        return Found(diagnosis=self, place=place, fix=fix or self.fix)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A fault that is there. `place` may be a stranger's text."""

    diagnosis: Diagnosis
    place: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What a look found, what it looked at, and what it could not ask, each with the reason."""

    about: str
    found: tuple[Found, ...]
    looked_at: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 healthy, 1 something of the user's is wrong, 4 only something outside."""
        return _exit_code(each.diagnosis for each in self.found if not each.diagnosis.advice)


def _exit_code(wrong: Iterable[Diagnosis]) -> int:
    whose = {diagnosis.whose for diagnosis in wrong}
    return EXIT_INVALID if Whose.YOURS in whose else EXIT_OUTSIDE if whose else EXIT_OK
