"""What an engine that is asked in SQL, and a reader of bytes, could be lured with: names, keys, bounds, formats, bytes."""

from __future__ import annotations

from typing import Any

from tests.hostile.cases import HEADER, one
from tests.samples import ROWS, SCHEMA

YEAR, CODE, LABEL, AMOUNT = SCHEMA["fields"]


def schema(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"schema": {"fields": list(fields), **more}}


def amount(**more: Any) -> dict[str, Any]:
    return schema(YEAR, CODE, LABEL, {**AMOUNT, **more})


def label(**more: Any) -> dict[str, Any]:
    return schema(YEAR, CODE, {**LABEL, **more}, AMOUNT)


def first(**more: Any) -> dict[str, Any]:
    return schema({"name": "year", **more}, CODE, LABEL, AMOUNT)


# Names that mean something in SQL
SQL = ("c0", "good", "a'); DROP TABLE t; --", 'x" OR 1=1', "k0 FROM target0", "SELECT", "*", "a\nb", "(SELECT 1)", "'")
NAMED_COLUMNS = [
    one(
        f"engine-column-{i}",
        "dangling-source",  # of the model, which knows the column by another name
        1,
        files={"budget.csv": f'year,code,"{name.replace(chr(34), chr(34) * 2)}",amount\n2023,01,x,1\n'.encode()},
        resource=schema(YEAR, CODE, {"name": name, "type": "string", "constraints": {"unique": True}}, AMOUNT),
    )
    for i, name in enumerate(SQL)
]
NAMED_COLUMNS += [
    one(f"engine-enum-{i}", "", 1, resource=label(constraints={"enum": [name, name * 2]})) for i, name in enumerate(SQL)
]
NAMED_FILES = [
    one(f"engine-file-{i}", "", 0, files={name: ROWS.encode()}, resource={"path": name})
    for i, name in enumerate(("bud'get.csv", "a b;c.csv", "{x}.csv", "a,b.csv", "SELECT.csv", "-rf.csv"))
]

# Bytes that are no UTF-8
NOT_UTF_8 = (
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xff",
    b"\x80",
    b"\xc3",
    b"\xe2\x82",
)
BYTES = [
    one(
        f"engine-bytes-{i}",
        "encoding-error",
        1,
        files={"budget.csv": HEADER + b"2023,01,a" + wrong + b",1\n"},
        resource={"encoding": "utf-8"},
    )
    for i, wrong in enumerate(NOT_UTF_8)
]

# Keys that are none
KEYS: tuple[dict[str, Any], ...] = (
    {"primaryKey": ["nope"]},
    {"primaryKey": 7},
    {"primaryKey": [["year"]]},
    {"primaryKey": {"year": 1}},
    {"foreignKeys": {"fields": "code"}},
    {"foreignKeys": [7, None, "x"]},
    {"foreignKeys": [{"fields": "code", "reference": {"resource": "budget", "fields": ["year", "label"]}}]},
    {"foreignKeys": [{"fields": "code", "reference": {"resource": "nope", "fields": "code"}}]},
    {"foreignKeys": [{"fields": "code", "reference": {"resource": "", "fields": "nope"}}]},
    {"foreignKeys": [{"fields": [], "reference": {"resource": "", "fields": []}}]},
    {"uniqueKeys": "x"},
    {"fieldsMatch": ["equal"]},
)
KEYED = [one(f"engine-key-{i}", "", -1, resource=schema(*SCHEMA["fields"], **key)) for i, key in enumerate(KEYS)]
KEYED += [
    one(
        "key-of-nothing",
        "",
        1,
        files={"budget.csv": HEADER + b",,,\n" * 50},
        resource=schema(*SCHEMA["fields"], primaryKey="year"),
    ),
    one("key-of-lists", "", 1, resource=label(type="list", constraints={"unique": True})),
    one(
        "key-repeated",
        "primary-key",
        1,
        files={"budget.csv": HEADER + b"2023,01,x,1\n" * 5000},
        resource=schema(*SCHEMA["fields"], primaryKey=["year", "code"]),
    ),
]


# Bounds, lengths and forms that cannot be
BOUNDS: tuple[Any, ...] = ("x", [], {}, True, 1.5e308, "1e999999999", 10**400, "NaN", "", "9" * 10_000)
FORMS = [
    one(f"engine-bound-{i}", "", -1, resource=amount(constraints={"minimum": bound})) for i, bound in enumerate(BOUNDS)
]
FORMS += [
    one(f"engine-length-{i}", "", -1, resource=label(constraints={"maxLength": length}))
    for i, length in enumerate((-1, 10**30, "3", 1.5, None, True))
]
DATE_FORMATS = ("%", "%Q", "%Y" * 500, "%c", "%j", "%s", "%Y-%m-%d\0", "any", "fmt:%Y", "%-d", "%%", "")
FORMS += [
    one(f"engine-date-{i}", "", -1, resource=first(type="date", format=form)) for i, form in enumerate(DATE_FORMATS)
]
MARKS = ("0", "ab", "-", "\\", "\n", "e", "'", "�", "1", "")
FORMS += [
    one(f"engine-number-{i}", "", -1, resource=amount(decimalChar=mark, groupChar=mark[::-1]))
    for i, mark in enumerate(MARKS)
]
MISSING: tuple[Any, ...] = ("", [1], [None], [["x"]], ["\0"], ["\ud800"], ["x" * 100_000], [{"value": "1"}], [{}])
FORMS += [
    one(f"engine-missing-{i}", "", -1, resource=schema(*SCHEMA["fields"], missingValues=value))
    for i, value in enumerate(MISSING)
]

ENGINE = [*NAMED_COLUMNS, *NAMED_FILES, *BYTES, *KEYED, *FORMS]
