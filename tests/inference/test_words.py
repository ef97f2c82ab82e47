"""How headers fall into words and what the words mean."""

from __future__ import annotations

import pytest

from osds.inference.words import APPROVED, MONEY, PHASES, find, meaning_of, words_of


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Sum (EURO)", ("sum", "euro")),
        ("AÑO", ("ano",)),
        ("BetragTyp", ("betrag", "typ")),
        ("func_level2", ("func", "level", "2")),
        ("Libellé fonction", ("libelle", "fonction")),
        ("予算額", ("予算額",)),
        ("***", ()),
    ],
)
def test_words_of(header: str, words: tuple[str, ...]) -> None:
    assert words_of(header) == words


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("IMPORTE", "importe"),
        ("Gesamtbetrag", "gesamtbetrag"),  # the end of a compound
        ("Сумма", "сумма"),
        ("Population", None),
        ("account", None),  # not `amount`
        ("list", None),  # ends with `ist`, which is too short for the end of a compound
    ],
)
def test_find__money(header: str, word: str | None) -> None:
    assert find(words_of(header), MONEY) == word


def test_find__takes_the_first_word() -> None:
    assert find(("x", "soll", "approved"), APPROVED) == "soll"


@pytest.mark.parametrize(
    ("header", "phase"),
    [
        ("approved budget", "approved"),
        ("Outturn", "executed"),
        ("Revised estimate", "adjusted"),
        ("Draft", "proposed"),
        ("budget", None),
        ("approved and executed", None),
    ],
)
def test_meaning_of__phase(header: str, phase: str | None) -> None:
    assert meaning_of(words_of(header), PHASES) == phase
