"""Names and addresses that must never become rows, as a pull request would bring them: each is refused with its reason."""

from __future__ import annotations

import pytest

from osds.registry.forge import Person
from tests.registry.desk import ALICE, BASE, KNOWN, ask, fact, said
from tests.registry.test_entering import HOSTILE_NAMES
from tests.registry.test_urls import HOSTILE as HOSTILE_URLS

ROW = "{url},{name},{owner},,,,,\n"


def request(url: str = "https://github.com/alice/schools", name: str = "schools", owner: str = "alice") -> str:
    return BASE + ROW.format(url=url, name=name, owner=owner)


def test_a_good_row_is_allowed() -> None:
    assert said(ask(request())) == "allow"


URLS = [
    *HOSTILE_URLS,
    "https://github.com/alice/schools.git",
    "https://github.com/alice/schools/",
    "https://github.com/alice/schools/.",
    "https://github.com//schools",
    "https:///alice/schools",
    "https:/github.com/alice/schools",
    "HTTPS://github.com/alice/schools",
    "https://GitHub.com/alice/schools",
    "https://alice:secret@github.com/alice/schools",
    "https://github.com@evil.example/alice/schools",
    "https://github.com:443/alice/schools",
    "https://github.com\\alice\\schools",
    "https://github.com/alice/schools%2f..",
    "https://github.com/alice/.. /x",
    "https://github.com/-alice/schools",
    "https://github.com/alice/schools;x",
    "https://github.com/alice/$(id)",
    "https://github.com/alice/`id`",
    "https://2130706433/alice/schools",
    "https://0x7f.0.0.1/alice/schools",
    "https://169.254.169.254/alice/schools",
    "https://[::ffff:169.254.169.254]/alice/schools",
    "https://xn--/alice/schools",
    "https://example.o/alice/schools",
    "ssh://git@github.com/alice/schools",
    "git@github.com:alice/schools",
    "git+https://github.com/alice/schools",
    "data:text/plain,x",
    "\u202ehttps://github.com/alice/schools",
    "https://github.com/alice/schools\u200b",
    "https://github.com/alice/schools\u2028",
    "https://evil.example/alice/schools",
    "https://github.com.evil.example/alice/schools",
    "https://github.com/mallory/schools",
    "https://github.com/alice/budget",
    "https://github.com/ALICE/Budget",
]


@pytest.mark.parametrize("url", URLS)
def test_url__never_becomes_a_row(url: str) -> None:
    decision = ask(request(url=url))
    assert decision.catalog is None
    outcome, code = said(decision).split()[:2]
    assert (outcome, code) in {
        ("refuse", "bad-value"),
        ("refuse", "bad-row"),
        ("refuse", "twice"),
        ("refuse", "line-ends"),
        ("refuse", "owner-differs"),
        ("refuse", "host"),
        ("wait", "unreachable"),
    }
    assert all(reason.kind.advice for reason in decision.reasons)


def test_url__there_are_enough_of_them() -> None:
    assert len(set(URLS)) >= 60


NAMES = [
    *((name, "") for name in HOSTILE_NAMES),
    ("budget", "twice"),
    ("bud-get", "twice"),
    ("b.u.d_get", "twice"),
    ("latest", "name-reserved"),
    ("api", "name-reserved"),
    ("a-p-i", "name-reserved"),
    ("core", "name-reserved"),
    ("index", "name-reserved"),
    ("in.dex", "name-reserved"),
    ("con", "name-reserved"),
    ("nul", "name-reserved"),
    ("aggregates", "name-reserved"),
    ("datapackage", "name-reserved"),
    ("old-name", "name-retired"),
    ("oldname", "name-retired"),
    ("old.name", "name-retired"),
    ("boost-armenia", "look-alike"),
    ("boost-armenla", "look-alike"),
    ("boost-arrnenia", "look-alike"),
    ("b0ost-armenia", "look-alike"),
    ("boost-armeni", "look-alike"),
    ("boost-armeniaa", "look-alike"),
    ("boost-aremnia", "look-alike"),
    ("boost-armenia-", ""),
    ("boost-armenja", "look-alike"),
    ("roads\u200b", ""),
    ("ro\u0430ds", ""),
    ("roads\ufeff", ""),
    ("roads\u00ad", ""),
    ("ｒoads", ""),
    ("ROADS", ""),
    ("roads/../x", ""),
    ("roads%00", ""),
    ("..", ""),
    ("-", ""),
    ("--", ""),
    ("0" * 101, ""),
]


@pytest.mark.parametrize(("name", "code"), NAMES)
def test_name__never_becomes_a_row_by_itself(name: str, code: str) -> None:
    facts = KNOWN | fact("alice/schools", name=name, number=44)
    decision = ask(request(name=name), facts=facts, retired=frozenset({"alice/oldname"}))
    assert decision.catalog is None
    found = said(decision).split()[1]
    assert found == code if code else found in {"bad-value", "bad-row", "line-ends"}


def test_name__there_are_enough_of_them() -> None:
    assert len({name for name, _ in NAMES}) >= 60


OWNERS = [
    "alicf",
    "al1ce",
    "alic-e",
    "a-lice",
    "alise",
    "laice",
    "alce",
    "aliice",
    "os_data",
    "0s-data",
    "b-o-b",
    "b0b",
]


@pytest.mark.parametrize("owner", OWNERS)
def test_owner__who_looks_like_another_is_looked_at(owner: str) -> None:
    facts = fact(f"{owner}/schools", number=44)
    head = request(url=f"https://github.com/{owner}/schools", owner=owner)
    assert said(ask(head, Person(id=70, login=owner), facts=facts)) == "human similar-owner"


@pytest.mark.parametrize("owner", ["alice2x", "bo", "bobs", "rob", "city"])
def test_owner__who_is_different_enough_is_not(owner: str) -> None:
    facts = fact(f"{owner}/schools", number=44)
    head = request(url=f"https://github.com/{owner}/schools", owner=owner)
    assert said(ask(head, Person(id=70, login=owner), facts=facts)) == "allow"


MANY = "".join(ROW.format(url=f"https://github.com/a/r{n}", name=f"n{n}", owner="a") for n in range(101))


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (BASE.encode("utf-16"), "byte-order-mark"),
        (b"\xef\xbb\xbf" + BASE.encode(), "byte-order-mark"),
        (BASE.replace("roads", "straße").encode("latin-1"), "not-utf8"),
        (BASE.replace("\n", "\r\n").encode(), "line-ends"),
        (BASE.replace("\n", "\r").encode(), "line-ends"),
        (BASE[:-1].encode(), "last-line"),
        (b"", "last-line"),
        (b"\n", "header"),
        (BASE.replace("title", "Title").encode(), "header"),
        (BASE.replace("url,name", "name,url").encode(), "header"),
        (BASE.replace("title", "title,more").encode(), "header"),
        (b'"url",name,owner,core,repository_id,owner_id,status,title\n', "header"),
        ((BASE + "\n").encode(), "bad-row"),
        ((BASE + "x\n").encode(), "bad-row"),
        ((BASE + '"\n').encode(), "bad-row"),
        ((BASE + "a\tb,,,,,,,\n").encode(), "bad-row"),
        ((BASE + "\0,,,,,,,\n").encode(), "bad-row"),
        (request(name="Schools").encode(), "bad-value"),
        ((BASE + "https://github.com/alice/schools,schools,alice,yes,,,,\n").encode(), "bad-value"),
        ((BASE + "https://github.com/alice/schools,schools,alice,,,,,=1+1\n").encode(), "bad-value"),
        ((BASE + "https://github.com/alice/schools,schools,alice,,,,,@x\n").encode(), "bad-value"),
        ((BASE + BASE.split("\n")[1] + "\n").encode(), "twice"),
        (BASE.replace("https://github.com/bob/roads", '"https://github.com/bob/roads"').encode(), "requoted"),
        (BASE.encode(), "nothing-asked"),
        ("\n".join([BASE.split("\n")[0], *BASE.split("\n")[3:0:-1], ""]).encode(), "reordered"),
        ((request() + "x" * 5000 + "\n").encode(), "bad-row"),
        ((BASE + f"https://github.com/alice/schools,schools,alice,,,,,{'x' * 5000}\n").encode(), "too-large"),
((BASE + MANY).encode(), "too-large"),
    ],
)  # fmt: skip
def test_file__what_programs_do_to_it_has_its_own_reason(head: bytes, code: str) -> None:
    decision = ask(head, ALICE)
    assert [reason.kind.code for reason in decision.reasons] == [code]
    assert (decision.outcome, decision.catalog) == ("refuse", None)
