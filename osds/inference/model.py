"""Guessing the fiscal model of all tables: measures and dimensions in the notation of Fiscal Data Package 0.3.

Everything guessed carries `"guess": true`, which the specification allows as a property of its own; `osds validate`
reminds of the marks that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from osds.dataset.package import Json
from osds.fiscal.iso4217 import CURRENCIES
from osds.inference import words as w
from osds.inference.dates import is_year
from osds.inference.dimensions import LeftOut, Level, find_pairs, find_singles
from osds.inference.hierarchies import Chain, find_chains
from osds.inference.money import MeasureGuess, guess_measures
from osds.inference.profile import Profile, key_of, quoted, unique
from osds.inference.table import Table

_KINDS = (
    (w.ENTITY, "entity", None),
    (w.FUNCTIONAL, "classification", "functional"),
    (w.ACTIVITY, "activity", None),
    (w.ECONOMIC, "classification", "economic"),
    (w.ADMINISTRATIVE, "classification", "administrative"),
    (w.LOCATION, "location", None),
)
_FEW_STATED = 10
_AXIS_NAMES = ("currency", "phase", "direction")  # osds never sums across dimensions of these names


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What the columns of one table are guessed to mean."""

    measures: tuple[MeasureGuess, ...]
    chains: tuple[Chain, ...]
    left_out: tuple[LeftOut, ...]

    def totals(self) -> Iterator[str]:
        """A sentence for each dimension that seems to have rows of totals among the rows they add up."""
        for profile in (p for chain in self.chains for level in chain.levels for p in (level.code, level.label) if p):
            sums = [v for v in profile.column.values if w.words_of(v) and set(w.words_of(v)) <= w.TOTAL]
            if sums:
                yield (
                    f"{quoted([profile.name])} has the value {quoted(sums[:1])}: if that is a sum of other rows, "
                    "remove it, or it is counted twice"
                )

    @property
    def has_time(self) -> bool:
        """True if some column tells when."""
        return any(chain.levels[0].code.is_time for chain in self.chains)

    def codes(self) -> frozenset[str]:
        """The columns that name something, so that they are text whatever they look like."""
        levels = (level for chain in self.chains for level in chain.levels)
        return frozenset(level.code.name for level in levels if level.code.is_numeric)


def guess_meaning(
    profiles: Sequence[Profile], table: Table, *, currency: str | None, file_words: Sequence[str]
) -> Meaning:
    """What the columns of one table mean; `currency` is what the user said, `file_words` those of the file's name."""
    pairs = find_pairs(profiles, table.sample)
    paired = {id(profile) for level in pairs for profile in (level.code, level.label)}
    free = [profile for profile in profiles if id(profile) not in paired]
    measures = guess_measures(
        free, currency=currency, has_currency_column=_currency_column(profiles) is not None, file_words=file_words
    )
    money = {id(measure.profile) for measure in measures}
    singles, left_out = find_singles([profile for profile in free if id(profile) not in money])
    times = [level for level in singles if level.code.is_time]
    others = sorted(
        (*pairs, *(level for level in singles if not level.code.is_time)), key=lambda level: level.code.column.position
    )
    return Meaning(measures=measures, chains=find_chains((*times, *others), table.sample), left_out=left_out)


def _currency_column(profiles: Sequence[Profile]) -> Profile | None:
    """The column that states the currency of each row, if there is one."""
    return next((p for p in profiles if p.column.values and set(p.column.values) <= CURRENCIES), None)


@dataclass(kw_only=True)
class ModelWriter:
    """Collects the model of all tables. Keys are unique; `resource` is named unless there is but one table."""

    named: bool
    measures: dict[str, Json] = field(default_factory=dict)
    dimensions: dict[str, Json] = field(default_factory=dict)

    def add(self, meaning: Meaning, resource: str) -> Iterator[str]:
        """Write one table's part and yield a sentence for each guess."""
        home = {"resource": resource} if self.named else {}
        for measure in meaning.measures:
            yield self._add_measure(measure, home)
        for chain in meaning.chains:
            yield self._add_dimension(chain, home)
        yield from meaning.totals()
        for left in meaning.left_out:
            yield f"{quoted([left.profile.name])} is not in the model: {left.reason}"

    def _add_measure(self, measure: MeasureGuess, home: dict[str, Json]) -> str:
        column = measure.profile.column
        fallback = key_of(f"amount {column.name}" if is_year(column.name) else "", f"amount_{column.position + 1}")
        key = unique(key_of(column.name, fallback), self.measures)
        stated = {
            "currency": measure.currency,
            "factor": measure.factor if measure.factor != 1 else None,
            "direction": measure.direction,
            "phase": measure.phase,
        }
        self.measures[key] = {
            "title": column.name,
            "source": column.name,
            **home,
            **{name: value for name, value in stated.items() if value is not None},
            "guess": True,
        }
        return f"{quoted([column.name])} is a measure: {measure.sentence()}"

    def _add_dimension(self, chain: Chain, home: dict[str, Json]) -> str:
        root, leaf = chain.levels[0], chain.levels[-1]
        stated = _axis_name(root)
        axis = stated if stated not in self.dimensions else None
        key = unique(axis or _dimension_key(root), self.dimensions)
        kind, classification = _kind(chain)
        attributes, keys = _attributes(chain, home)
        self.dimensions[key] = {
            "title": root.title,
            "dimensionType": kind,
            **({"classificationType": classification} if classification else {}),
            "attributes": attributes,
            "primaryKey": keys if len(keys) > 1 else keys[0],
            "guess": True,
        }
        names = quoted(level.code.name for level in chain.levels)
        if axis is not None:
            return f"{names} is a dimension: it states the {axis}, so nothing is summed across it"
        if leaf is not root:
            return f"{names} are the levels of a dimension: {chain.reason}"
        return f"{names} is a dimension: {root.reason}"


def _attributes(chain: Chain, home: dict[str, Json]) -> tuple[dict[str, Json], list[str]]:
    """The attributes of a dimension and the keys of its levels, from the root to the leaf."""
    attributes: dict[str, Json] = {}
    keys: list[str] = []
    for level in chain.levels:
        key = unique(_attribute_key(level, alone=len(chain.levels) == 1), attributes)
        parent = {"parent": keys[-1]} if keys else {}
        attributes[key] = {"source": level.code.name, **home, **parent}
        if level.label is not None:
            title = unique("title" if key == "code" else f"{key}_title", attributes)
            attributes[title] = {"source": level.label.name, **home, "labelfor": key}
        keys.append(key)
    return attributes, keys


def _attribute_key(level: Level, *, alone: bool) -> str:
    """The conventional names of the specification where a dimension has one level, else a name of its own."""
    if level.code.is_time and alone:
        return "year" if level.code.field.type == "year" or level.code.field.period else "date"
    if not alone:
        return _level_key(level)
    return "code" if level.label is not None or w.find(level.code.words, w.CODE) else "title"


def _level_key(level: Level) -> str:
    about = "_".join(level.stem) if level.label is not None and level.stem else level.code.name
    position = level.code.column.position + 1
    return key_of(about, f"time_{position}" if level.code.is_time else f"dimension_{position}")


def _dimension_key(root: Level) -> str:
    key = _level_key(root)
    return f"{key}_title" if key in _AXIS_NAMES else key


def _axis_name(level: Level) -> str | None:
    """`currency`, `phase` or `direction` if that is what the column states: nothing may be summed across these."""
    values = level.code.column.values
    if set(values) <= CURRENCIES:
        return "currency"
    for name, meanings in (("phase", w.PHASES), ("direction", w.DIRECTIONS)):
        if len(values) <= _FEW_STATED and _tell_apart(values, meanings):
            return name
    return "phase" if w.find(level.code.words, w.PHASE) else None


def _tell_apart(values: Sequence[str], meanings: Mapping[str, frozenset[str]]) -> bool:
    """True if at least half of the values have one of the meanings each, and not all of them the same one."""
    found = [w.meaning_of(w.words_of(value), meanings) for value in values]
    known = [meaning for meaning in found if meaning is not None]
    return len(known) * 2 >= len(values) and len(set(known)) > 1


def _kind(chain: Chain) -> tuple[str, str | None]:
    """`dimensionType` and `classificationType`, from the header."""
    if chain.levels[0].code.is_time:
        return "datetime", None
    for level in chain.levels:
        for vocabulary, kind, classification in _KINDS:
            if w.find(level.code.words, vocabulary):
                return kind, classification
    coded = len(chain.levels) > 1 or chain.levels[0].label is not None
    return ("classification", None) if coded else ("other", None)
