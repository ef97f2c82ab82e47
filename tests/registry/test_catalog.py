"""The registry's table: strict to read, and one changed row is one changed line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.registry.catalog import Catalog, Entry, empty_catalog, parse_catalog
from osds.registry.lines import RegistryFileError

HEADER = "url,name,owner,core\n"
REAL = HEADER + "https://github.com/os-data/boost-armenia,boost-armenia,os-data,core\n"


def row(owner: str, name: str, rest: str = "") -> str:
    return f"https://github.com/{owner}/{name},{name},{owner},{rest}\n"


def entry(owner: str, name: str, **extra: str) -> Entry:
    return Entry(url=f"https://github.com/{owner}/{name}", name=name, owner=owner, extra=extra)


def test_parse_catalog__the_real_one_keeps_its_bytes() -> None:
    catalog = parse_catalog(REAL)
    assert catalog.render() == REAL
    assert catalog.rows[0].entry == Entry(
        url="https://github.com/os-data/boost-armenia", name="boost-armenia", owner="os-data", core="core"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not end with a line feed"),
        ("\n", "line 1: the header"),
        ("name,url,owner,core\n", "line 1: the header"),
        ("\ufeffurl,name,owner,core\n", "line 1: the header"),
        ("url,name,owner,core,core\n", "line 1: the header"),
        ("url,name,owner,core,\n", "line 1: the header"),
        (HEADER.replace("\n", "\r\n"), "line 1 contains a carriage return"),
        (HEADER + row("a", "b")[:-1], "does not end with a line feed"),
        (HEADER + row("a", "b") + "\n", "line 3 has 1 values instead of 4"),
        (HEADER + "https://github.com/a/b,b,a\n", "line 2 has 3 values instead of 4"),
        (HEADER + "https://github.com/a/b,b,a,,\n", "line 2 has 5 values instead of 4"),
        (HEADER + row("a", "b", "Core"), "line 2: The column core has 'Core'"),
        (HEADER + "https://github.com/a/b,B b,a,\n", "line 2: The dataset name 'B b'"),
        (HEADER + "https://github.com/a/b,b,a b,\n", "line 2: The owner 'a b'"),
        (HEADER + "http://github.com/a/b,b,a,\n", "line 2: 'http://github.com/a/b' is not the URL"),
        (HEADER + "https://github.com/a/../b,b,a,\n", "line 2: The URL"),
        (HEADER + "=1,b,a,\n", "line 2: '=1' is not the URL"),
        (HEADER + row("a", "b") + row("a", "b\0"), "line 3 contains the control character"),
        (HEADER + '"https://github.com/a/b,b,a,\n', "line 2 has a stray or unclosed quote"),
        (HEADER + row("a", "b") + row("a", "c") + row("a", "b"), "lines 2 and 4 are both a/b"),
        (HEADER + row("a", "bud-get") + row("A", "budget"), "lines 2 and 3 are too much alike: a/bud-get and A/budget"),
        (HEADER + row("a", "b.c_d") + row("a", "bcd"), "lines 2 and 3 are too much alike"),
        (
            HEADER + "https://github.com/a/x,b,a,\nhttps://github.com/A/X,c,a,\n",
            "lines 2 and 3 have the same repository",
        ),
        (HEADER + "/srv/x,b,a,\nfile:///srv/x,c,a,\n", "lines 2 and 3 have the same repository"),
        ("url,name,owner,core,note\n" + row("a", "b", ",=cmd"), "line 2: The value of the column note"),
    ],
)
def test_parse_catalog__refuses_and_names_the_line(text: str, said: str) -> None:
    with pytest.raises(RegistryFileError) as refusal:
        parse_catalog(text)
    assert said in str(refusal.value)
    assert refusal.value.next_step


def test_with_entry__adds_one_line_in_order() -> None:
    before = HEADER + row("a", "b") + row("c", "d")
    after = parse_catalog(before).with_entry(entry("b", "z")).render()
    assert after == HEADER + row("a", "b") + row("b", "z") + row("c", "d")


def test_with_entry__replaces_one_line_and_keeps_odd_bytes_elsewhere() -> None:
    before = HEADER + '"https://github.com/a/b","b",a,""\n' + row("c", "d") + '/srv/e,e,e,""\n'
    moved = Entry(url="https://github.com/new/d", name="d", owner="c")
    after = parse_catalog(before).with_entry(moved).render()
    assert after == before.replace("https://github.com/c/d,d,c,", "https://github.com/new/d,d,c,")


def test_with_entry__the_same_again_changes_no_byte() -> None:
    before = HEADER + '"https://github.com/a/b","b",a,""\n'
    catalog = parse_catalog(before)
    assert catalog.with_entry(entry("a", "b")) is catalog
    assert catalog.render() == before


def test_with_entry__unknown_columns_are_kept_and_filled_if_known() -> None:
    before = "url,name,owner,core,title,status\n" + row("a", "b", ',"A, b",ok')
    catalog = parse_catalog(before)
    moved = Entry(url="https://github.com/a/new", name="b", owner="a", extra={"title": "T", "unheard-of": "x"})
    assert catalog.with_entry(moved).render().endswith("https://github.com/a/new,b,a,,T,ok\n")
    assert catalog.with_entry(entry("b", "c", title='say "hi"')).render() == before + row("b", "c", ',"say ""hi""",')


def test_with_entry__an_unsorted_catalog_moves_no_row() -> None:
    before = HEADER + row("z", "z") + row("a", "a")
    assert parse_catalog(before).with_entry(entry("m", "m")).render() == HEADER + row("m", "m") + before[len(HEADER) :]


@pytest.mark.parametrize(
    "clash",
    [entry("A", "b"), entry("a", "b.1"), Entry(url="https://github.com/A/B", name="other", owner="a")],
)
def test_with_entry__refuses_what_looks_like_another_row(clash: Entry) -> None:
    catalog = parse_catalog(HEADER + row("a", "b") + row("a", "b-1"))
    with pytest.raises(RegistryFileError, match=r"lines (2 and 3|3 and 4|2 and 4)"):
        catalog.with_entry(clash)


names = st.from_regex(r"[a-z]{1,3}", fullmatch=True)


@given(st.lists(st.tuples(names, names), max_size=30))
def test_with_entry__any_order_of_arrival_gives_the_same_sorted_file(keys: list[tuple[str, str]]) -> None:
    def fill(ordered: list[tuple[str, str]]) -> Catalog:
        catalog = empty_catalog()
        for owner, name in ordered:
            catalog = catalog.with_entry(entry(owner, name))
        return catalog

    catalog = fill(keys)
    assert catalog == fill(keys[::-1]) == parse_catalog(catalog.render())
    assert [(r.entry.owner, r.entry.name) for r in catalog.rows] == sorted(set(keys))


@given(st.text(max_size=60), st.integers(0, 100))
def test_parse_catalog__any_damage_is_refused_cleanly_or_kept_byte_for_byte(noise: str, at: int) -> None:
    text = REAL[:at] + noise + REAL[at:]
    try:
        catalog = parse_catalog(text)
    except RegistryFileError:
        return
    assert catalog.render() == text


def test_find__by_id() -> None:
    catalog = parse_catalog(REAL)
    found = catalog.rows[0].entry
    assert catalog.find(found.id) == found
    assert catalog.line(found.id) == REAL.split("\n")[1]
    assert catalog.find(entry("os-data", "other").id) is None
