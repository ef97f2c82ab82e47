"""The oracle's reading: the rows of a file, what is wrong with its form, and when two names are taken for each other.

Shares no code with osds. Characters are looked at one by one.
"""

from __future__ import annotations

from tests.registry.random_case import RandomCase

Row = dict[str, str]


def read_head(case: RandomCase) -> tuple[str, list[Row]]:
    """The rows of the request's file, or the code of what is wrong with it."""
    content = case.head
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        if content[: len(mark)] == mark:
            return "byte-order-mark", []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "not-utf8", []
    if "\r" in text:
        return "line-ends", []
    if text[-1:] != "\n":
        return "last-line", []
    lines = text.split("\n")[:-1]
    if lines[0] != case.base.split("\n")[0]:
        return "header", []
    rows = []
    for line in lines[1:]:
        values = cells(line)
        if values is None or len(values) != len(case.columns):
            return "bad-row", []
        row = dict(zip(case.columns, values, strict=True))
        if not good_row(row, case.columns):
            return "bad-value", []
        rows.append(row)
    return ("twice" if clashing(rows) else ""), rows


def cells(line: str) -> list[str] | None:
    """The values of a line, read one character after the other; None if it is not strict CSV on one line."""
    if any(control(character) for character in line):
        return None
    values, value, state = [], "", "start"
    for character in [*line, ","]:
        if state == "quoted":
            if character == '"':
                state = "after"
            else:
                value += character
        elif character == ",":
            values.append(value)
            value, state = "", "start"
        elif character == '"' and state == "start":
            state = "quoted"
        elif character == '"' and state == "after":
            value, state = value + '"', "quoted"
        elif character == '"' or state == "after":
            return None
        else:
            value, state = value + character, "plain"
    return None if state == "quoted" else values


def control(character: str) -> bool:
    """True for what has no place in a line of text."""
    point = ord(character)
    return (
        point < 32
        or 0x7F <= point <= 0x9F
        or point in (0x2028, 0x2029)
        or 0x202A <= point <= 0x202E
        or 0x2066 <= point <= 0x2069
        or 0xD800 <= point <= 0xDFFF
    )


def good_row(row: Row, columns: tuple[str, ...]) -> bool:
    """True if each value may stand in its column."""
    free = [row[column] for column in columns[4:]]
    return (
        good_url(row["url"])
        and good_name(row["name"])
        and good_owner(row["owner"])
        and row["core"] in ("", "core")
        and not any(value[:1] in ("=", "+", "-", "@") and value for value in free)
    )


LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"


def only(text: str, allowed: str) -> bool:
    """True if every character is one of the allowed ones."""
    return all(character in allowed for character in text)


def good_owner(text: str) -> bool:
    """A login of GitHub."""
    known = LETTERS + LETTERS.upper() + DIGITS
    return 1 <= len(text) <= 39 and text[0] in known and only(text, known + "-_")


def good_name(text: str) -> bool:
    """A dataset's name."""
    known = LETTERS + DIGITS
    ends = bool(text) and text[0] in known and text[-1] in known
    return ends and len(text) <= 100 and only(text, known + "._-") and ".." not in text and not text.endswith(".git")


def good_url(text: str) -> bool:
    """`https://host/owner/repository`; the cases have no paths of this computer."""
    parts = text.split("/")
    if len(parts) != 5 or parts[0] != "https:" or parts[1] != "":
        return False
    labels, repository = parts[2].split("."), parts[4]
    hosts = len(labels) >= 2 and all(
        label and only(label, LETTERS + DIGITS + "-") and label[0] != "-" and label[-1] != "-" for label in labels
    )
    last = len(labels[-1]) >= 2 and labels[-1][0] in LETTERS
    known = LETTERS + LETTERS.upper() + DIGITS + "._-"
    fine = 1 <= len(repository) <= 100 and only(repository, known) and repository not in (".", "..")
    return hosts and last and good_owner(parts[3]) and fine and not repository.endswith(".git")


def fold(text: str) -> str:
    """Without case and punctuation."""
    return "".join(character for character in text.lower() if character not in "-_.")


def ident(row: Row) -> str:
    """The id of a row."""
    return row["owner"] + "/" + row["name"]


def same_url(one: str, other: str) -> bool:
    """True if two public addresses are the same."""
    return one.lower() == other.lower()


def clashing(rows: list[Row]) -> str:
    """The code of the clash between two rows, if there is one: ids first."""
    for at, row in enumerate(rows):
        if any(fold(ident(row)) == fold(ident(other)) for other in rows[:at]):
            return "too-alike"
    for at, row in enumerate(rows):
        if any(same_url(row["url"], other["url"]) for other in rows[:at]):
            return "same-repository"
    return ""


def pairs(before: list[Row], after: list[Row]) -> list[tuple[Row | None, Row | None]]:
    """Each id with its row before and after."""
    ids = sorted({(row["owner"], row["name"]) for row in [*before, *after]})
    return [
        (
            next((r for r in before if (r["owner"], r["name"]) == key), None),
            next((r for r in after if (r["owner"], r["name"]) == key), None),
        )
        for key in ids
    ]


def disturbances(case: RandomCase, base: list[Row], head: list[Row]) -> set[str]:
    """What happened to the rows that say the same as before."""
    before = dict(zip(map(ident, base), case.base.split("\n")[1:], strict=False))
    after = dict(zip(map(ident, head), case.head.decode().split("\n")[1:], strict=False))
    same = [row for row in base if row in head]
    codes = set()
    if any(before[ident(row)] != after[ident(row)] for row in same):
        codes.add("requoted")
    if same != [row for row in head if row in base]:
        codes.add("reordered")
    return codes


def close(one: str, other: str, distance: int) -> bool:
    """True if one could be taken for the other: the table of letter changes, filled in the long way."""
    a, b = seen(one), seen(other)
    if a == b:
        return True
    if distance < 1 or len(a) < 4 or len(b) < 4:
        return False
    steps = {b[:i] + b[i + 1 :] for i in range(len(b))}
    steps |= {b[:i] + letter + b[i:] for i in range(len(b) + 1) for letter in set(a)}
    steps |= {b[:i] + letter + b[i + 1 :] for i in range(len(b)) for letter in set(a)}
    steps |= {b[:i] + b[i + 1] + b[i] + b[i + 2 :] for i in range(len(b) - 1)}
    return a in steps


def seen(text: str) -> str:
    """What a hurried reader sees."""
    text = fold(text)
    for written, read in (("0", "o"), ("1", "l"), ("5", "s"), ("6", "b")):
        text = text.replace(written, read)
    out, at = "", 0
    while at < len(text):
        two = text[at : at + 2]
        out += "m" if two == "rn" else "w" if two == "vv" else "l" if text[at] == "i" else text[at]
        at += 2 if two in ("rn", "vv") else 1
    return out
