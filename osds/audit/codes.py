"""Whether codes and labels belong together: one label per code, one code per label, one parent per code."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from osds.aggregates.reading import literal
from osds.audit import checks
from osds.audit.breakdowns import Breakdown
from osds.audit.words import EXAMPLES, joined, listed, quoted
from osds.fiscal.model import Axis
from osds.report import Check, Finding

# Payees share names, and so do places: that says nothing about the table.
NAMESAKES = {"entity", "location"}
MAX_OTHERS = 2  # parents, labels or codes told of one thing


@dataclass(frozen=True, kw_only=True)
class Question:
    """Is there a thing with several others? In SQL names of the breakdown's columns.

    `things` make up a thing, `others` is what there should be one of, `shown` what is told of it. `within` are columns
    inside which one asks: two labels only contradict each other in the same year.
    """

    check: Check
    words: str  # of an example, for instance `{} is {}`
    noun: str  # what the things are called
    things: tuple[str, ...]
    others: str
    shown: str
    within: tuple[str, ...] = ()
    where: str = "true"


def find_codes(breakdown: Breakdown) -> Iterator[Finding]:
    """What is ambiguous on each level of a dimension."""
    for depth in range(1, breakdown.depth + 1):
        for question in _questions(breakdown, depth):
            yield from _answer(breakdown, depth, question)


def _questions(breakdown: Breakdown, depth: int) -> Iterator[Question]:
    kind = breakdown.hierarchy.dimension.kind
    if depth > 1 and kind != "location":
        yield Question(
            check=checks.CODE_SEVERAL_PARENTS,
            words="{} stands below {}",
            noun="codes",
            things=(f"k{depth}",),
            others=f"row({', '.join(_path(depth - 1))})",
            shown=f"k{depth - 1}",
            where=f"k{depth} <> ''",
        )
    if breakdown.has_labels(depth):
        yield from _label_questions(breakdown, depth)
        if kind not in NAMESAKES:
            yield Question(
                check=checks.LABEL_SEVERAL_CODES,
                words="{} is the label of {}",
                noun="labels",
                things=(*_path(depth - 1), f"l{depth}"),
                others=f"k{depth}",
                shown=f"k{depth}",
                within=_year(breakdown),
                where=_named(depth),
            )


def _label_questions(breakdown: Breakdown, depth: int) -> Iterator[Question]:
    """First for labels that contradict each other in one year, then for codes that only change their label."""
    path, year = _path(depth), _year(breakdown)
    in_one_year = Question(
        check=checks.CODE_SEVERAL_LABELS,
        words="{} is {}",
        noun="codes",
        things=path,
        others=_plain(f"l{depth}"),
        shown=f"l{depth}",
        within=year,
        where=_named(depth),
    )
    yield in_one_year
    if year:
        yield Question(
            check=checks.LABEL_CHANGED,
            words="{} is {}",
            noun="codes",
            things=path,
            others=in_one_year.others,
            shown=in_one_year.shown,
            where=f"{_named(depth)} AND ({', '.join(path)}) NOT IN ({_ambiguous(breakdown, in_one_year)})",
        )


def _year(breakdown: Breakdown) -> tuple[str, ...]:
    position = breakdown.books.axis(Axis.YEAR)
    return () if position is None else (f"a{position}",)


def _path(depth: int) -> tuple[str, ...]:
    return tuple(f"k{level}" for level in range(1, depth + 1))


def _named(depth: int) -> str:
    return f"k{depth} <> '' AND l{depth} <> ''"


def _plain(label: str) -> str:
    """SQL for a label without what only its spelling adds; the label itself if nothing is left of it."""
    letters = f"regexp_replace(lower(strip_accents({label})), '[^\\p{{L}}\\p{{N}}]+', '', 'g')"
    return f"coalesce(nullif({letters}, ''), {label})"


def _ambiguous(breakdown: Breakdown, question: Question) -> str:
    """A query for the things with several others."""
    return (
        f"SELECT {', '.join(question.things)} FROM {breakdown.table} WHERE {question.where} "
        f"GROUP BY {', '.join((*question.things, *question.within))} HAVING count(DISTINCT {question.others}) > 1"
    )


def _answer(breakdown: Breakdown, depth: int, question: Question) -> Iterator[Finding]:
    """The finding, if there are such things, with those that have most money as examples."""
    things = ", ".join(question.things)
    found = breakdown.books.engine.rows(
        f"SELECT {things}, count(*) OVER () FROM (SELECT {things}, sum(abs(s{breakdown.books.lead})) AS money "
        f"FROM {breakdown.table} WHERE ({things}) IN ({_ambiguous(breakdown, question)}) GROUP BY {things}) "
        f"ORDER BY money DESC, {things} LIMIT {EXAMPLES}"
    )
    if found:
        count = found[0][-1]
        of = breakdown.books.engine.row(
            f"SELECT count(*) FROM (SELECT DISTINCT {things} FROM {breakdown.table} WHERE {question.where})"
        )[0]
        examples = [_example(breakdown, question, row[:-1]) for row in found]
        message = f"{breakdown.name(depth)}, {count:,} of {of:,} {question.noun}: {listed(examples, count)}"
        yield question.check.at(breakdown.place(depth), message, value=found[0][-2])


def _example(breakdown: Breakdown, question: Question, thing: Sequence[str]) -> str:
    """A thing with its others, each with the largest amount that it has in a cell."""
    books = breakdown.books
    axes = books.axis_names()
    same = " AND ".join(f"{name} = {literal(text)}" for name, text in zip(question.things, thing, strict=True))
    rows = books.engine.rows(
        f"SELECT {', '.join([*axes, question.shown])}, sum(s{books.lead}) AS money FROM {breakdown.table} "
        f"WHERE {same} AND {question.where} GROUP BY ALL ORDER BY abs(money) DESC, {', '.join([question.shown, *axes])}"
    )
    largest = {row[-2]: row for row in reversed(rows)}  # of each other its largest cell
    told = [
        f"{quoted(row[-2])} ({books.money(row[-1], row[:-2])}{books.where(row[:-2])})"
        for row in rows
        if largest[row[-2]] is row
    ]
    return question.words.format(quoted(thing[-1]), joined(told[:MAX_OTHERS], len(told)))
