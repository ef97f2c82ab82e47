from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from osds.report import Check, Excerpt, Place, Report, Severity, TableFacts
from osds.views import page
from osds.views.formats import FORMATS
from osds.views.grouping import Spot
from osds.views.peeks import peeks
from osds.views.text import MAX_SPOTS
from tests.test_untrusted import NASTY
from tests.views.test_views import REPORT, TABLE, UNREAD, WITH_ROWS, cell, check, hostile

TAGS = set(
    "html head meta title style body header main footer section article h1 h2 h3 p ul ol li a b strong span code "
    "details summary table thead tbody tr th td script".split()
)
ATTRIBUTES = {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "id",
    "href",
    "scope",
    "data-label",
    "data-order",
    "open",
    "tabindex",
    "role",
    "aria-label",
}


class Page(HTMLParser):
    """What a browser would find: tags, attributes, the text of style and script, and the words that a person sees."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.code: dict[str, str] = {}
        self.words: list[str] = []
        self.classes: dict[str, list[str]] = {}
        self._stack: list[tuple[str, str]] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        if tag != "meta":
            self._stack.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._stack, f"</{tag}> closes nothing"
        assert self._stack.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tag, class_ = self._stack[-1] if self._stack else ("", "")
        if tag in {"style", "script"}:
            self.code[tag] = self.code.get(tag, "") + data
        elif data.strip():
            self.words.append(" ".join(data.split()))
            self.classes.setdefault(class_, []).append(data)

    def attribute(self, key: str) -> list[str]:
        return [value for name, value in self.attributes if name == key]


GOLDEN = """\
town-budget is not valid
Report on a dataset
town-budget
is not valid
1 of 2 tables checked, 1,608 rows.
5
errors
1
warning
1
notice
What was checked
Table
Rows
Columns
Bytes
State
data/budget.csv
1,608
15
949,585
checked
x.csv
–
2
0
not checked
its file was not read
Errors
make the dataset invalid
Title of type-error
5 times
What to do
Mend type-error.
data/budget.csv
column
amount
nfp
in rows 3–5, 7
data/budget.csv
column
year
-
in row 9
type-error
"""


def test_page__golden() -> None:
    words = "\n".join(Page(page.render(REPORT)).words) + "\n"
    assert words.startswith(GOLDEN)
    assert words.endswith("osds validate --json\nhas the whole report.\n")


def test_page__nothing_comes_from_elsewhere() -> None:
    found = Page(page.render(REPORT))
    assert set(found.tags) <= TAGS
    assert {key for key, _ in found.attributes} <= ATTRIBUTES
    assert all(href.startswith("#") for href in found.attribute("href"))
    assert "url(" not in found.code["style"]
    assert "@import" not in found.code["style"]


def test_page__its_policy_allows_its_own_style_and_script_only() -> None:
    found = Page(page.render(REPORT))
    (policy,) = (content for content in found.attribute("content") if "default-src" in content)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(found.code[tag].encode()).digest()).decode()}'"
        for tag in ("style", "script")
    ]
    assert policy == (
        f"default-src 'none'; style-src {hashes[0]}; script-src {hashes[1]}; base-uri 'none'; form-action 'none'"
    )


def test_page__every_internal_link_leads_somewhere() -> None:
    found = Page(page.render(REPORT))
    assert {href.removeprefix("#") for href in found.attribute("href")} <= set(found.attribute("id"))


UNSAFE = Check(code="u", severity=Severity.ERROR, title="t", explanation="", advice="a", unsafe=True)


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (Report(dataset="x"), "x is valid"),
        (Report(dataset=" "), "The dataset is valid"),
        (Report(dataset="x", findings=(cell(3),)), "x is not valid"),
        (Report(dataset="x", findings=(UNSAFE.at(Place(), "w"),)), "x is refused as unsafe"),
    ],
)
def test_page__verdict(report: Report, title: str) -> None:
    assert f"<title>{title}</title>" in page.render(report)


@pytest.mark.parametrize(
    ("tables", "lead"),
    [
        ((), "No table was checked."),
        ((TABLE,), "1 table checked, 1,608 rows. Nothing was found."),
        ((TABLE, TABLE), "2 tables checked, 3,216 rows. Nothing was found."),
        ((TABLE, UNREAD), "1 of 2 tables checked, 1,608 rows. Nothing was found."),
    ],
)
def test_page__says_how_much_was_looked_at(tables: tuple[TableFacts, ...], lead: str) -> None:
    assert lead in Page(page.render(Report(dataset="x", tables=tables))).words


def test_page__backticks_mark_code() -> None:
    found = Page(page.render(Report(dataset="x", findings=(check("c").at(Place(), "rename `<b>`, not ` alone"),))))
    assert [found.words[i + 1] for i, word in enumerate(found.words) if word == "rename"] == ["<b>"]


def large() -> Report:
    kinds = [check(f"kind-{i}") for i in range(12)]
    findings = [
        kind.at(Place(file=f"data/{i % 50}.csv", row=i, field="amount"), "wrong " * 20, value="v" * 300)
        for kind in kinds
        for i in range(2, 1502)
    ]
    return Report(dataset="x", findings=tuple(findings))


def test_page__stays_small_and_says_what_is_missing() -> None:
    document = page.render(large())
    words = " ".join(Page(document).words)
    assert len(document.encode()) < 3_000_000
    assert "17,000 more findings are not on this page." in words
    assert f"and in {50 - MAX_SPOTS} more places;" in words
    assert "in rows 2, 52, 102, 152, 202, 252, 302, 352, 402, 452, 502, 552 and 18 more" in words


def test_page__whole_if_there_is_room() -> None:
    findings = tuple(cell(row) for row in range(2, page.LIMIT + 2))
    document = page.render(Report(dataset="x", findings=findings))
    assert "more findings" not in document
    assert document.count('data-label="Row"') == page.LIMIT


@settings(deadline=None)  # the first call compiles the template
@given(NASTY)
def test_page__no_text_of_a_dataset_becomes_markup(words: str) -> None:
    plain, found = Page(page.render(hostile("x"))), Page(page.render(hostile(words)))
    assert {tag for tag in found.tags if tag != "code"} == {tag for tag in plain.tags if tag != "code"}
    assert (found.tags.count("script"), found.tags.count("style")) == (1, 1)
    assert found.code == plain.code
    assert {key for key, _ in found.attributes} <= ATTRIBUTES
    assert found.attribute("href") == plain.attribute("href")


ATTACKS = [
    "<script>window.hacked = 1</script>",
    "</title><script>window.hacked = 1</script>",
    "</script><img src=x onerror='parent.hacked = 1'>",
    "\" onmouseover='parent.hacked = 1' x=\"",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --!>",
    "&lt;script&gt;",
    "`</code><b>`",
]


def test_page__shows_the_rows_with_their_labels_and_marks_the_cell() -> None:
    found = Page(page.render(WITH_ROWS))
    rows = found.words[found.words.index("The row in the file") :]
    assert rows[:7] == ["The row in the file", "Row", "code", "amount", "2", "01", "nfp"]
    assert found.classes["hit"] == ["amount", "nfp"]


def excerpt(first: int, columns: int, *marked: int) -> Excerpt:
    cells = tuple(str(number) for number in range(first, first + 3))
    return Excerpt(labels=("a", "b", "c"), cells=cells, first=first, marked=marked, columns=columns)


def test_peeks__rows_with_other_columns_are_another_table() -> None:
    findings = [replace(cell(row), excerpt=excerpt(first, 9, first + 1)) for row, first in ((2, 1), (3, 4), (5, 1))]
    one, two = peeks(Spot(findings=(*findings, cell(6))))
    assert [row for row, _ in one.rows] == [2, 5]
    assert [(label.text, label.marked) for label in one.labels] == [("a", False), ("b", True), ("c", False)]
    assert (one.window, two.window) == ("columns 1 to 3 of 9", "columns 4 to 6 of 9")


def test_peeks__what_is_far_from_the_mark_is_not_printed() -> None:
    far = Excerpt(labels=("",) * 12, cells=("",) * 12, first=1, marked=(2,), columns=12)
    (peek,) = peeks(Spot(findings=(replace(cell(2), excerpt=far),)))
    assert [label.far for label in peek.labels] == [False] * 6 + [True] * 6
    (whole,) = peeks(Spot(findings=(replace(cell(2), excerpt=replace(far, marked=())),)))
    assert not any(label.far for label in whole.labels)
    assert whole.window == ""


@pytest.mark.parametrize("words", ATTACKS)
def test_page__an_attack_is_shown_as_it_is(words: str) -> None:
    found = Page(page.render(hostile(words)))
    assert words in found.classes["value"]
    assert words in found.classes["hit"]
    assert not {"img", "base", "iframe", "form", "link"} & set(found.tags)


@pytest.mark.parametrize("words", ["\0", "\ud800", "\u202egnp.exe", "\ufffe"])
def test_page__is_utf_8_without_hidden_characters(words: str) -> None:
    document = page.render(hostile(words)).encode("utf-8").decode("utf-8")
    assert not re.search("[\0\u202e]", document)


def test_formats__every_face_of_one_report() -> None:
    faces = {name: face(REPORT, "sub") for name, face in FORMATS.items()}
    assert list(faces) == ["text", "json", "lines", "sarif", "junit", "html"]
    assert all("town-budget" in face and face.endswith("\n") for name, face in faces.items() if name != "sarif")
    assert "sub/data/budget.csv" in faces["sarif"]


# A real browser. The page is put into a frame as wide as a phone, unchanged; its parent looks at it from outside.

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FRAME = """<!DOCTYPE html><body style="margin:0"><pre id="seen"></pre>
<iframe style="width:{width}px;height:800px;border:0" srcdoc="{document}"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const page = frame.contentDocument, root = page.documentElement;
  const table = page.querySelector("#findings, #datasets");
  page.querySelectorAll("details").forEach((details) => (details.open = true));
  const column = (i) => [...(table?.querySelectorAll("tbody tr") ?? [])].map((row) => row.cells[i].textContent);
  const buttons = [...(table?.querySelectorAll("th button") ?? [])];
  const clicked = (i) => (buttons[i].click(), column(i));
  const seen = {{
    width: root.clientWidth,
    overflow: Math.max(root.scrollWidth, page.body.scrollWidth),
    title: page.title,
    rows: column(2),
    up: buttons.length ? clicked(2) : [],
    down: buttons.length ? clicked(2) : [],
    kinds: buttons.length ? clicked(0) : [],
    background: getComputedStyle(page.querySelector("main") ?? page.body).color,
    hit: page.querySelector("td.hit")?.getBoundingClientRect().left ?? 0,
    hacked: Boolean(window.hacked ?? frame.contentWindow.hacked),
  }};
  const filter = page.querySelector("input");
  if (filter) {{
    filter.value = "LICENCE";
    filter.dispatchEvent(new Event("input"));
    seen.filtered = [...(table?.querySelectorAll("tbody tr") ?? [])].filter((row) => row.offsetHeight).length;
  }}
  document.getElementById("seen").textContent = JSON.stringify(seen);
}};
</script>"""


def browser() -> list[str]:
    """The command line of a browser that sees nobody and nothing but the page; skips the test where there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)} is on PATH")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return [program, *quiet, "--proxy-server=127.0.0.1:9"]


def look(folder: Path, document: str, width: int, flags: Iterable[str] = ()) -> tuple[dict[str, Any], str]:
    """What a browser sees of the page, and what it complains of."""
    path = folder / "frame.html"
    path.write_text(FRAME.format(width=width, document=html.escape(document)), encoding="utf-8")
    command = [*browser(), f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr"]
    command += ["--window-size=1400,900", "--virtual-time-budget=2000", *flags, "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    seen = re.search('<pre id="seen">(.+?)</pre>', done.stdout, re.DOTALL)
    assert seen, done.stderr
    found: dict[str, Any] = json.loads(html.unescape(seen.group(1)))
    return found, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def test_page__in_a_browser_it_sorts_filters_and_complains_of_nothing(tmp_path: Path) -> None:
    report = Report(dataset=REPORT.dataset, findings=(*REPORT.findings, cell(30)))
    seen, complaints = look(tmp_path, page.render(report), 1200)
    assert complaints == ""
    assert seen["title"] == "town-budget is not valid"
    assert seen["rows"] == ["7", "3", "4", "5", "30", "9", "", ""]
    assert seen["up"] == ["", "", "3", "4", "5", "7", "9", "30"]
    assert seen["down"] == ["30", "9", "7", "5", "4", "3", "", ""]
    assert seen["kinds"] == [*["error"] * 6, "warning", "notice"]
    assert seen["filtered"] == 1


LONG = "unbroken" * 40
WIDE = Report(
    dataset=LONG,
    findings=(
        replace(cell(2), excerpt=Excerpt(labels=(LONG,) * 20, cells=(LONG,) * 20, first=9, marked=(20,), columns=99)),
        *(check("k").at(Place(file=f"{LONG}.csv", row=row, field=LONG), LONG, value=LONG) for row in range(2, 40)),
        check("w", Severity.WARNING).at(Place(file="datapackage.json", pointer=f"/{LONG}"), f"`{LONG}`", advice=LONG),
        *(check("a").at(Place(file="f.csv", field="f", row=5), words, value=words) for words in ATTACKS),
    ),
    tables=(
        TableFacts(resource="r", files=(LONG,), rows=10**12, fields=10**6, bytes=10**14, judged=False, reason=LONG),
    ),
)


@pytest.mark.parametrize("width", [360, 390, 720, 1200])
def test_page__in_a_browser_nothing_is_wider_than_the_screen(tmp_path: Path, width: int) -> None:
    seen, complaints = look(tmp_path, page.render(WIDE), width)
    assert complaints == ""
    assert seen["overflow"] <= width
    assert 0 < seen["hit"] < width  # a wide row is moved to where the marked cell is seen
    assert not seen["hacked"]


def test_page__on_paper_nothing_is_cut_off(tmp_path: Path) -> None:
    """With the print style in force on a screen as wide as A4 (and without the policy, which forbids such a style)."""
    document = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.render(WIDE))
    seen, complaints = look(tmp_path, document.replace("@media print", "@media all"), 700)
    assert complaints == ""
    assert seen["overflow"] <= 700


def test_page__in_a_browser_dark_is_dark(tmp_path: Path) -> None:
    light, _ = look(tmp_path, page.render(REPORT), 1200)
    dark, _ = look(tmp_path, page.render(REPORT), 1200, ["--blink-settings=preferredColorScheme=0"])
    brightness = [sum(map(int, re.findall(r"\d+", seen["background"])[:3])) for seen in (light, dark)]
    assert brightness[0] < 200 < 600 < brightness[1]  # the colour of the words
