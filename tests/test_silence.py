from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from osds.errors import UsageError
from osds.report import Check, Finding, Place, Report, Severity
from osds.silence import SILENCE_SCHEMA, Silence, apply_silences, parse_silences


def check(code: str, severity: Severity, *, unsafe: bool = False) -> Check:
    return Check(code=code, severity=severity, title="T", explanation="E", advice="A", unsafe=unsafe)


SIGNS = check("mixed-signs", Severity.NOTICE)
JUMP = check("total-jump", Severity.WARNING)
CELL = check("type-error", Severity.ERROR)
UNSAFE = check("odd-path", Severity.WARNING, unsafe=True)


def report(*findings: Finding) -> Report:
    return Report(dataset="budget", findings=findings)


def silence(code: str, where: str | None = None) -> Silence:
    return Silence(check=code, where=where, reason="as it should be")


def told(done: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in done.findings]


def test_apply__counts_and_gives_the_reason() -> None:
    done = apply_silences(
        report(JUMP.at(Place(), "a"), SIGNS.at(Place(), "b"), SIGNS.at(Place(), "c")), [silence("mixed-signs")]
    )
    assert told(done) == [("total-jump", "a"), ("silenced", "2 findings of 'mixed-signs': as it should be")]
    assert done.findings[-1].severity is Severity.NOTICE
    assert done.findings[-1].place == Place(file="osds.yml")
    assert done.dataset == "budget"


@pytest.mark.parametrize("where", ["data/a.csv", "executed", "/model/measures", "'Refunds'", "-500", "exec"])
def test_apply__where_is_found_anywhere_in_a_finding(where: str) -> None:
    place = Place(file="data/a.csv", field="executed", pointer="/model/measures/1")
    finding = SIGNS.at(place, "the payee 'Refunds' is odd", value="-500")
    assert told(apply_silences(report(finding), [silence("mixed-signs", where)])) == [
        ("silenced", f"1 finding of 'mixed-signs' with {where!r}: as it should be")
    ]


def test_apply__leaves_what_it_does_not_mean() -> None:
    findings = report(SIGNS.at(Place(field="approved"), "b"), JUMP.at(Place(field="executed"), "a"))
    assert apply_silences(findings, [silence("mixed-signs", "executed"), silence("year-gap")]) == findings
    assert apply_silences(findings, []) == findings


def test_apply__never_an_error() -> None:
    findings = report(CELL.at(Place(), "x"), UNSAFE.at(Place(), "y"), SIGNS.at(Place(), "z"))
    done = apply_silences(findings, [silence("type-error"), silence("odd-path")])
    assert told(done) == [
        ("type-error", "x"),
        ("odd-path", "y"),
        ("mixed-signs", "z"),
        ("silenced", "0 findings of 'type-error': as it should be (1 finding left, because errors are never silenced)"),
        ("silenced", "0 findings of 'odd-path': as it should be (1 finding left, because errors are never silenced)"),
    ]
    assert not done.valid


def test_apply__one_code_may_be_error_and_warning() -> None:
    warning = check("type-error", Severity.WARNING).at(Place(), "w")
    done = apply_silences(report(CELL.at(Place(), "x"), warning), [silence("type-error")])
    assert told(done)[1][1] == (
        "1 finding of 'type-error': as it should be (1 finding left, because errors are never silenced)"
    )


def test_apply__the_first_that_fits_counts() -> None:
    findings = report(SIGNS.at(Place(field="a"), "1"), SIGNS.at(Place(field="b"), "2"))
    done = apply_silences(findings, [silence("mixed-signs", "a"), silence("mixed-signs"), silence("mixed-signs", "b")])
    assert [message.split(":")[0] for _, message in told(done)] == [
        "1 finding of 'mixed-signs' with 'a'",
        "1 finding of 'mixed-signs'",
    ]


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        (None, ()),
        ([], ()),
        ([{"check": "a", "reason": "b"}], (Silence(check="a", where=None, reason="b"),)),
        (
            [{"check": " a ", "where": "x.csv", "reason": "b c"}, {"check": "d", "where": None, "reason": "é"}],
            (Silence(check="a", where="x.csv", reason="b c"), Silence(check="d", where=None, reason="é")),
        ),
    ],
)
def test_parse(value: object, entries: tuple[Silence, ...]) -> None:
    assert parse_silences(value) == entries


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("mixed-signs", "must be a list"),
        ({"check": "a", "reason": "b"}, "must be a list"),
        ([{"check": "a", "reason": "b"}] * 101, "at most 100"),
        (["mixed-signs"], "entry 1 of silence must have the keys"),
        ([{"check": "a", "reason": "b"}, {"check": "a"}], "entry 2 of silence has no `reason`"),
        ([{"reason": "b"}], "has no `check`"),
        ([{"check": "a", "reason": "b", "severity": "error"}], "unknown key 'severity'"),
        ([{"check": "a", "reason": "b", 1: 2}], "unknown key 1"),
        ([{"check": "a", "reason": 5}], "`reason` must be one line"),
        ([{"check": "a", "reason": ""}], "`reason` must be one line"),
        ([{"check": "a", "reason": "b\nc"}], "`reason` must be one line"),
        ([{"check": "a", "reason": "\x1b[31m"}], "`reason` must be one line"),
        ([{"check": "a", "reason": "b" * 501}], "at most 500"),
        ([{"check": ["a"], "reason": "b"}], "`check` must be one line"),
        ([{"check": "a", "where": True, "reason": "b"}], "`where` must be one line"),
    ],
)
def test_parse__says_what_is_wrong(value: object, words: str) -> None:
    with pytest.raises(UsageError, match=r"osds\.yml") as caught:
        parse_silences(value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_schema__agrees_with_parse() -> None:
    Draft202012Validator.check_schema(SILENCE_SCHEMA)
    schema = Draft202012Validator(SILENCE_SCHEMA)
    assert schema.is_valid([{"check": "a", "where": "b", "reason": "c"}])
    for wrong in ("a", [{"check": "a"}], [{"check": "a", "reason": ""}], [{"check": "a", "reason": "b", "c": "d"}]):
        assert not schema.is_valid(wrong)
        with pytest.raises(UsageError):
            parse_silences(wrong)
