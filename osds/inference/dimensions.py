"""Guessing the dimensions of a table: times, codes with their labels, and columns with few different texts.

What is nearly unique (numbers of receipts, descriptions) breaks nothing down, so it is left out, and that is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from osds.inference import words as w
from osds.inference.evidence import Rows, names
from osds.inference.profile import Profile, quoted
from osds.inference.table import MAX_DISTINCT

_SMALL = 50  # rows; below, a value that occurs once says nothing,
_FEW = 10  # or below this where all values differ, or under a header that promises numbers of single things
_NEARLY_UNIQUE = 0.5
_ENTITY_UNIQUE = 0.95  # suppliers and the like are worth a dimension even if most of them occur once
_FREE_TEXT_UNIQUE = 0.2
_SUFFIXES = {"bezeichnung": 3, "nummer": 0}  # German headers compound: Kapitelbezeichnung names Kapitel
_CODE, _BARE, _NAME, _TITLE, _DESCRIPTION = range(5)

Stem = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of a dimension: the column with the code, and the column that names it, if there is one."""

    code: Profile
    label: Profile | None
    stem: Stem  # what the header says without `code`, `name` and the like
    title: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A column that is in no dimension, and why."""

    profile: Profile
    reason: str


def find_pairs(profiles: Sequence[Profile], rows: Rows) -> tuple[Level, ...]:
    """Codes with their labels: headers about the same thing, and rows that agree."""
    groups: defaultdict[Stem, list[tuple[int, int, Profile]]] = defaultdict(list)
    for profile in profiles:
        if not profile.is_time:
            stem, rank = stem_of(profile)
            groups[stem].append((rank, profile.column.position, profile))
    pairs = (_pair(stem, sorted(members, key=lambda member: member[:2]), rows) for stem, members in groups.items())
    return tuple(pair for pair in pairs if pair is not None)


def _pair(stem: Stem, members: Sequence[tuple[int, int, Profile]], rows: Rows) -> Level | None:
    (rank, _, code), *rest = members
    if code.has_fraction or _looks_like_figures(code) or _numbers_rows(code) or code.column.distinct >= MAX_DISTINCT:
        return None
    for other_rank, _, other in rest:
        if (
            other_rank > rank
            and other.field.type == "string"
            and names(rows, code.column.position, other.column.position)
        ):
            reason = f"nearly every code has one name in {quoted([other.name])}"
            title = " ".join(stem).capitalize() if stem and rank != _BARE else code.name
            return Level(code=code, label=other, stem=stem, title=title, reason=reason)
    return None


def _looks_like_figures(profile: Profile) -> bool:
    named = w.find(profile.words, w.MONEY) and not w.find(profile.words, w.KIND | w.CODE)
    return profile.is_numeric and bool(named) and profile.column.uniqueness > _NEARLY_UNIQUE


def find_singles(profiles: Sequence[Profile]) -> tuple[tuple[Level, ...], tuple[LeftOut, ...]]:
    """The levels that columns give on their own, times first, and the columns that are left out."""
    times = sorted((p for p in profiles if p.is_time), key=_time_order)
    levels = [_time_level(profile, first=profile is times[0]) for profile in times]
    left_out = []
    for profile in (p for p in profiles if not p.is_time):
        against = _against(profile, has_time=bool(times))
        if against is None:
            levels.append(_level(profile, _count(profile)))
        else:
            left_out.append(LeftOut(profile=profile, reason=against))
    return tuple(levels), tuple(left_out)


def _count(profile: Profile) -> str:
    count = profile.column.distinct
    if count == 1:
        return "it has the same value in all rows"
    return f"it has {count:,} different values" + (" or more" if count >= MAX_DISTINCT else "")


def _time_order(profile: Profile) -> int:
    """Years first: the first time of a model is its year axis."""
    return 0 if profile.field.type == "year" else 1 if profile.field.period else 2


def _time_level(profile: Profile, *, first: bool) -> Level:
    what = "fiscal years" if profile.field.period else f"{profile.field.type}s"
    return _level(profile, f"it holds {what}" + (", and sums are kept apart by them" if first else ""))


def _level(profile: Profile, reason: str) -> Level:
    return Level(code=profile, label=None, stem=stem_of(profile)[0], title=profile.name, reason=reason)


def stem_of(profile: Profile) -> tuple[Stem, int]:
    """What the header is about, and what the column is of it: code, the thing itself, name, title or description."""
    stem: list[str] = []
    rank = _BARE
    for word in profile.words:
        suffix = next((s for s in _SUFFIXES if word.endswith(s) and len(word) > len(s) + 2), None)
        if suffix is not None:
            stem.append(word.removesuffix(suffix).rstrip("s"))
            rank = _SUFFIXES[suffix]
        elif (known := _rank(word)) is not None:
            rank = known if rank == _BARE else min(rank, known) if known == _CODE else max(rank, known)
        elif word not in w.FILLER:
            stem.append(word.rstrip("s") if len(word) > 3 else word)
    return tuple(stem), rank


def _rank(word: str) -> int | None:
    vocabularies = ((w.CODE, _CODE), (w.NAME, _NAME), (w.TITLE, _TITLE), (w.DESCRIPTION, _DESCRIPTION))
    return next((rank for vocabulary, rank in vocabularies if word in vocabulary), None)


def _numbers_rows(profile: Profile) -> bool:
    """True for numbers of single things: receipts, transactions. A code with a name may be unique and still classify."""
    column = profile.column
    return bool(w.find(profile.words, w.UNIQUE_ID)) and column.rows > _FEW and column.uniqueness > _NEARLY_UNIQUE


def _is_unique(profile: Profile) -> bool:
    column = profile.column
    enough = _FEW if column.uniqueness == 1 else _SMALL
    return column.rows > enough and column.uniqueness > _NEARLY_UNIQUE


def _against(profile: Profile, *, has_time: bool) -> str | None:
    """Why a column is no dimension; None if it may be one."""
    column = profile.column
    if not column.filled:
        return "it is empty"
    if has_time and w.find(profile.words, w.DATE_PART):
        return "it is a part of the date"
    if all(value.startswith(("http://", "https://")) for value in column.values):
        return "it holds links"
    if w.find(profile.words, w.FREE_TEXT) and (column.uniqueness > _FREE_TEXT_UNIQUE or column.rows <= _SMALL):
        return "it is free text"
    if _numbers_rows(profile):
        return "nearly all its values differ: it numbers the rows"
    if profile.is_numeric and (profile.has_fraction or not _is_classifying(profile)):
        return "its numbers look neither like money nor like codes"
    known = w.find(profile.words, w.ENTITY | w.ADMINISTRATIVE | w.LOCATION | w.FUNCTIONAL | w.ECONOMIC | w.ACTIVITY)
    if column.distinct >= MAX_DISTINCT and not w.find(profile.words, w.ENTITY):
        return f"it has {MAX_DISTINCT:,} different values or more: too many to break money down by"
    if column.distinct < MAX_DISTINCT and _is_unique(profile) and (not known or column.uniqueness > _ENTITY_UNIQUE):
        return f"{column.distinct:,} of its {column.filled:,} values differ: too many to break money down by"
    return None


def _is_classifying(profile: Profile) -> bool:
    vocabulary = w.CODE | w.KIND | w.FUNCTIONAL | w.ECONOMIC | w.ACTIVITY | w.ADMINISTRATIVE | w.LOCATION | w.LEVEL
    return w.find(profile.words, vocabulary) is not None and not w.find(profile.words, w.NOT_MONEY)
