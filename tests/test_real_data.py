"""Real government datasets, through the installed command line: the folder `shared/data` beside the checkout.

It is not part of the project; without it these tests are skipped.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="there is no folder shared/data with real datasets beside the checkout"
)

Osds = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def osds(tmp_path: Path) -> Osds:
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-m", "osds", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)

    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


APEXES = {
    "al-treasury-spending": [{"year": "2014", "amount": "33299653", "_count": "40"}],
    "madrid-municipal-gastos": [
        {"year": "2012", "amount": "4942020428", "_count": "5304"},
        {"year": "2013", "amount": "4564125024", "_count": "4955"},
        {"year": "2014", "amount": "4699310629", "_count": "4781"},
        {"year": "2015", "amount": "4650554218", "_count": "5177"},
    ],
    "slovakia-agri-beneficiaries-2014": [{"year": "2014", "amount": "568837042.21", "_count": "42750"}],
    "valid-suginami-budget": [{"year": "2013", "amount": "155853000000.0", "_count": "12"}],
}


@pytest.mark.parametrize("name", APEXES)
def test_good_datasets__validated_summed_published_registered(osds: Osds, tmp_path: Path, name: str) -> None:
    dataset = DATA / name
    assert osds("validate", dataset).returncode == 0
    assert osds("aggregate", dataset, "--output", "sums").returncode == 0
    assert rows(tmp_path / "sums/apex.csv") == APEXES[name]
    assert osds("publish", dataset, "--store", "store", "--owner", "os-data").returncode == 0
    assert osds("registry", "init", "registry").returncode == 0
    assert osds("register", dataset, "--registry", "registry", "--owner", "os-data").returncode == 0
    (manifest,) = tmp_path.glob("store/datasets/os-data/*/datapackage.json")
    assert json.loads(manifest.read_text())["osds"]["sequence"] == 1
    (entry,) = rows(tmp_path / "registry/data/catalog.csv")
    assert (entry["owner"], entry["name"]) == ("os-data", manifest.parent.name)
    (event,) = rows(tmp_path / "registry/data/changes.csv")
    assert event["event"] == "added"


def test_slovakia__exact_where_floats_are_not(osds: Osds, tmp_path: Path) -> None:
    dataset = DATA / "slovakia-agri-beneficiaries-2014"
    assert osds("aggregate", dataset, "--output", "sums").returncode == 0
    wanted: Counter[str] = Counter()
    for row in rows(dataset / "data/SLOV2014EA_HTML.csv"):
        wanted[row["Measure *"]] += Decimal(row["Sum (EURO)"])  # type: ignore[assignment]
    found = {row["program.id"]: Decimal(row["amount"]) for row in rows(tmp_path / "sums/by-program.csv")}
    assert found == wanted
    assert sum(found.values()) == Decimal("568837042.21")
    assert sum(float(row["Sum (EURO)"]) for row in rows(dataset / "data/SLOV2014EA_HTML.csv")) != 568837042.21


def test_madrid__the_path_is_the_key(osds: Osds, tmp_path: Path) -> None:
    dataset = DATA / "madrid-municipal-gastos"
    assert osds("aggregate", dataset, "--output", "sums").returncode == 0
    wanted: Counter[tuple[str, str, str]] = Counter()
    for row in rows(dataset / "data/gastos_v40_2012-2015.csv"):
        wanted[row["AÑO"], row["CENTRO"], row["SECCION"]] += int(row["IMPORTE"])
    found = {
        (row["year"], row["administrative.CENTRO"], row["administrative.SECCION"]): int(row["amount"])
        for row in rows(tmp_path / "sums/by-administrative-seccion.csv")
    }
    assert found == wanted
    assert ("2012", "001", "002") in found


def test_au_budget__each_bad_cell_and_nothing_published(osds: Osds, tmp_path: Path) -> None:
    dataset = DATA / "au-budget"
    report = json.loads(osds("validate", "--json", dataset).stdout)
    errors = [f for f in report["findings"] if f["severity"] == "error"]
    assert Counter(f["code"] for f in errors) == {"type-error": 155}
    assert all(f["place"].keys() >= {"file", "row", "field"} for f in errors)
    assert {f["place"]["file"] for f in errors} == {"data/201505181230budget1516.csv"}
    first = errors[0]
    assert (first["place"]["row"], first["place"]["field"], first["value"]) == (86, "2014-15", "nfp")
    assert Counter(f["kind"] for f in errors) == {
        "decimals in a column of whole numbers": 113,
        "a dash or other sign where a number is expected": 18,
        "a word where a number is expected": 17,
        "separators within a number": 7,
    }
    told = osds("validate", dataset).stdout
    assert told.startswith("au-budget is not valid: 155 errors of 4 kinds, 3 warnings\n")
    assert told.count("\n") < 50
    assert osds("publish", dataset, "--store", "store", "--owner", "os-data").returncode == 1
    assert not list(tmp_path.glob("store/**/*.json"))
    assert osds("registry", "init", "registry").returncode == 0
    assert osds("register", dataset, "--registry", "registry", "--owner", "os-data").returncode == 1
    assert rows(tmp_path / "registry/data/catalog.csv") == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("berlin-berlin", ["git-lfs pointer", "git lfs pull", "81,128,743 bytes"]),
        ("valid-usd-example", ["[no-measure]", "[no-dimension]"]),
        ("gb-country-regional-analysis", ["data/cra.csv is missing", "mapping of 2015", "must be migrated"]),
    ],
)
def test_faulty_datasets__say_what_is_wrong(osds: Osds, name: str, told: list[str]) -> None:
    done = osds("validate", DATA / name)
    assert done.returncode == 1
    for words in told:
        assert words in done.stdout


# Added up with Python's csv and Decimal from the published files, not with osds: file, codes, amount, rows.
CELLS: dict[str, list[tuple[str, dict[str, str], str, str]]] = {
    "al-treasury-spending": [
        ("by-kategori-shpenzimi", {"kategori-shpenzimi.kategori-shpenzimi": code}, amount, count)
        for code, amount, count in (
            ("Elektricitet", "117700", "1"),
            ("Organizatat nderkombetare te tjera - Sherbimet bankare", "7587269", "2"),
            ("Sherbime te sigurimit dhe ruajtjes", "400512", "2"),
            ("Sherbime telefonike", "142587", "1"),
            ("Shpenzime per honorare", "18000", "1"),
            ("Shpenzime per pritje e percjellje", "291790", "3"),
            ("Te tjera materiale dhe sherbime speciale", "18252456", "3"),
        )
    ]
    + [
        ("by-supplier", {"supplier.supplier": code}, amount, count)
        for code, amount, count in (
            ("'SSX'", "400512", "2"),
            ("BANKA CREDINS", "8024036", "8"),
            ("ITIRANA", "2546546", "2"),
            ("SHQIPTARJA.COM", "15000", "1"),
        )
    ],
    "madrid-municipal-gastos": [
        (
            "by-administrative-seccion",
            {"year": year, "administrative.CENTRO": centre, "administrative.SECCION": section},
            amount,
            count,
        )
        for year, centre, section, amount, count in (
            ("2012", "001", "002", "15877030", "77"),
            ("2012", "001", "211", "33905147", "124"),
            ("2013", "001", "075", "75480500", "174"),
            ("2013", "501", "025", "80850440", "68"),
            ("2014", "001", "210", "38286220", "121"),
            ("2015", "001", "110", "19425681", "2"),
        )
    ]
    + [
        (
            "by-program-then-economic-capitulo",
            {"year": year, "program.PROGRAMA": program, "economic.CAPITULO": chapter},
            amount,
            count,
        )
        for year, program, chapter, amount, count in (
            ("2012", "01111", "3", "283344475", "4"),
            ("2012", "43310", "2", "762014", "7"),
            ("2013", "22101", "1", "22312500", "19"),
            ("2014", "44101", "4", "121248090", "2"),
            ("2015", "23104", "1", "410678", "9"),
        )
    ],
    "slovakia-agri-beneficiaries-2014": [
        ("by-program", {"program.id": code}, amount, count)
        for code, amount, count in (
            ("I.2", "339575125.02", "23848"),
            ("I.9", "668966.19", "1729"),
            ("III.5", "738271.44", "11"),
            ("IX.1", "-265272.19", "207"),
            ("V/B.1.10", "9498857.37", "239"),
            ("V/B.1.6", "7413602.08", "188"),
            ("V/B.2.10", "788127.99", "100"),
            ("V/B.2.3", "25111.43", "18"),
            ("V/B.2.7", "168034.70", "48"),
            ("V/B.3.4", "321889.03", "5"),
            ("V/B.4.1", "13495545.68", "502"),
        )
    ],
    "valid-suginami-budget": [
        ("by-category", {"category.name": code}, amount, count)
        for code, amount, count in (
            ("1", "856402000.0", "1"),
            ("10", "2000.0", "1"),
            ("11", "300000000.0", "1"),
            ("2", "5761966000.0", "1"),
            ("3", "4512811000.0", "2"),
            ("4", "69988286000.0", "1"),
        )
    ]
    + [
        ("by-category-then-subcategory", {"category.name": category, "subcategory.name": code}, amount, "1")
        for category, code, amount in (
            ("3", "3-1", "4500811000.0"),
            ("3", "3-2", "12000000.0"),
            ("7", "7-1", "17861880000.0"),
            ("9", "9-1", "1771380000.0"),
        )
    ],
}


@pytest.mark.parametrize("name", CELLS)
def test_good_datasets__cells_added_up_without_osds(osds: Osds, tmp_path: Path, name: str) -> None:
    assert osds("aggregate", DATA / name, "--output", "sums").returncode == 0
    assert len(CELLS[name]) >= 10
    for file, codes, amount, count in CELLS[name]:
        cells = [row for row in rows(tmp_path / f"sums/{file}.csv") if codes.items() <= row.items()]
        assert [(cell["amount"], cell["_count"]) for cell in cells] == [(amount, count)], (file, codes)
