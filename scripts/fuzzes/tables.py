"""Tables: the errors that osds finds with the engine, against those that frictionless finds alone. They must be the same.

Schemas of all types and constraints, files of several dialects, and damage of every kind, from a wrong cell to a wrong byte.
"""

from __future__ import annotations

import argparse
import csv
import gc
import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from osds.commands.dataset.looking import look_into
from osds.dataset.package import DataPackage, read_package
from osds.progress import Silent
from osds.tables.answers import Answer, Question
from osds.tables.asking import ask
from osds.tables.proof.scan import scan
from osds.tables.proof.verdict import Proof
from osds.tables.rewriting import VERSION_2, rewrite
from scripts.fuzzes.trying import Mismatch, try_seeds

MEMORY = 1 << 30  # bytes
Maker = Callable[[int], str]

# For each kind of field: its descriptor, cells that are right, and cells that may not be.
KINDS: dict[str, tuple[dict[str, Any], Maker, tuple[str, ...]]] = {
    "integer": (
        {"type": "integer"},
        str,
        (
            "01",
            " 7 ",
            "+5",
            "1_000",
            "٣",
            "1.0",
            "1e3",
            "-",
            "9" * 20,
            "-0",
            "x",
            "１２",
            "\u00a08",
            "--3",
            "5\n",
            "-7",
            "1 2",
        ),
    ),
    "number": (
        {"type": "number"},
        lambda n: f"{n * 7}.{n % 100:02}",
        (
            "01.50",
            " 2.5",
            "+3",
            "1e3",
            "NaN",
            "nan",
            "INF",
            "-inf",
            "1_0.5",
            ".5",
            "5.",
            "1,5",
            "1.000,5",
            "x",
            "$5",
            "٣.٥",
        )
        + ("0.30000000000000000001", "-0.0", "sNaN", "1e-400", "-12.5", "1 000.5", "1" * 19, "1,000,000.25", "12,34.5"),
    ),
    "string": (
        {"type": "string"},
        lambda n: f"GOV-{n:03}",
        (
            " ",
            "GOV-1",
            "gov-001",
            "GOV-001\n",
            "x\ny",
            'say "hi"',
            "a,b",
            "é",
            "e\u0301",
            "😀😀",
            "'",
            "#c",
            "\t",
            "Ａ",
            "１２３",
        )
        + ("a" * 40, "\u2028", "GOV-１２３", "\x85", "a;b", "null", "b", "aXXX", "GOV-123|", "\\", 'a"b'),
    ),
    "date": (
        {"type": "date"},
        lambda n: f"20{n % 30:02}-{n % 12 + 1:02}-{n % 28 + 1:02}",
        (
            "2014-02-30",
            "2014-1-3",
            "0000-01-01",
            "0001-01-01",
            " 2014-01-01",
            "2014-01-01 ",
            "9999-12-31",
            "10000-01-01",
        )
        + (
            "31/12/2014",
            "2012-02-29",
            "2013-02-29",
            "２０１４-01-01",
            "2014-01-01T00:00:00",
            "20140101",
            "2014-13-01",
            "-infinity ",
            "  infinity",
            "2014-1-031",
            "0000-12-31",
            "0001-1-1BC",
            "+2014-1-01",
            "2014/01/03",
            "2014-01-3 ",
            "2014-W01-1",
            "2014 01 03",
            "-2014-1-01",
            "1999-12-31",
        ),
    ),
    "day": (
        {"type": "date", "format": "%d.%m.%Y"},
        lambda n: f"{n % 28 + 1:02}.{n % 12 + 1:02}.20{n % 30:02}",
        ("31.02.2014", "1.2.2014", "31.12.2014", "00.01.2014", "2014-01-01", "01.01.0000", "01.01.0001", "01.01.14"),
    ),
    "anydate": (
        {"type": "date", "format": "any"},
        lambda n: f"20{n % 30:02}-01-{n % 28 + 1:02}",
        ("2014", "May 3 2014", "0012-01-02", "x"),
    ),
    "datetime": (
        {"type": "datetime"},
        lambda n: f"2014-01-{n % 28 + 1:02}T00:{n % 60:02}:00",
        (
            "2014-01-01T00:00:00Z",
            "2014-01-01",
            "2014-01-01T25:00:00",
            "2014-01-01 10:00:00",
            "2014-02-30T00:00:00",
            "2014-01-01T24:00:00",
        ),
    ),
    "time": (
        {"type": "time"},
        lambda n: f"10:{n % 60:02}:00",
        ("10:00", "25:00:00", "10:00:00Z", "24:00:00", "1:00:00", "10:00:60"),
    ),
    "boolean": ({"type": "boolean"}, lambda n: ("true", "False", "1")[n % 3], ("yes", " true", "T", "tRue", "0")),
    "year": (
        {"type": "year"},
        lambda n: str(1990 + n % 30),
        ("14", "02014", "٢٠١٤", "-999", "+201", " 201", "2_14", "0000", "20.4"),
    ),
    "yearmonth": (
        {"type": "yearmonth"},
        lambda n: f"2014-{n % 12 + 1:02}",
        ("2014-13", "2014-1", "x", "-1-2", " 2014- 3 ", "14-01"),
    ),
    "any": ({"type": "any"}, lambda n: f"v{n}", (" ", "1", "\x1f")),
    "email": ({"type": "string", "format": "email"}, lambda n: f"a{n}@b.org", ("x", "a@b")),
    "uri": ({"type": "string", "format": "uri"}, lambda n: f"http://a.b/{n}", ("a", "mailto:x")),
    "uuid": ({"type": "string", "format": "uuid"}, lambda n: f"{n:08}-0000-4000-8000-000000000000", ("x", "1")),
    "binary": ({"type": "string", "format": "binary"}, lambda n: "YWJj" if n % 2 else "YQ==", ("x", "====")),
    "object": ({"type": "object"}, lambda n: f'{{"a": {n}}}', ("[1]", "x", '{"a":1,"a":2}')),
    "array": ({"type": "array"}, lambda n: f"[{n}]", ("{}", "1", "[1, 2")),
    "geopoint": ({"type": "geopoint"}, lambda n: f"{n % 90},5", ("200,1", "x", "1,2,3", " 1 , 2 ")),
    "geojson": ({"type": "geojson"}, lambda _: '{"type":"Point","coordinates":[1,2]}', ("{}", "x")),
    "duration": ({"type": "duration"}, lambda n: f"P{n + 1}Y", ("x", "P", "P1Y2M3DT4H5M6S")),
    "list": ({"type": "list"}, lambda n: f"a,{n}", ("a",)),
}
COMMON = ("integer", "number", "string", "date")
KEYS = (*COMMON, "boolean", "day", "year", "yearmonth", "time", "datetime", "any")
PATTERNS: tuple[str, ...] = (
    "GOV-[0-9]{3}",
    r"[A-Z]{3}-\d{3}",
    "^GOV",
    "a|G.*",
    "(?:GOV|x)-.{1,3}",
    "[^x]*",
    r"\w+-\d+",
    r"\S+",
    r"GOV-\d+$",
    ".*",
)
PATTERNS += (
    r"(GOV|gov)-\d{1,3}",
    r"\D*\d*",
    ".",
    "(?=G).*",
    r"\bGOV.*",
    "[A-Z-]+[0-9]+|b",
    "GOV-[0-9]{,3}",
    "[[:alpha:]]+",
    "é*G.*",
)
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
BOUND_VALUES: dict[str, tuple[Any, ...]] = {
    "integer": (0, 5, "5", 100, 1.5, "x", 10**25),
    "number": (0, 5, "5", 100.25, "1e2", 0.1, 1e30),
    "date": ("2010-06-15", "2010-6-15", "x"),
    "day": ("15.06.2010", "2010-06-15"),
    "datetime": ("2014-01-05T00:00:00", "2014-01-05T00:00:00Z"),
    "time": ("10:30:00", "10:30"),
    "year": (2000, "2000", "20"),
    "yearmonth": ("2014-06", "2014-6"),
}
MISSING: tuple[list[str], ...] = (["", "NA"], ["NA"], [], ["-999", ""], ["", "-", "n/a"])
DAMAGE = (
    b'"',
    b"\n",
    b",",
    b"\r",
    b"\xff",
    b"\0",
    b" ",
    b'""',
    b"\n\n",
    b'"\n',
    b"\xc3",
    b' "',
    b"\\",
    b"\r\n",
    b'" ',
    b"\xed\xa0\x80",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Nothing beside the common ones."""


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of what was found; one package after the other is written below `folder`."""
    yield from try_seeds(lambda random: try_one(random, folder), options)


def try_one(random: Random, folder: Path) -> str:
    """Write a package and compare; how its table was judged. Raises `Mismatch`."""
    descriptor = write_package(random, folder)
    return compare(folder, read_package(descriptor), limit=random.choice((1000, 1000, 1000, 3)))


def compare(folder: Path, package: DataPackage, *, limit: int) -> str:
    """Judge the first table both ways. Raises `Mismatch` if they differ, else says how osds came to its verdict."""
    readable = {resource.name for resource in package.resources}
    looked = look_into(folder, package, package.resources, readable, memory=MEMORY, scan=scan, progress=Silent())
    if any(finding.unsafe for finding in looked.findings):
        return "refused"
    proof = looked.proofs[package.resources[0].name]
    table, _ = rewrite(package, package.resources[0], readable)
    question = Question(folder=str(folder), descriptor=table, limit_errors=limit)
    theirs = ask(question, lambda _: None)
    gc.collect()  # frictionless leaves files open
    if proof.unproven:
        return "frictionless: " + proof.unproven.split(":")[0].split(" of type")[0][:24]
    ours = _judged(question, proof)
    if _told(ours) != _told(theirs):
        raise Mismatch(f"frictionless says {_told(theirs)}, osds {_told(ours)}")
    return "proven, doubtful rows judged" if proof.doubted else "proven"


def _judged(question: Question, proof: Proof) -> Answer:
    if not proof.doubted:
        return Answer(rows=proof.rows)
    return ask(replace(question, doubted=proof.doubted, rows=proof.rows), lambda _: None)


def _told(answer: Answer) -> tuple[Any, ...]:
    return answer.errors, answer.added, answer.stopped, answer.gave_up, answer.rows


def write_package(random: Random, folder: Path) -> dict[str, Any]:
    """Write a table, and perhaps one that it refers to; the descriptor is returned, and written beside them."""
    width = random.randint(1, 6)
    kinds = [random.choice((*COMMON * 3, *KINDS)) for _ in range(width)]
    version = random.choice((1, 2))
    fields = [_field(random, kind, f"f{place}", version) for place, kind in enumerate(kinds)]
    schema: dict[str, Any] = {"fields": fields}
    if random.random() < 0.2:
        schema["missingValues"] = random.choice(MISSING)
    if random.random() < 0.3:
        places = [place for place in range(width) if kinds[place] in KEYS or random.random() < 0.1]
        key = random.sample(places, min(random.randint(1, 2), len(places)))
        schema["primaryKey"] = [f"f{place}" for place in key]
    if random.random() < 0.15:
        names = [f"f{place}" for place in range(width) if kinds[place] in KEYS] + ["nope"] * (random.random() < 0.1)
        schema["uniqueKeys"] = [random.sample(names, min(random.randint(1, 2), len(names))) for _ in range(2)]
    table: dict[str, Any] = {"name": "a", "path": "a.csv", "schema": schema}
    resources = [table]
    if random.random() < 0.25 and (kinds[0] in KEYS or random.random() < 0.1):
        resources += _foreign_key(random, folder, kinds, schema)
    delimiter = random.choice((",", ",", ",", ";", "\t", "|"))
    if random.random() < 0.8:
        table["encoding"] = random.choice(("utf-8", "utf-8", "UTF8"))
    if random.random() < 0.6 or delimiter != ",":
        table["dialect"] = {"delimiter": delimiter}
    if random.random() < 0.06:
        table.setdefault("dialect", {})["skipInitialSpace"] = False
    labels = _labels(random, width, schema)
    table |= _store(random, folder, _content(random, kinds, labels, delimiter))
    descriptor: dict[str, Any] = {"name": "fuzz", "resources": resources}
    if version == 2:
        descriptor["$schema"] = VERSION_2
        if random.random() < 0.3:
            schema["missingValues"] = [{"value": "", "label": "nothing"}, {"value": "NA"}]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return descriptor


def _store(random: Random, folder: Path, content: bytes) -> dict[str, Any]:
    """Write the table, mostly as it is; what the descriptor says of it is returned."""
    chance = random.random()
    if chance < 0.06:
        (folder / "a.csv.gz").write_bytes(gzip.compress(content))
        return {"path": "a.csv.gz"}
    if chance < 0.12:
        cut = content.find(b"\n", random.randrange(len(content) + 1)) + 1
        (folder / "a.csv").write_bytes(content[:cut])
        (folder / "a2.csv").write_bytes(content.split(b"\n", 1)[0] + b"\n" + content[cut:])
        return {"path": ["a.csv", "a2.csv"]}
    if chance < 0.18:
        encoding = random.choice(("utf-16", "cp1252", "iso-8859-1", "utf-16-le"))
        (folder / "a.csv").write_bytes(content.decode("utf-8", "replace").encode(encoding, "replace"))
        return {"encoding": encoding}
    (folder / "a.csv").write_bytes(content)
    return {}


def _field(random: Random, kind: str, name: str, version: int) -> dict[str, Any]:
    stated, right, _ = KINDS[kind]
    field: dict[str, Any] = {"name": name, **stated}
    constraints: dict[str, Any] = {}
    if random.random() < 0.25:
        constraints["required"] = True
    if random.random() < (0.12 if kind in KEYS else 0.02):
        constraints["unique"] = True
    if kind in BOUND_VALUES and random.random() < 0.3:
        constraints[random.choice(BOUNDS[: 2 * version])] = random.choice(BOUND_VALUES[kind])
    if kind in {"string", "array", "object"} and random.random() < 0.3:
        constraints[random.choice(("minLength", "maxLength"))] = random.choice((2, 3, 8, 30))
    if kind == "string" and random.random() < 0.35:
        constraints["pattern"] = random.choice(PATTERNS)
    if kind not in {"list", "object", "array", "geojson"} and random.random() < 0.15:
        constraints["enum"] = [right(n) for n in range(60)]
    if kind in {"string", "integer", "email"} and random.random() < 0.12:
        field["categories"] = _categories(random, [right(n) for n in range(60)], integer=kind == "integer")
    if constraints:
        field["constraints"] = constraints
    if random.random() < 0.12:
        field["missingValues"] = random.choice(MISSING)
    field |= _options(random, kind)
    return field


def _categories(random: Random, texts: list[str], *, integer: bool) -> list[Any]:
    values: list[Any] = [int(text) for text in texts] if integer else texts
    if random.random() < 0.1:
        values.append(random.choice(("7", 7, None, {"label": "x"})))  # some are no categories
    return [{"value": value, "label": f"of {value}"} for value in values] if random.random() < 0.4 else values


def _options(random: Random, kind: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if kind in {"number", "integer"} and random.random() < 0.15:
        options["bareNumber"] = random.choice((False, True))
    if kind == "number" and random.random() < 0.2:
        options["decimalChar"] = random.choice((",", "."))
    if kind == "number" and random.random() < 0.2:
        options["groupChar"] = random.choice((",", " ", ".", "'"))
    if kind == "number" and random.random() < 0.05:
        options["floatNumber"] = True
    if kind == "boolean" and random.random() < 0.4:
        options["trueValues"] = ["yes", "T", "true"]
    return options


def _foreign_key(random: Random, folder: Path, kinds: list[str], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Add a foreign key to another table or to the table itself; the other table is returned."""
    places = random.sample(range(len(kinds)), random.randint(1, min(2, len(kinds)))) if random.random() < 0.2 else [0]
    names = [f"f{place}" for place in places]
    if random.random() < 0.2:
        schema["foreignKeys"] = [{"fields": names, "reference": {"resource": "", "fields": names[::-1]}}]
        return []
    schema["foreignKeys"] = [{"fields": names, "reference": {"resource": "b", "fields": names}}]
    known = [[KINDS[kinds[place]][1](n) for place in places] for n in range(120)]
    known += [
        [random.choice((*KINDS[kinds[place]][2], "")) for place in places] for _ in range(random.choice((0, 0, 3)))
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *known])
    (folder / "b.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    fields = [{"name": f"f{place}", **KINDS[kinds[place]][0]} for place in places]
    return [{"name": "b", "path": "b.csv", "encoding": "utf-8", "schema": {"fields": fields}}]


def _labels(random: Random, width: int, schema: dict[str, Any]) -> list[str]:
    labels = [f"f{place}" for place in range(width)]
    if random.random() < 0.06:
        schema["fieldsMatch"] = random.choice(("exact", "equal", "subset", "superset", "partial"))
        random.shuffle(labels)
    if random.random() < 0.04:
        labels[random.randrange(width)] = random.choice(("", "F0", "zz", labels[0], " f0 "))
    if random.random() < 0.02:
        labels.append("more")
    return labels


def _content(random: Random, kinds: list[str], labels: list[str], delimiter: str) -> bytes:
    order = [int(label[1:]) if label[1:].isdigit() and int(label[1:]) < len(kinds) else 0 for label in labels]
    count = random.choice((0, 1, 3, 30, 30, 30, 150, 150, 400))
    rows = [[KINDS[kinds[place]][1](n) for place in order] for n in range(count)]
    for _ in range(random.choice((0, 0, 1, 2, 5, 40)) if rows else 0):
        _damage_row(random, rows, [kinds[place] for place in order])
    text = io.StringIO()
    ends = random.choice(("\n", "\n", "\n", "\r\n"))
    if random.random() < 0.25:
        writer = csv.writer(text, lineterminator=ends, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(text, lineterminator=ends, delimiter=delimiter)
    writer.writerows([labels, *rows])
    return _damage_bytes(random, bytearray(text.getvalue().encode()))


def _damage_row(random: Random, rows: list[list[str]], kinds: list[str]) -> None:
    row = random.choice(rows)
    chance = random.random()
    if chance < 0.65 and len(row) == len(kinds):
        place = random.randrange(len(kinds))
        row[place] = random.choice((*KINDS[kinds[place]][2], "", "NA", "-999", "-"))
    elif chance < 0.75:
        row[:] = random.choice(rows)
    elif chance < 0.8:
        row[:] = [""] * len(kinds)
    elif chance < 0.82:
        row.append("extra")
    elif chance < 0.84 and row:
        row.pop()
    elif chance < 0.85:
        row[:] = []
    elif len(row) == len(kinds):
        row[random.randrange(len(kinds))] = "".join(random.choices("ab1 \",\n'é-.\t;", k=random.randrange(6)))


def _damage_bytes(random: Random, content: bytearray) -> bytes:
    for _ in range(random.choice((0, 0, 0, 0, 0, 0, 1, 2)) if content else 0):
        place = random.randrange(len(content))
        content[place : place + random.randrange(2)] = random.choice(DAMAGE)
    if random.random() < 0.15 and content.endswith(b"\n"):
        del content[-1:]
    if random.random() < 0.04:
        content[0:0] = b"\xef\xbb\xbf"
    return bytes(content)
