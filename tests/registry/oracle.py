"""The rules of a registry a second time, as docs/registry.md tells them: slow, plain, and sharing no code with osds.

Rows are dictionaries, everything is searched from the beginning, and names are compared letter by letter. It says what
the decision must be, which codes it gives, what the catalog is afterwards, and which rows go into quarantine.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.registry.oracle_codes import HUMAN, KEPT, REFUSE, RESERVED, STAYS, WAIT
from tests.registry.oracle_reading import Row, clashing, close, disturbances, fold, ident, pairs, read_head, same_url
from tests.registry.random_case import NOW, RandomCase


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
