"""Sums are written by hand: add the rows of the table to check them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osds.errors import BugError, UsageError
from osds.fiscal.model import Axis
from tests.aggregates.lab import YEAR, Lab, dimension, measure

FUNCTION = dimension("function", "f1", "f2")
NUMBER = {"amount": {"type": "number"}}


def test_aggregate__apex_and_cuboids(lab: Lab) -> None:
    done = lab.run(
        "year,payer,status,amount\n2014,b,open,1.50\n2014,a,open,2\n2015,a,done,-0.25\n2014,a,done,10\n",
        [measure("amount")],
        YEAR,
        dimension("payer", "payer"),
        dimension("status", "status"),
        rows=4,
    )
    assert done.lines("apex.csv") == ["year,amount,_count", "2014,13.50,3", "2015,-0.25,1"]
    assert done.lines("by-payer.csv") == [
        "year,payer.payer,amount,_count",
        "2014,a,12.00,2",
        "2014,b,1.50,1",
        "2015,a,-0.25,1",
    ]
    assert done.lines("by-payer-then-status.csv") == [
        "year,payer.payer,status.status,amount,_count",
        "2014,a,done,10.00,1",
        "2014,a,open,2.00,1",
        "2014,b,open,1.50,1",
        "2015,a,done,-0.25,1",
    ]
    assert sorted(done.files()) == [
        "apex.csv",
        "by-payer-then-status.csv",
        "by-payer.csv",
        "by-status.csv",
        "datapackage.json",
        "members-payer.csv",
        "members-status.csv",
        "tree-payer.json",
        "tree-status.json",
    ]
    assert done.osds["measures"]["amount"]["negative"] is True
    assert done.aggregation.changed


def test_aggregate__without_any_axis(lab: Lab) -> None:
    done = lab.run("payer,amount\nb,1\na,2\n", [measure("amount")], dimension("payer", "payer"), rows=2)
    assert done.lines("apex.csv") == ["amount,_count", "3,2"]
    assert done.lines("by-payer.csv") == ["payer.payer,amount,_count", "a,2,1", "b,1,1"]
    assert done.osds["measures"]["amount"]["totals"] == [{"value": "3"}]


def test_aggregate__a_code_is_unique_below_its_parent_only(lab: Lab) -> None:
    done = lab.run("f1,f2,amount\n1,01,1\n2,01,2\n1,02,4\n1,01,8\n", [measure("amount")], FUNCTION, rows=4)
    assert done.lines("by-function-f1.csv") == ["function.f1,amount,_count", "1,13,3", "2,2,1"]
    assert done.lines("by-function-f2.csv") == [
        "function.f1,function.f2,amount,_count",
        "1,01,9,2",
        "1,02,4,1",
        "2,01,2,1",
    ]
    assert done.osds["dimensions"]["function"]["members"] == [2, 3]


def test_aggregate__empty_codes_keep_their_money_and_come_last(lab: Lab) -> None:
    done = lab.run(
        "f1,f2,amount\n,x,1\n1,,2\n1,-,4\nz,y,8\n,,16\n",
        [measure("amount")],
        FUNCTION,
        rows=5,
        missing=("", "-"),
    )
    assert done.lines("by-function-f2.csv") == [
        "function.f1,function.f2,amount,_count",
        "1,,6,2",
        "z,y,8,1",
        ",x,1,1",
        ",,16,1",
    ]
    schema = json.loads(done.files()["datapackage.json"])["resources"][1]["schema"]
    assert "primaryKey" not in schema, "an empty code cannot be part of a primary key"


def test_aggregate__an_empty_code_that_is_not_missing_is_the_same_cell(lab: Lab) -> None:
    done = lab.run(
        "a,b,amount\n,p,1\nnone,q,2\nx,p,4\n",
        [measure("amount")],
        dimension("a", "a"),
        dimension("b", "b"),
        rows=3,
        missing=("none",),
    )
    assert done.lines("by-a.csv") == ["a.a,amount,_count", "x,4,1", ",3,2"]


def test_aggregate__empty_amounts_are_counted_not_summed(lab: Lab) -> None:
    done = lab.run(
        "payer,amount,executed\na,,5\na,n/a,\nb,3,\n",
        [measure("amount"), measure("executed")],
        dimension("payer", "payer"),
        rows=3,
        missing=("", "n/a"),
    )
    assert done.lines("by-payer.csv") == ["payer.payer,amount,executed,_count", "a,,5,2", "b,3,,1"]
    assert [(m["facts"], m["empty"]) for m in done.osds["measures"].values()] == [(3, 2), (3, 2)]


@pytest.mark.parametrize(
    ("factor", "total"),
    [("1000", "12345600"), ("0.01", "123.4560"), ("1", "12345.60"), ("-2.5", "-30864.000"), ("0", "0")],
)
def test_aggregate__factor_is_exact(lab: Lab, factor: str, total: str) -> None:
    done = lab.run("amount\n12345.50\n0.1\n", [measure("amount", factor=factor)], rows=2)
    assert done.lines("apex.csv") == ["amount,_count", f"{total},2"]
    assert done.osds["measures"]["amount"]["factor"] == factor


def test_aggregate__tenths_do_not_drift(lab: Lab) -> None:
    done = lab.run("amount\n" + "0.1\n" * 30, [measure("amount")], rows=30)
    assert done.lines("apex.csv")[1] == "3.0,30"


def test_aggregate__currency_and_phase_are_never_added_up(lab: Lab) -> None:
    done = lab.run(
        "cur,ph,d,amount\nEUR,plan,x,1\nUSD,plan,x,2\nEUR,real,y,4\nEUR,plan,y,8\n",
        [measure("amount")],
        dimension("currency", "cur", axis=Axis.CURRENCY),
        dimension("phase", "ph", axis=Axis.PHASE),
        dimension("d", "d"),
        rows=4,
    )
    assert done.lines("apex.csv") == ["currency,phase,amount,_count", "EUR,plan,9,2", "EUR,real,4,1", "USD,plan,2,1"]
    assert done.lines("by-d.csv") == [
        "currency,phase,d.d,amount,_count",
        "EUR,plan,x,1,1",
        "EUR,plan,y,8,1",
        "EUR,real,y,4,1",
        "USD,plan,x,2,1",
    ]
    assert done.osds["axes"] == ["currency", "phase"]
    assert done.osds["measures"]["amount"]["totals"][0] == {"currency": "EUR", "phase": "plan", "value": "9"}


def test_aggregate__german_numbers(lab: Lab) -> None:
    done = lab.run(
        'amount\n"1.234,50"\n"-0,05"\n7\n',
        [measure("amount")],
        rows=3,
        types={"amount": {"type": "number", "decimalChar": ",", "groupChar": "."}},
    )
    assert done.lines("apex.csv")[1] == "1241.45,3"


def test_aggregate__unusual_spellings(lab: Lab) -> None:
    done = lab.run("amount\n1e5\n1_000\n.5\n5.\n +7 \n1E-2\n.5\n", [measure("amount")], rows=7, types=NUMBER)
    assert done.lines("apex.csv")[1] == "101013.01,7"


@pytest.mark.parametrize("text", ["NaN", "-INF", "n.a.", "1,5"])
def test_aggregate__not_a_number_is_refused(lab: Lab, text: str) -> None:
    done = lab.run(f'amount\n1\n"{text}"\n"{text}"\n', [measure("amount")], rows=3)
    (finding,) = done.aggregation.findings
    assert (finding.code, finding.value) == ("amount-not-a-number", text)
    assert (finding.place.file, finding.place.field) == ("facts.csv", "amount")
    assert finding.message == f"'amount' holds {text!r} (rows: 2)"
    assert done.aggregation.bundle is None
    assert not done.folder.exists()
    assert [path.name for path in lab.root.iterdir()] == ["facts.csv"], "nothing is left behind"


@pytest.mark.parametrize(
    ("amounts", "factor"),
    [
        (["9" * 38, "1"], "1"),  # the total has 39 digits
        (["-" + "9" * 38, "9" * 38, "-1"], "1"),  # an order of adding up overflows
        (["9" * 39], "1"),
        (["1e30", "1e-30"], "1"),
        (["1e41"], "1"),
        (["9" * 36], "1000"),
        ([""], "1E+60"),
    ],
)
def test_aggregate__out_of_range_is_refused(lab: Lab, amounts: list[str], factor: str) -> None:
    text = "amount,x\n" + "".join(f"{amount},x\n" for amount in amounts)
    done = lab.run(text, [measure("amount", factor=factor)], rows=len(amounts))
    assert done.codes == ["amount-out-of-range"]
    assert not done.folder.exists()


def test_aggregate__the_largest_total(lab: Lab) -> None:
    half = "4" + "9" * 37
    done = lab.run(f"d,amount\na,{half}\nb,{half}\na,1\n", [measure("amount")], dimension("d", "d"), rows=3)
    assert done.lines("apex.csv")[1] == "9" * 38 + ",3"
    assert done.lines("by-d.csv")[1:] == ["a,5" + "0" * 37 + ",2", f"b,{half},1"]


def test_aggregate__fractions_only(lab: Lab) -> None:
    done = lab.run("amount\n.5\n0.25\n", [measure("amount", factor="0.1")], rows=2)
    assert done.lines("apex.csv")[1] == "0.075,2"


def test_aggregate__codes_stay_text(lab: Lab) -> None:
    done = lab.run(
        "code,amount\n001,1\n1,2\n 1,4\n01,8\n10,16\n9,32\n",
        [measure("amount")],
        dimension("d", "code"),
        rows=6,
        types={"code": {"type": "integer"}},
    )
    assert done.lines("by-d.csv")[1:] == [" 1,4,1", "001,1,1", "01,8,1", "1,2,1", "10,16,1", "9,32,1"]


def test_aggregate__one_label_per_path(lab: Lab) -> None:
    """By most facts, then the latest year, then the smallest text; an empty label never wins."""
    rows = [
        "2014,1,Old,1",
        "2015,1,New,1",
        "2014,1,Old,1",
        "2014,2,Before,1",
        "2015,2,After,1",
        "2014,3,B,1",
        "2014,3,A,1",
        "2014,4,,1",
        "2014,4,,1",
        "2014,4,Named,1",
        "2014,5,,1",
        '2014,,"No code, no ""name""",1',
    ]
    done = lab.run(
        "year,code,label,amount\n" + "\n".join(rows) + "\n",
        [measure("amount")],
        YEAR,
        dimension("d", "code:label"),
        rows=12,
    )
    found = done.lines("by-d.csv")
    assert found[0] == "year,d.code,d.code.label,amount,_count"
    assert found[1:] == [
        "2014,1,Old,2,2",
        "2014,2,After,1,1",
        "2014,3,A,2,2",
        "2014,4,Named,3,3",
        "2014,5,,1,1",
        '2014,,"No code, no ""name""",1,1',
        "2015,1,Old,1,1",
        "2015,2,After,1,1",
    ]
    assert done.osds["dimensions"]["d"]["label_conflicts"] == 3


def test_aggregate__labels_of_every_level(lab: Lab) -> None:
    done = lab.run(
        "f1,n1,f2,n2,amount\n1,One,1,One-one,1\n2,Two,1,Two-one,2\n",
        [measure("amount")],
        dimension("f", "f1:n1", "f2:n2"),
        rows=2,
    )
    assert done.lines("by-f-f2.csv") == [
        "f.f1,f.f1.label,f.f2,f.f2.label,amount,_count",
        "1,One,1,One-one,1,1",
        "2,Two,1,Two-one,2,1",
    ]
    assert done.lines("by-f-f1.csv")[0] == "f.f1,f.f1.label,amount,_count"


def test_aggregate__columns_of_years_become_facts(lab: Lab) -> None:
    """Amount.fixed un-pivots: every column of amounts is a fact of its own."""
    done = lab.run(
        "d,plan15,plan16,real15\na,1,2,4\nb,8,,32\n",
        [
            measure("plan", ("plan15", {"year": "2015"}), ("plan16", {"year": "2016"})),
            measure("real", ("real15", {"year": "2015"})),
        ],
        YEAR,
        dimension("d", "d"),
        rows=2,
    )
    assert done.lines("by-d.csv") == [
        "year,d.d,plan,real,_count",
        "2015,a,1,4,1",
        "2015,b,8,32,1",
        "2016,a,2,,1",
        "2016,b,,,1",
    ]
    assert done.lines("apex.csv")[1:] == ["2015,9,36,2", "2016,2,,2"]
    plan, real = done.osds["measures"]["plan"], done.osds["measures"]["real"]
    assert (plan["facts"], plan["empty"], real["facts"], real["empty"]) == (4, 1, 2, 0)
    assert real["totals"] == [{"year": "2015", "value": "36"}]


def test_aggregate__dates_give_their_year(lab: Lab) -> None:
    done = lab.run(
        "year,amount\n2014-12-31,1\n2015-01-01,2\n2014-01-01,4\n,8\n",
        [measure("amount")],
        YEAR,
        rows=4,
        types={"year": {"type": "date"}},
    )
    assert done.lines("apex.csv")[1:] == ["2014,5,2", "2015,2,1", ",8,1"]


def test_aggregate__dates_by_format(lab: Lab) -> None:
    done = lab.run(
        "year,amount\n31.12.2014,1\n1.1.2015,2\n01.01.2014,4\n",
        [measure("amount")],
        YEAR,
        rows=3,
        types={"year": {"type": "date", "format": "%d.%m.%Y"}},
    )
    assert done.lines("apex.csv")[1:] == ["2014,5,2", "2015,2,1"]


def test_aggregate__a_date_without_year_is_refused(lab: Lab) -> None:
    done = lab.run(
        "year,amount\nsoon,1\n2015-01-01,2\n", [measure("amount")], YEAR, rows=2, types={"year": {"type": "date"}}
    )
    assert done.codes == ["year-unreadable"]
    assert done.aggregation.findings[0].value == "soon"


def test_aggregate__fiscal_years_are_their_own_names(lab: Lab) -> None:
    done = lab.run("year,amount\n2014-15,1\n2013-14,2\n", [measure("amount")], YEAR, rows=2)
    assert done.lines("apex.csv")[1:] == ["2013-14,2,1", "2014-15,1,1"]


def test_aggregate__too_many_totals(lab: Lab) -> None:
    text = "year,amount\n" + "".join(f"day {n},1\n" for n in range(6))
    done = lab.run(text, [measure("amount")], YEAR, rows=6, max_cells=5)
    assert done.codes == ["too-many-totals"]
    assert lab.run(text, [measure("amount")], YEAR, rows=6, max_cells=6).codes == []


def test_aggregate__what_is_left_out_says_why(lab: Lab) -> None:
    rows = "".join(f"{n},{n % 4},{n % 3},same,{n},1\n" for n in range(60))
    done = lab.run(
        f"id,a,b,one,fact,amount\n{rows}",
        [measure("amount")],
        dimension("id", "id"),
        dimension("a", "a"),
        dimension("b", "b"),
        dimension("one", "one"),
        dimension("fact", "fact", kind="fact"),
        rows=60,
        max_cells=11,
    )
    assert [(one["dimensions"], one["reason"]) for one in done.osds["skipped"]] == [
        ([["id", ["id"]]], "it is nearly unique: 60 members in 60 rows"),
        ([["one", ["one"]]], "it has a single member"),
        ([["fact", ["fact"]]], "it describes single facts (dimensionType fact)"),
        ([["a", ["a"]], ["b", ["b"]]], "12 cells, more than max-cells (11)"),
    ]
    assert done.cuboids() == ["apex.csv", "by-a.csv", "by-b.csv"]


def test_aggregate__at_most_max_files(lab: Lab) -> None:
    done = lab.run(
        "a,b,amount\n1,1,1\n2,2,2\n", [measure("amount")], dimension("a", "a"), dimension("b", "b"), rows=2, max_files=2
    )
    assert done.cuboids() == ["apex.csv", "by-a.csv"]
    assert [one["reason"] for one in done.osds["skipped"]] == ["beyond max-files (2)"] * 2


def test_aggregate__an_empty_table(lab: Lab) -> None:
    done = lab.run("year,d,amount\n", [measure("amount")], YEAR, dimension("d", "d"), rows=0)
    assert done.lines("apex.csv") == ["year,amount,_count"]
    assert done.osds["measures"]["amount"]["totals"] == []


def test_aggregate__hostile_names_and_texts(lab: Lab) -> None:
    """Nothing that a dataset says becomes SQL, a path, or a broken CSV."""
    evil = "'); DROP TABLE facts; --\""
    text = "d,amount\n" + '"a,b\r\n""c""",1\n' + "'; --,2\n" + "\x00,4\n" + "'; --,8\n"
    done = lab.run(text, [measure(evil, "amount")], dimension(f"../{evil}", "d"), rows=4, missing=("", "it's"))
    assert sorted(done.files()) == [
        "apex.csv",
        "by-drop-table-facts.csv",
        "datapackage.json",
        "members-drop-table-facts.csv",
        "tree-drop-table-facts.json",
    ]
    content = done.files()["by-drop-table-facts.csv"].decode()
    assert content.endswith('\n\x00,4,1\n\'; --,10,2\n"a,b\r\n""c""",1,1\n')


def test_aggregate__names_that_meet_are_told_apart(lab: Lab) -> None:
    done = lab.run(
        "y,d,amount\n2014,a,1\n2014,b,2\n",
        [measure("year", "amount"), measure("_count", "amount")],
        dimension("date", "y", axis=Axis.YEAR),
        dimension("d", "d"),
        rows=2,
    )
    assert done.lines("by-d.csv")[0] == "year,d.d,year-2,_count-2,_count"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "mixed"])
def test_aggregate__line_ends(lab: Lab, ends: str) -> None:
    text = 'd,amount\r\na,1\nb,2\r\n"a\nb",4\n'
    text = text if ends == "mixed" else text.replace("\r\n", "\n").replace("\n", ends)
    done = lab.run(text.encode(), [measure("amount")], dimension("d", "d"), rows=3)
    assert done.lines("apex.csv")[1] == "7,3"


def test_aggregate__a_cell_of_megabytes(lab: Lab) -> None:
    done = lab.run(f'd,amount\na,1\n"{"x" * 3_000_000}",2\n', [measure("amount")], dimension("d", "d"), rows=2)
    assert done.lines("apex.csv")[1] == "3,2"
    assert len(done.lines("by-d.csv")[2]) == 3_000_004


def test_aggregate__one_column_with_blank_lines(lab: Lab) -> None:
    done = lab.run('amount\n1\n\n""\n2\n', [measure("amount")], rows=4)
    assert done.lines("apex.csv")[1] == "3,4"


def test_aggregate__several_parts_with_glob_characters(lab: Lab) -> None:
    first = lab.table("d,amount\na,1\nb,2\n", rows=2, name="part[1]*")
    lab.table("d,amount\na,4\n", rows=1, name="part1x")
    second = lab.table("d,amount\na,8\n", rows=1, name="part?")
    from dataclasses import replace

    from osds.aggregates.build import aggregate
    from osds.progress import Silent
    from osds.settings import Settings
    from tests.aggregates.lab import SOURCE, model, package

    table = replace(first, resource="facts", paths=(*first.paths, *second.paths), rows=3)
    done = aggregate(
        package(("d", "amount"), {}),
        model([measure("amount")], dimension("d", "d")),
        {"facts": table},
        Settings(),
        lab.root / "out",
        source=SOURCE,
        progress=Silent(),
    )
    assert done.bundle is not None
    assert (lab.root / "out" / "by-d.csv").read_text() == "d.d,amount,_count\na,9,2\nb,2,1\n"


def test_aggregate__another_number_of_rows_is_a_bug(lab: Lab) -> None:
    with pytest.raises(BugError, match="has 3 rows, but the engine sees 2"):
        lab.run("amount\n1\n2\n", [measure("amount")], rows=3)
    assert not (lab.root / "aggregates").exists()


@pytest.mark.parametrize("memory", ["lots", "1GB'; SELECT 1; --", "12"])
def test_aggregate__memory_that_is_no_size(lab: Lab, memory: str) -> None:
    with pytest.raises(UsageError, match="memory"):
        lab.run("amount\n1\n", [measure("amount")], rows=1, memory=memory)


def _wide_table(rows: int) -> str:
    """A table large enough for the engine to use several threads."""
    lines = (
        f"{2010 + n % 5},{n % 7},{n % 11:02},L{n % 13},{(n * 7919) % 100_003 / 100 - 400:.2f}" for n in range(rows)
    )
    return "year,a,b,label,amount\n" + "\n".join(lines) + "\n"


def test_aggregate__same_bytes_whatever_the_threads(lab: Lab) -> None:
    text = _wide_table(150_000)
    outcomes = [
        lab.run(
            text,
            [measure("amount")],
            YEAR,
            dimension("a", "a"),
            dimension("b", "b:label"),
            rows=150_000,
            output=f"threads-{threads}",
            threads=threads,
        )
        for threads in (1, 4)
    ]
    assert outcomes[0].files() == outcomes[1].files()
    assert len(outcomes[0].cuboids()) == 4


def test_aggregate__running_again_changes_nothing(lab: Lab) -> None:
    def run(amount: str) -> bool:
        text = f"d,amount\na,{amount}\nb,2\n"
        return lab.run(text, [measure("amount")], dimension("d", "d"), rows=2).aggregation.changed

    assert run("1") is True
    before = _stamps(lab.root / "aggregates")
    assert run("1") is False
    assert _stamps(lab.root / "aggregates") == before, "not even touched"
    assert run("3") is True
    assert _stamps(lab.root / "aggregates") != before


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    return [(path.name, path.stat().st_mtime_ns, path.stat().st_ino) for path in sorted(folder.iterdir())]


def test_aggregate__a_failing_run_leaves_the_old_bundle(lab: Lab) -> None:
    good = lab.run("amount\n1\n", [measure("amount")], rows=1)
    before = good.files()
    assert lab.run("amount\nNaN\n", [measure("amount")], rows=1).codes == ["amount-not-a-number"]
    assert good.files() == before
    assert sorted(path.name for path in lab.root.iterdir()) == ["aggregates", "facts.csv"]
