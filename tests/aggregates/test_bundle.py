from __future__ import annotations

import hashlib
import json
from typing import Any

from osds import __version__
from tests.aggregates.lab import YEAR, Lab, Outcome, dimension, measure

TEXT = "year,f1,n1,f2,amount,executed\n2014,1,One,01,1.50,\n2015,1,One,02,-2,7\n2015,2,Two,01,4,8\n"


def made(lab: Lab) -> Outcome:
    return lab.run(
        TEXT, [measure("amount"), measure("executed", factor="1000")], YEAR, dimension("f", "f1:n1", "f2"), rows=3
    )


def descriptor(done: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((done.folder / "datapackage.json").read_bytes())
    return found


def test_describe__the_whole_osds_block(lab: Lab) -> None:
    found = descriptor(made(lab))
    assert list(found) == ["profile", "name", "title", "osds", "resources"]
    assert found["osds"] == {
        "format": "1.0",
        "source": {
            "name": "budget",
            "descriptor_sha256": "0" * 64,
            "tables": [{"resource": "facts", "rows": 3, "columns": ["year", "f1", "n1", "f2", "amount", "executed"]}],
        },
        "generator": f"osds {__version__}",
        "measures": {
            "amount": {
                "title": "Amount",
                "currency": "EUR",
                "factor": "1",
                "direction": None,
                "phase": None,
                "facts": 3,
                "empty": 0,
                "negative": True,
                "totals": [{"year": "2014", "value": "1.50"}, {"year": "2015", "value": "2.00"}],
            },
            "executed": {
                "title": "Executed",
                "currency": "EUR",
                "factor": "1000",
                "direction": None,
                "phase": None,
                "facts": 3,
                "empty": 1,
                "negative": False,
                "totals": [{"year": "2015", "value": "15000"}],
            },
        },
        "axes": ["year"],
        "dimensions": {
            "f": {
                "title": "F",
                "kind": "other",
                "levels": [{"key": "f1", "label": "n1"}, {"key": "f2", "label": None}],
                "members": [2, 3],
                "label_conflicts": 0,
            }
        },
        "skipped": [],
        "reconciliation": {
            "files": 5,
            "checked": True,
            "facts": 3,
            "second_sum": [
                {"year": "2014", "facts": 1, "sums": {"amount": "1.50"}},
                {"year": "2015", "facts": 2, "sums": {"amount": "2", "executed": "15000"}},
            ],
            "rule": "In every file the cells of each combination of axis values add up to apex.csv, amounts and counts; "
            "apex.csv equals a second sum over the table, in plain Python decimals; in every tree each amount and count "
            "is the sum of its children's and the roots are the cells of apex.csv; "
            "the members of each depth have all facts",
        },
    }


def test_describe__a_resource(lab: Lab) -> None:
    done = made(lab)
    found = descriptor(done)["resources"]
    assert [one["path"] for one in found] == [
        "apex.csv",
        "by-f-f1.csv",
        "by-f-f2.csv",
        "members-f.csv",
        "tree-f.json",
    ]
    content = done.files()["by-f-f1.csv"]
    assert found[1] == {
        "name": "by-f-f1",
        "path": "by-f-f1.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [
                {"name": "year", "type": "string"},
                {"name": "f.f1", "type": "string"},
                {"name": "f.f1.label", "type": "string"},
                {"name": "amount", "type": "number", "title": "Amount"},
                {"name": "executed", "type": "number", "title": "Executed"},
                {"name": "_count", "type": "integer", "title": "Number of facts"},
            ],
            "missingValues": [""],
            "primaryKey": ["year", "f.f1"],
        },
        "osds": {"dimensions": [["f", ["f1"]]], "cells": 3},
    }
    assert found[2]["schema"]["primaryKey"] == ["year", "f.f1", "f.f2"]
    assert found[0]["osds"] == {"dimensions": [], "cells": 2}


def test_describe__an_apex_without_axes_has_no_key(lab: Lab) -> None:
    done = lab.run("amount\n1\n", [measure("amount")], rows=1)
    assert "primaryKey" not in descriptor(done)["resources"][0]["schema"]


def test_render__json_for_people(lab: Lab) -> None:
    done = lab.run("d,amount\n1,1\n2,2\n", [measure("amount")], dimension("größe", "d"), rows=2)
    text = (done.folder / "datapackage.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    assert "größe" in text
    assert str(lab.root) not in text, "no path of this machine"


def test_describe__frictionless_finds_the_bundle_valid(lab: Lab) -> None:
    from frictionless import Package

    done = lab.run(
        'year,d,label,amount\n2014,01,"A, ""b""",1.50\n2015,02,"two\nlines",\n2015,,,-3\n,01,"x\ry",4\n',
        [measure("amount")],
        YEAR,
        dimension("d", "d:label"),
        rows=4,
    )
    report = Package(str(done.folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["code", "message"])
    assert report.stats["tasks"] == 4
