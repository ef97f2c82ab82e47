"""The rules of a registry a second time, as docs/registry.md tells them: slow, plain, and sharing no code with osds.

Rows are dictionaries, everything is searched from the beginning, and names are compared letter by letter. It says what
the decision must be, which codes must be given, what the catalog must be afterwards, and which rows go into quarantine.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.registry.cases import NOW, RandomCase

Row = dict[str, str]
KEPT = ("repository_id", "owner_id", "status")
REFUSE = (
    "nothing-asked not-utf8 byte-order-mark line-ends last-line header bad-row bad-value twice requoted reordered host "
    "kept-columns no-consent not-your-row owner-differs name-differs no-descriptor hidden values-of-others core-derived "
    "name-retired name-reserved too-alike same-repository"
).split()
HUMAN = (
    "removal look-alike similar-owner core-review other-repository replaced in-quarantine transfer-unproven shrinks "
    "many-rows veto objection"
).split()
WAIT = "waiting frozen draft unreachable".split()
STAYS = {"veto", "objection", "frozen", "draft", "unreachable", "core-review"}  # a keeper's agreement alone lifts none
RESERVED = (
    "about admin aggregates all api assets aux catalog changes con core data datapackage dataset datasets feed help index "
    "latest login new none null nul osds prn registry root search static status test undefined versions www"
).split()


@dataclass(frozen=True)
class Verdict:
    """What must come out. `catalog` is the text that the file must have, where the request is entered."""

    outcome: str
    codes: frozenset[str]
    catalog: str | None = None
    quarantine: frozenset[str] = frozenset()


def judge(case: RandomCase) -> Verdict:
    """The verdict on a case."""
    base = list(csv.DictReader(io.StringIO(case.base)))
    code, head = read_head(case)
    if code:
        return Verdict("refuse", frozenset({code}))
    disturbed = disturbances(case, base, head)
    wanted = [(b, h) for b, h in pairs(base, head) if b != h]
    if disturbed or not wanted:
        return Verdict("refuse", frozenset(disturbed or {"nothing-asked"}))
    return Court(case).judge(wanted)


# --- reading ---------------------------------------------------------------------------------------------------------


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


# --- judging ---------------------------------------------------------------------------------------------------------


class Court:
    """The rules, one after the other."""

    def __init__(self, case: RandomCase) -> None:
        self.case = case
        self.tip = list(csv.DictReader(io.StringIO(case.tip)))
        self.codes: set[str] = set()
        self.flagged: set[str] = set()

    def fact(self, row: Row) -> Any:
        return next((f for url, f in self.case.facts.items() if url == row["url"].lower()), None)

    def repository(self, row: Row) -> Any:
        fact = self.fact(row)
        return fact.repository if fact else None

    def find(self, row: Row) -> Row | None:
        return next((r for r in self.tip if ident(r) == ident(row)), None)

    def judge(self, wanted: list[tuple[Row | None, Row | None]]) -> Verdict:
        changes = self.match(wanted)
        if not changes:
            return Verdict("allow", frozenset({"already-in"}))
        done = [(old, new, self.written(old, new) if new else None) for old, new in changes]
        for old, new, row in done:
            self.one(old, new, row)
        rows = self.apply(done)
        self.together(done, rows)
        hours = max(self.hours(old, row) for old, _, row in done)
        if self.case.since + timedelta(hours=hours) > NOW:
            self.codes.add("waiting")
        self.agree()
        outcome = next(
            (name for name, codes in (("refuse", REFUSE), ("human", HUMAN), ("wait", WAIT)) if self.codes & set(codes)),
            "allow",
        )
        text = self.render(rows, done) if outcome == "allow" else None
        return Verdict(outcome, frozenset(self.codes), text, frozenset(self.flagged))

    def match(self, wanted: list[tuple[Row | None, Row | None]]) -> list[tuple[Row | None, Row | None]]:
        """What is asked, on the catalog of today; a row that goes and one that comes may be the same dataset."""
        gone, come, stay = [], [], []
        for before, after in wanted:
            now = self.find(before or after or {})
            if after is None:
                if now is not None:
                    gone.append(now)
            elif now is None:
                come.append(after)
            else:
                merged = dict(now)
                for column in self.case.columns:
                    asked_before = before[column] if before else ("" if column != "url" else None)
                    if column not in ("owner", "name") and after[column] != asked_before:
                        merged[column] = after[column]
                if merged != now:
                    stay.append((now, merged))
        changes: list[tuple[Row | None, Row | None]] = list(stay)
        for row in come:
            twin = next((old for old in gone if same_url(old["url"], row["url"]) or self.one_number(old, row)), None)
            if twin is not None:
                gone.remove(twin)
            changes.append((twin, row))
        return changes + [(old, None) for old in gone]

    def one_number(self, old: Row, new: Row) -> bool:
        """True if the forge's number of both repositories is the same."""
        first = old.get("repository_id") or (str(self.repository(old).id) if self.repository(old) else "")
        second = str(self.repository(new).id) if self.repository(new) else ""
        return bool(first) and first == second

    def written(self, old: Row | None, new: Row) -> Row:
        """The row as it would stand there."""
        row, known = dict(new), self.repository(new)
        if known:
            row["url"] = known.url
            if old is None and known.owner.login.lower() == row["owner"].lower():
                row["owner"] = known.owner.login
        row["core"] = "core" if row["url"].lower().startswith("https://github.com/os-data/") else ""
        if "status" in row:
            stays = old is not None and same_url(old["url"], new["url"])
            row["repository_id"] = str(known.id) if known else (old or {})["repository_id"] if stays else ""
            row["owner_id"] = str(known.owner.id) if known else (old or {})["owner_id"] if stays else ""
            row["status"] = ""
        return row

    def consent(self, row: Row) -> str:
        fact, author = self.fact(row), self.case.author
        if fact is None:
            return ""
        if author and fact.repository and fact.repository.owner.id == author.id:
            return "owner-asks"
        if author and fact.author_may_write:
            return "writer-asks"
        return "dataset-asks" if (fact.claims or "").lower() == "os-team/registry" else ""

    def one(self, old: Row | None, new: Row | None, row: Row | None) -> None:
        policy, author = self.case.policy, self.case.author
        core = (old is not None and old["core"] == "core") or (row is not None and row["core"] == "core")
        if core and policy.core_reviewers and not (author and str(author.id) in policy.core_reviewers):
            self.codes.add("core-review")
        if new is None or row is None:
            self.codes |= {"removal"} | ({self.consent(old or {})} - {""})
            return
        self.columns(old, new, row)
        self.place(old, new, row)
        if old is None or ident(old) != ident(new):
            self.named(row)
        if row["url"].split("/")[2] in ("github.com", *policy.hosts):
            self.dataset(old, new, row)
        else:
            self.codes.add("host")
        if old is not None:
            self.same_as_before(old, new)

    def columns(self, old: Row | None, new: Row, row: Row) -> None:
        had = old or dict.fromkeys(new, "")
        if any(new[c] != had[c] for c in KEPT if c in new):
            self.codes.add("kept-columns")
        if new["core"] != had["core"] and new["core"] != row["core"]:
            self.codes.add("core-derived")

    def place(self, old: Row | None, new: Row, row: Row) -> None:
        if row["url"].split("/")[3].lower() != row["owner"].lower():
            self.codes.add("owner-differs")
        known = self.repository(new)
        for other in self.tip if known else []:
            if other.get("repository_id") == str(known.id) and not (old and ident(other) == ident(old)):
                self.codes.add("same-repository")

    def named(self, row: Row) -> None:
        policy = self.case.policy
        if fold(ident(row)) in self.case.retired:
            self.codes.add("name-retired")
        if fold(row["name"]) in [fold(word) for word in [*RESERVED, *policy.reserved_names]]:
            self.codes.add("name-reserved")
        for other in self.tip:
            foreign = other["owner"].lower() != row["owner"].lower()
            if other["core"] and foreign and close(other["name"], row["name"], policy.look_alike_distance):
                self.codes.add("look-alike")
        owners = [other["owner"] for other in self.tip]
        listed = row["owner"].lower() in [owner.lower() for owner in owners]
        if not listed and any(close(owner, row["owner"], policy.look_alike_distance) for owner in owners):
            self.codes.add("similar-owner")

    def dataset(self, old: Row | None, new: Row, row: Row) -> None:
        fact = self.fact(new)
        if fact is None or fact.sight == "unreachable":
            self.codes.add("unreachable")
            return
        if fact.sight == "hidden":
            self.codes.add("hidden")
            return
        if fact.name is None:
            self.codes.add("no-descriptor")
        elif fact.name != row["name"]:
            self.codes.add("name-differs")
        shown = self.consent(new)
        self.codes.add(shown or ("no-consent" if old is None else "not-your-row"))
        if shown == "dataset-asks" and new["title"] != (old["title"] if old else ""):
            self.codes.add("values-of-others")

    def same_as_before(self, old: Row, new: Row) -> None:
        known, stays = self.repository(new), same_url(old["url"], new["url"])
        if old.get("status") == "quarantine":
            self.codes.add("in-quarantine")
        replaced = False
        if known:
            at_home = known.owner.login.lower() == old["owner"].lower()
            replaced = at_home and old.get("owner_id", "") not in ("", str(known.owner.id))
            replaced = replaced or (stays and old.get("repository_id", "") not in ("", str(known.id)))
        if replaced:
            self.codes.add("replaced")
            if old.get("status") == "":
                self.flagged.add(ident(old))
        elif old["owner"] != new["owner"] and not self.one_number(old, new):
            self.codes.add("transfer-unproven")
        elif not stays and not self.one_number(old, new) and self.consent(new) != "owner-asks":
            self.codes.add("other-repository")

    def apply(self, done: list[tuple[Row | None, Row | None, Row | None]]) -> list[Row]:
        """The rows afterwards; a row that clashes is left out and told."""
        rows = [
            r
            for r in self.tip
            if not any(
                old and ident(old) == ident(r) and (row is None or ident(row) != ident(r)) for old, _, row in done
            )
        ]
        for old, _, row in sorted(done, key=lambda d: ((d[2] or d[0] or {})["owner"], (d[2] or d[0] or {})["name"])):
            if row is None:
                continue
            others = [r for r in rows if not (old and ident(r) == ident(old) == ident(row))]
            code = clashing([*others, row])
            if code:
                self.codes.add(code)
                continue
            if len(others) < len(rows):
                rows[[ident(r) for r in rows].index(ident(row))] = row
            else:
                at = next(
                    (i for i, r in enumerate(rows) if (r["owner"], r["name"]) > (row["owner"], row["name"])), len(rows)
                )
                rows.insert(at, row)
        return rows

    def together(self, done: list[tuple[Row | None, Row | None, Row | None]], rows: list[Row]) -> None:
        case = self.case
        had = len(self.tip) if case.rows_before is None else case.rows_before
        shrunk = (
            any(row is None for _, _, row in done) and len(rows) / had < case.policy.shrink_floor / 100
            if had
            else False
        )
        for code, holds in (
            ("frozen", case.frozen or case.policy.freeze),
            ("draft", case.draft),
            ("veto", case.voices.vetoed),
            ("objection", case.voices.objected),
            ("many-rows", len(done) > case.policy.max_rows),
            ("shrinks", shrunk),
        ):
            if holds:
                self.codes.add(code)

    def hours(self, old: Row | None, row: Row | None) -> int:
        if row is None:
            return 0
        comes = old is None or old["owner"] != row["owner"]
        known = row["owner"].lower() in [r["owner"].lower() for r in self.tip]
        return self.case.policy.waiting_hours if comes and not known else self.case.policy.update_waiting_hours

    def agree(self) -> None:
        agreed, reviewers = self.case.voices.agreed, [name.lower() for name in self.case.policy.core_reviewers]
        if agreed:
            self.codes -= {code for code in [*HUMAN, *WAIT] if code not in STAYS}
            self.codes.add("keeper-agrees")
        if any(p.login.lower() in reviewers or str(p.id) in reviewers for p in agreed):
            self.codes.discard("core-review")

    def render(self, rows: list[Row], done: list[tuple[Row | None, Row | None, Row | None]]) -> str:
        """The file: lines of rows that stay as they were, the others written anew."""
        old_lines = self.case.tip.split("\n")
        stays = dict(zip(map(ident, self.tip), old_lines[1:], strict=False))
        changed = [ident(row) for old, _, row in done if row is not None and row != old]
        out = io.StringIO()
        for row in rows:
            if ident(row) in changed:
                csv.writer(out, lineterminator="\n").writerow([row[c] for c in self.case.columns])
            else:
                out.write(stays[ident(row)] + "\n")
        return old_lines[0] + "\n" + out.getvalue()


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
