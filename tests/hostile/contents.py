"""Hostile sizes, JSON, patterns, tables, values and texts."""

from __future__ import annotations

import json
from typing import Any

from tests.hostile.cases import HEADER, POINTER, one
from tests.samples import MODEL, SCHEMA, descriptor


# A7: too much of everything
def text_fields(count: int) -> list[dict[str, Any]]:
    return [{"name": f"c{i}", "type": "string"} for i in range(count)]


WIDE = b",".join(b"c%d" % i for i in range(2001)) + b"\n"
SIZES = [
    one("columns", "table-limit", 3, files={"budget.csv": WIDE}),
    one("columns-20000", "table-limit", 3, files={"budget.csv": b"," * 20_000}),
    one("cell", "table-limit", 3, files={"budget.csv": HEADER + b"2023,01," + b"x" * (6 << 20) + b",1\n"}),
    one("quoted-cell", "table-limit", 3, files={"budget.csv": HEADER + b'2023,01,"' + b"x\n" * (3 << 20) + b'",1\n'}),
    one("a-large-cell", "", 0, files={"budget.csv": HEADER + b"2023,01," + b"x" * (1 << 20) + b",1\n"}),
    one("no-line-end", "table-limit", 3, files={"budget.csv": b"x" * (6 << 20)}),
    one("many-errors", "error-limit", 1, files={"budget.csv": HEADER + b"x,1,x,y\n" * 20_000}),
    one("digits", "", 1, files={"budget.csv": HEADER + b"1" * 500_000 + b",01,x,1\n"}),
    one("fields", "", 1, resource={"schema": {"fields": text_fields(2001)}}),
    one(
        "resources",
        "",
        1,
        package={"resources": [{"name": f"r{i}", "path": "budget.csv", "schema": SCHEMA} for i in range(501)]},
    ),
    one("parts-500", "", 0, resource={"path": ["budget.csv"] * 500}),
    one("parts-100000", "descriptor-schema", 1, resource={"path": ["budget.csv"] * 100_000}),
    one("missing-parts", "findings-more", 1, resource={"path": [f"{i}.csv" for i in range(1000)]}),
    one(
        "measures",
        "findings-more",
        1,
        package={"model": {**MODEL, "measures": {f"m{i}": {"source": "x"} for i in range(2000)}}},
    ),
    one(
        "enum",
        "",
        1,
        resource={"schema": {"fields": [{"name": "year", "constraints": {"enum": [str(i) for i in range(100_000)]}}]}},
    ),
    one("title", "", 0, package={"title": "x" * 1_000_000}),
    one("label", "", 1, files={"budget.csv": b"x" * 1_000_000 + b",code,label,amount\n"}),
    one(
        "missing-values",
        "",
        0,
        resource={"schema": {**SCHEMA, "missingValues": [str(i) for i in range(50_000, 90_000)]}},
    ),
    one("header-rows", "", 1, resource={"dialect": {"headerRows": [10**9]}}),
    one("inline", "", 1, resource={"path": None, "data": [["year"], *[[i] for i in range(5000)]]}),
]

# A8: what is no JSON, or too much of it
DEEP = b'{"name": "x", "resources": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
JSON = [
    one("empty", "json-invalid", 1, raw=b""),
    one("text", "json-invalid", 1, raw=b"hello"),
    one("list", "", 1, raw=b"[]"),
    one("null", "descriptor-schema", 1, raw=b"null"),
    one("keys", "", 1, raw=b'{"name": "a", ' + b",".join(b'"k%d": 0' % i for i in range(250_000)) + b"}"),
    one(
        "one-key-twice",
        "json-duplicate-key",
        1,
        raw=b'{"a": 0, "a": 0, ' + b",".join(b'"k%d": 0' % i for i in range(250_000)) + b"}",
    ),
    one(
        "keys-twice",
        "json-duplicate-key",
        1,
        raw=b"{" + b",".join(b'"k%d": 0' % (i % 9999) for i in range(250_000)) + b"}",
    ),
    one(
        "a-million-errors",
        "descriptor-schema",
        1,
        raw=b'{"name": "a", "resources": [' + b",".join([b"1"] * 1_000_000) + b"]}",
    ),
    one("deep", "json-limit", 3, raw=DEEP),
    one("deep-90", "json-limit", 3, raw=DEEP.replace(b"[" * 100_000, b"[" * 90).replace(b"]" * 100_000, b"]" * 90)),
    one("long", "json-limit", 3, raw=b" " * ((4 << 20) + 1)),
    one("duplicate", "json-duplicate-key", 1, raw=b'{"name": "a", "name": "b", "resources": []}'),
    one("nan", "json-invalid", 1, raw=b'{"name": "a", "bytes": NaN, "resources": []}'),
    one("infinity", "json-invalid", 1, raw=b'{"name": "a", "bytes": -Infinity, "resources": []}'),
    one("number", "json-invalid", 1, raw=b'{"name": "a", "bytes": ' + b"9" * 5000 + b', "resources": []}'),
    one("utf-16", "json-invalid", 1, raw='{"name": "a"}'.encode("utf-16")),
    one("latin-1", "json-invalid", 1, raw='{"name": "é"}'.encode("latin-1")),
    one("bom", "json-bom", 1, raw=b'\xef\xbb\xbf{"name": "a", "resources": []}'),
    one("surrogate", "", 1, raw=b'{"name": "\\ud800", "resources": [{"name": "\\udfff", "path": "\\ud800.csv"}]}'),
    one("nul", "", 1, raw=b'{"name": "a\\u0000b", "resources": []}'),
    one("types", "descriptor-schema", 1, raw=b'{"name": 1, "resources": {"a": []}, "licenses": "x"}'),
    one("resource-types", "descriptor-schema", 1, raw=b'{"name": "a", "resources": [1, null, [], "x"]}'),
    one("cut", "json-invalid", 1, raw=json.dumps(descriptor()).encode()[:-5]),
    one("pointer", "", 1, raw=POINTER),
]

# A9: patterns that never end, and that are none
EVIL = ("(a+)+$", "(a|a)*$", "(.*a){25}$", "([a-z]+)*$")
PATTERNS = [
    one(
        f"redos-{i}",
        "limit-reached",
        3,
        files={"budget.csv": HEADER + b"2023,01," + b"a" * 60 + b"!,1\n"},
        resource={
            "schema": {
                "fields": [*SCHEMA["fields"][:2], {"name": "label", "constraints": {"pattern": p}}, SCHEMA["fields"][3]]
            }
        },
        arguments=("--max-seconds", "1"),
    )
    for i, p in enumerate(EVIL)
]
NO_PATTERNS = (
    "([",
    "(?P<x",
    "a{99999999999}",
    "(?<=a*)b",
    "\\",
    "x" * 100_000,
    "(" * 500 + ")" * 500,
    "(?R)",
    "[[:alpha:]]",
)
PATTERNS += [
    one(
        f"pattern-{i}",
        "",
        1,
        resource={
            "schema": {
                "fields": [*SCHEMA["fields"][:2], {"name": "label", "constraints": {"pattern": p}}, SCHEMA["fields"][3]]
            }
        },
    )
    for i, p in enumerate(NO_PATTERNS)
]

# A10: what a CSV file should not be
ENCODINGS = ("zlib_codec", "rot13", "no-such", "utf-7", "idna", "../x", "x" * 10_000, "unicode_escape", "undefined")
TABLES = [
    one("nul", "nul-byte", 1, files={"budget.csv": HEADER + b"2023,01,a\0b,1\n"}),
    one("zeros", "nul-byte", 1, files={"budget.csv": bytes(100_000)}),
    one("lone-return", "lone-return", 0, files={"budget.csv": HEADER + b"2023,01,x,1\r2023,02,y,2\n"}),
    one("unclosed", "quote-unclosed", 1, files={"budget.csv": HEADER + b'2023,01,"x,1\n2023,02,y,2\n'}),
    one("after-quote", "quote-misplaced", 1, files={"budget.csv": HEADER + b'2023,01,"x"y,1\n'}),
    one("ragged", "missing-cell", 1, files={"budget.csv": HEADER + b"2023\n,,,,,,\n"}),
    one("binary", "", 1, files={"budget.csv": bytes(range(256)) * 100}),
    one("quotes", "", 1, files={"budget.csv": b'"' * 100_001}),
    one("returns", "", 1, files={"budget.csv": b"\r" * 100_000}),
    one("nothing", "source-error", 1, files={"budget.csv": b""}),
    one("bom-only", "", 1, files={"budget.csv": b"\xef\xbb\xbf"}),
    one("utf-16-unsaid", "", 1, files={"budget.csv": b"\xff\xfe" + bytes(1001)}),
    one("dialect-types", "", 1, resource={"dialect": {"delimiter": 7, "quoteChar": [], "header": "x"}}),
    one("dialect-long", "", 1, resource={"dialect": {"delimiter": "x" * 1000}}),
    one("dialect-quote", "", 1, resource={"dialect": {"delimiter": '"', "quoteChar": '"'}}),
]
TABLES += [one(f"encoding-{i}", "", -1, resource={"encoding": e}) for i, e in enumerate(ENCODINGS)]

# A12: numbers and dates beyond reason
NUMBERS = "1e999999999 -1e-999999999 9e9999999999999999999 nan inf -Infinity 1_000 ٣ 0x10".split()
VALUES = [
    one(f"number-{i}", "", -1, files={"budget.csv": HEADER + f"2023,01,x,{n}\n".encode()})
    for i, n in enumerate(NUMBERS)
]
DATES = ("0000-00-00", "99999-01-01", "2023-02-30", "-1-1-1")
VALUES += [
    one(
        f"date-{i}",
        "type-error",
        1,
        files={"budget.csv": HEADER + f"{date},01,x,1\n".encode()},
        resource={"schema": {"fields": [{"name": "year", "type": "date"}, *SCHEMA["fields"][1:]]}},
    )
    for i, date in enumerate(DATES)
]

# A13 to A16: names and texts that mean something where they are shown
NAMES = ("../x", "a/b", ".git", "a..b", "", "A", "a b", "con\0", "=1+1", "аdmin", "a\u202eb", "x" * 101, "a.git", "-rf")
NAMED = [one(f"name-{i}", "", 1, package={"name": name}) for i, name in enumerate(NAMES)]
TEXTS = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \b\b\b\r\x9b31m",
    "::error file=x::y\n::stop-commands::z\n##[add-mask]e",
    "<script>alert(1)</script> <img src=x onerror=y> [x](javascript:alert(1))",
    "\u202e\u2066 \u200b \ufeff \u2028",
    "${{ secrets.GITHUB_TOKEN }} $(id) `id` %0A::error::",
)
SHOWN = [
    one(
        f"text-{i}",
        "type-error",
        1,
        package={"title": t, "description": t},
        files={"budget.csv": HEADER + b"2023,01,x," + t.replace("\n", " ").replace("\r", " ").encode() + b"\n"},
    )
    for i, t in enumerate(TEXTS)
]
SHOWN += [one(f"resource-name-{i}", "", 1, resource={"name": t, "path": "missing.csv"}) for i, t in enumerate(TEXTS)]
SHOWN += [
    one(f"model-text-{i}", "", 1, package={"model": {**MODEL, "measures": {t: {"source": t, "currency": t}}}})
    for i, t in enumerate(TEXTS)
]
