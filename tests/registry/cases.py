"""Random requests on random registries, for holding the decision to an oracle. A seed gives the same case every time.

A case is small and hits often: few owners with similar names, few datasets, and edits of every kind that the rules know.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from osds.registry.dataset_facts import DatasetFacts, Sight
from osds.registry.forge import DatasetRepository
from osds.registry.policy import Policy
from osds.registry.urls import comparable_url
from osds.registry.voices import Voices
from tests.registry.random_case import COLUMNS, FEWER, NAMES, NOW, PEOPLE, RandomCase, Row, number_of


def make_case(chance: random.Random) -> RandomCase:
    """A case by lot."""
    return _Maker(chance).make()


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.columns = COLUMNS if chance.random() < 0.8 else FEWER

    def maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    def make(self) -> RandomCase:
        chance = self.chance
        rows = self.rows(chance.choice((0, 1, 2, 3, 5, 8)))
        asked = [dict(row) for row in rows]
        for _ in range(chance.choice((1, 1, 1, 1, 2, 2, 3, 5))):
            asked = self.edit(asked)
        base = self.text(rows)
        head = self.damage(self.text(asked, quoted=0.05)) if self.maybe(0.12) else self.text(asked).encode()
        tip_rows = [dict(row) for row in rows]
        if self.maybe(0.1):  # it has been entered already
            tip_rows = self.honest([dict(row) for row in asked], rows)
        elif self.maybe(0.3):
            tip_rows = self.honest(self.edit(tip_rows), rows)
        author = None if self.maybe(0.03) else chance.choice(list(PEOPLE.values()))
        if self.maybe(0.6) and asked:
            author = PEOPLE.get(chance.choice([r for r in asked if r not in rows] or asked)["owner"], author)
        return RandomCase(
            base=base,
            head=head,
            tip=self.text(tip_rows),
            columns=self.columns,
            author=author,
            facts=self.facts([*rows, *asked, *tip_rows]),
            policy=self.policy(),
            retired=frozenset({"alice/oldname"}) if self.maybe(0.7) else frozenset(),
            voices=self.voices(),
            since=NOW - timedelta(hours=chance.choice((0, 1, 23, 24, 25, 100))),
            frozen=self.maybe(0.02),
            draft=self.maybe(0.03),
            rows_before=chance.choice((None, len(tip_rows), 10)),
        )

    def rows(self, count: int) -> list[Row]:
        """Rows of a catalog that stands: no two alike."""
        found: dict[str, Row] = {}
        for _ in range(count):
            owner = self.chance.choice(("alice", "bob", "os-data", "carol"))
            name = self.chance.choice(("budget", "spending", "boost-armenia", "x1"))
            row = self.row(owner, name)
            number = str(number_of(row["url"]))
            if "repository_id" in row and self.maybe(0.7):
                row["repository_id"] = number if self.maybe(0.85) else "99"
                row["owner_id"] = str(PEOPLE[owner].id) if self.maybe(0.9) else "98"
            if "status" in row and self.maybe(0.05):
                row["status"] = "quarantine"
            row["core"] = "core" if owner == "os-data" else ""
            found[f"{owner}/{name}"] = row
        return self.honest(list(found.values()), [])

    def honest(self, rows: list[Row], otherwise: list[Row]) -> list[Row]:
        """The rows, if a catalog could have them; sorted, most of the time."""
        keys = {(r["owner"] + "/" + r["name"]).lower().replace("-", "") for r in rows}
        urls = {r["url"].lower() for r in rows}
        if (
            len(keys) < len(rows)
            or len(urls) < len(rows)
            or any("\n" in v or '"' in v for r in rows for v in r.values())
        ):
            rows = otherwise
        return sorted(rows, key=lambda r: (r["owner"], r["name"])) if self.maybe(0.9) else rows

    def row(self, owner: str, name: str) -> Row:
        return dict.fromkeys(self.columns, "") | {
            "url": f"https://github.com/{owner}/{name}"
            if self.maybe(0.9)
            else f"https://git.example.org/{owner}/{name}",
            "name": name,
            "owner": owner,
        }

    def edit(self, rows: list[Row]) -> list[Row]:
        """One thing that somebody may do to the rows."""
        edits: list[Callable[[list[Row]], None]] = [
            *(self.add, self.add, self.add, self.point_elsewhere, self.point_elsewhere, self.rename, self.rename),
            *(self.transfer, self.transfer, self.remove, self.set_core, self.entitle, self.keep, self.shuffle),
        ]
        rows = [dict(row) for row in rows]
        self.chance.choice(edits)(rows)
        return rows

    def add(self, rows: list[Row]) -> None:
        row = self.row(self.chance.choice(list(PEOPLE)), self.chance.choice(NAMES))
        if self.maybe(0.1):
            row["url"] = row["url"].replace(row["owner"], self.chance.choice(list(PEOPLE)))
        if self.maybe(0.1):
            row["title"] = "A title"
        row["core"] = "core" if self.maybe(0.1) else ""
        rows.insert(self.chance.randrange(len(rows) + 1), row)

    def point_elsewhere(self, rows: list[Row]) -> None:
        if rows:
            row = self.chance.choice(rows)
            row["url"] = (
                f"https://github.com/{row['owner']}/{self.chance.choice(('moved', 'other', row['name'].upper()))}"
            )

    def rename(self, rows: list[Row]) -> None:
        if rows:
            row = self.chance.choice(rows)
            row["name"] = self.chance.choice((*NAMES, row["name"] + "2"))
            if self.maybe(0.4):
                row["url"] = f"https://github.com/{row['owner']}/{row['name']}"

    def transfer(self, rows: list[Row]) -> None:
        if rows:
            row = self.chance.choice(rows)
            row["owner"] = self.chance.choice(list(PEOPLE))
            if self.maybe(0.9):
                row["url"] = f"https://github.com/{row['owner']}/{row['name']}"

    def remove(self, rows: list[Row]) -> None:
        if rows:
            rows.remove(self.chance.choice(rows))

    def set_core(self, rows: list[Row]) -> None:
        if rows:
            row = self.chance.choice(rows)
            row["core"] = "" if row["core"] else "core"

    def entitle(self, rows: list[Row]) -> None:
        if rows:
            self.chance.choice(rows)["title"] = self.chance.choice(("New", "A, b", 'say "hi"', ""))

    def keep(self, rows: list[Row]) -> None:
        if rows and "status" in self.columns:
            column = self.chance.choice(("repository_id", "owner_id", "status"))
            self.chance.choice(rows)[column] = self.chance.choice(("", "7", "quarantine"))

    def shuffle(self, rows: list[Row]) -> None:
        if self.maybe(0.3):
            self.chance.shuffle(rows)

    def text(self, rows: list[Row], quoted: float = 0.0) -> str:
        lines = [",".join(self.columns)]
        for row in rows:
            values = [row[column] for column in self.columns]
            force = self.maybe(quoted)
            lines.append(",".join(self.cell(v, force=force) for v in values))
        return "".join(f"{line}\n" for line in lines)

    def cell(self, value: str, *, force: bool) -> str:
        return '"' + value.replace('"', '""') + '"' if force or "," in value or '"' in value else value

    def damage(self, text: str) -> bytes:
        """What goes wrong when people edit a file."""
        content = text.encode()
        lines = text.split("\n")
        spot = self.chance.randrange(len(content) + 1)
        ways: list[Callable[[], bytes]] = [
            lambda: content,
            lambda: content.replace(b"\n", b"\r\n"),
            lambda: b"\xef\xbb\xbf" + content,
            lambda: content[:-1],
            lambda: content + b"\n",
            lambda: (
                content[:spot] + self.chance.choice((b"\xff", b"\x00", b"\t", b'"', b",", b"\n", b"=")) + content[spot:]
            ),
            lambda: content[:spot],
            lambda: content.replace(b"core", b"core,note", 1),
            lambda: "\n".join([*lines[:-1], lines[len(lines) // 2], ""]).encode(),
            lambda: text.encode("utf-16"),
        ]
        return self.chance.choice(ways)()

    def requote(self, line: str) -> str:
        return (
            ",".join(f'"{cell}"' for cell in line.split(",")) if line and '"' not in line and self.maybe(0.5) else line
        )

    def facts(self, rows: list[Row]) -> dict[str, DatasetFacts]:
        found: dict[str, DatasetFacts] = {}
        numbers: dict[str, int] = {}
        for row in rows:
            key = comparable_url(row["url"])
            if key not in found:
                numbers[key] = number_of(row["url"])
                if numbers and self.maybe(0.25):
                    numbers[key] = self.chance.choice(list(numbers.values()))
                found[key] = self.fact(row, numbers[key])
        return {key: facts for key, facts in found.items() if self.maybe(0.98)}

    def fact(self, row: Row, number: int) -> DatasetFacts:
        if self.maybe(0.03):
            return DatasetFacts(sight=Sight.UNREACHABLE)
        name = row["name"] if self.maybe(0.93) else self.chance.choice((None, "another"))
        claims = self.chance.choice((None, "os-team/registry", "OS-Team/Registry", "bob/registry"))
        sight = Sight.HIDDEN if self.maybe(0.03) else Sight.SEEN
        facts = DatasetFacts(sight=sight, name=name, claims=claims)
        if not row["url"].startswith("https://github.com/"):
            return facts
        login = row["url"].split("/")[3]
        owner = PEOPLE.get(login, PEOPLE["mallory"])
        url = row["url"]
        if self.maybe(0.08):  # it has moved, or is spelled otherwise
            owner, url = self.chance.choice(
                (
                    (PEOPLE["bob"], "https://github.com/bob/moved"),
                    (owner, url.swapcase().replace("HTTPS", "https").replace("GITHUB.COM", "github.com")),
                )
            )
        if self.maybe(0.05):
            owner = replace(owner, login=owner.login.upper())
            url = f"https://github.com/{owner.login}/{url.split('/')[4]}"
        repository = DatasetRepository(
            id=number, url=url, clone_url=url, full_name="/".join(url.split("/")[3:]), owner=owner, public=True
        )
        return replace(facts, repository=repository, author_may_write=self.chance.choice((None, None, False, True)))

    def policy(self) -> Policy:
        chance = self.chance
        return Policy(
            core_reviewers=chance.choice(((), ("carol",), ("3", "bob"))),
            hosts=chance.choice(((), ("git.example.org",), ("git.example.org",))),
            waiting_hours=chance.choice((0, 0, 24)),
            update_waiting_hours=chance.choice((0, 0, 0, 2)),
            look_alike_distance=chance.choice((0, 1, 1)),
            reserved_names=chance.choice(((), ("x1",))),
            max_rows=chance.choice((1, 2, 10, 10)),
            shrink_floor=chance.choice((0, 80, 100)),
            freeze=self.maybe(0.02),
        )

    def voices(self) -> Voices:
        if self.maybe(0.7):
            return Voices()
        people = [PEOPLE["carol"], PEOPLE["bob"]]
        return Voices(
            agreed=tuple(p for p in people if self.maybe(0.5)),
            objected=tuple(p for p in people if self.maybe(0.05)),
            vetoed=("carol",) if self.maybe(0.15) else (),
        )
