"""How findings on figures are worded: money, names, examples; and which words mean a total. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from osds.inference.words import REVENUE, TOTAL, find, plain, words_of

MAX_QUOTED = 50  # of a name from the data; the rest of it helps nobody to find it
EXAMPLES = 3

_MORE_TOTALS = frozenset(
    plain(word)
    for word in (
        "sum summe somme somma subtotal totaal ogółem łącznie összesen σύνολο toplam jumlah yhteensä разом општо вкупно"
    ).split()
)
_TOTALS = TOTAL | _MORE_TOTALS
# What may stand beside `total` in a name that says nothing else: `Grand total`, `Total general (€)`, `Sub-total 1`.
_BESIDE = frozenset("grand general sub overall all eur euro euros usd".split())


def money(amount: Decimal, currency: str | None) -> str:
    """`-1234567.80`, `EUR` as `-1,234,567.80 EUR`; no decimals where all are zero."""
    text = f"{amount:,f}"
    whole, _, decimals = text.partition(".")
    return f"{text if decimals.strip('0') else whole} {currency or ''}".rstrip()


def quoted(text: str) -> str:
    """A name from the data between quotes, on one line."""
    return repr(text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "…")


def joined(parts: Sequence[str], count: int | None = None) -> str:
    """`a, b and c`; if there are `count` of them in all, `a, b, c and 7 more`."""
    left = (count or len(parts)) - len(parts)
    shown = [*parts, f"{left:,} more"] if left > 0 else list(parts)
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def listed(examples: Sequence[str], count: int | None = None) -> str:
    """Examples that are half sentences themselves: `a is b; c is d; and 7 more`."""
    left = (count or len(examples)) - len(examples)
    return "; ".join([*examples, f"and {left:,} more"] if left > 0 else examples)


def counted(count: int, one: str, many: str = "") -> str:
    """`1 row`, `1,200 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def is_total(name: str) -> bool:
    """True if a name says that it is a total and nothing else."""
    words = [word for word in words_of(name) if not word.isdigit()]
    return any(word in _TOTALS for word in words) and all(word in _TOTALS | _BESIDE for word in words)


def mentions_total(name: str) -> bool:
    """True if a name has a word for a total in it: `Total gastos corrientes`."""
    return any(word in _TOTALS for word in words_of(name))


def mentions_revenue(names: Iterable[str]) -> bool:
    """True if a name has a word for revenue in it."""
    return any(find(words_of(name), REVENUE) for name in names)
