"""Hostile texts, and the places of a dataset where each of them may stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.samples import ROWS, descriptor

FRAGMENTS = (
    *(
        "::error::a",
        "::add-mask::a",
        "::stop-commands::zz",
        "::set-output name=valid::true",
        "::ADD-PATH::/x",
        "::zz::",
    ),
    *("##[add-mask]e", "##[error]x", "##[group]", "###[set-env name=a;b=c]d", "##", "[", "]", "::", ":", "#"),
    *("%0A::error::a", "%3A%3A", "%25", "%", ",title=x", "=", "\n", "\r", "\r\n", "\u2028", "\u00a0", "\t", "\x1b[2K"),
    *(
        "valid<<x\ntrue\nx\n",
        "[a](https://a.example)",
        "![a](https://a.example/a.png)",
        "https://a.example",
        "www.a.example",
    ),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</code>",
        "<!--",
        "]]>",
        "&lt;",
        "@ada",
        "@org/team",
    ),
    *(
        "#7",
        "fixes #7",
        "GH-7",
        "`",
        "``",
        "|",
        "~~",
        "**",
        "__",
        "- [ ] a",
        "\n# a",
        "\n\n    code",
        "\\",
        "ada@a.example",
    ),
    *(
        '"',
        "'",
        "\u202e",
        "\u200b",
        "\ufe0f",
        "\x00",
        "x" * 300,
        "\ud800",
        "=1+1",
        "1,5",
        "{{7*7}}",
        "${{ github.token }}",
    ),
)


@dataclass(kw_only=True)
class Dataset:
    """What is written: the descriptor, the table's rows, where the table lies, what `osds.yml` says."""

    descriptor: dict[str, Any] = field(default_factory=lambda: deepcopy(descriptor()))
    rows: list[list[str]] = field(default_factory=lambda: [line.split(",") for line in ROWS.splitlines()])
    path: str = "budget.csv"
    folder: str = "town"
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def resource(self) -> dict[str, Any]:
        """The one resource of the descriptor."""
        resource: dict[str, Any] = self.descriptor["resources"][0]
        return resource


def _cell(dataset: Dataset, text: str) -> None:
    dataset.rows.append(["2024", text, text, text])


def _column(dataset: Dataset, text: str) -> None:
    dataset.rows[0][2] = text


def _field(dataset: Dataset, text: str) -> None:
    dataset.resource["schema"]["fields"][2]["name"] = text
    dataset.rows[0][2] = text
    dataset.rows.append(["no year", text, text, text])


def _file_name(text: str) -> str:
    return re.sub(r"[/\0]", "_", text).encode("utf-8", "replace").decode()[:60].strip(".") or "x"


def _file(dataset: Dataset, text: str) -> None:
    dataset.path = _file_name(text)
    dataset.resource["path"] = dataset.path
    dataset.rows.append(["no year", "", "", "x"])


def _folder(dataset: Dataset, text: str) -> None:
    dataset.folder = _file_name(text)
    dataset.rows.append(["no year", "", "", "x"])


def _model(dataset: Dataset, text: str) -> None:
    model = dataset.descriptor["model"]
    model["measures"] = {text: {"source": text, "currency": text}}
    model["dimensions"][text] = {"attributes": {text: {"source": text}}, "primaryKey": text}


def _schema(dataset: Dataset, text: str) -> None:
    dataset.resource["schema"]["fields"][2] |= {"type": text, "format": text, "constraints": {"pattern": text}}
    dataset.resource["schema"]["primaryKey"] = text


def _constraint(dataset: Dataset, text: str) -> None:
    dataset.resource["schema"]["fields"][2]["constraints"] = {"enum": [text, text * 2]}


def _resource(dataset: Dataset, text: str) -> None:
    dataset.resource.update(encoding=text, hash=text, dialect={"delimiter": text})


def _silence(dataset: Dataset, text: str) -> None:
    reason = "".join(c if c.isprintable() else " " for c in text)[:400]  # what a reason may be
    dataset.settings["silence"] = [{"check": "mixed-signs", "where": "amount", "reason": reason}]
    dataset.rows.append(["2024", "03", "Refunds", "-1"])


def _setting(dataset: Dataset, text: str) -> None:
    dataset.settings[text] = text


def _of_descriptor(key: str) -> Callable[[Dataset, str], None]:
    def put(dataset: Dataset, text: str) -> None:
        dataset.descriptor[key] = text

    return put


PLACES: Mapping[str, Callable[[Dataset, str], None]] = {
    "cell": _cell,
    "column": _column,
    "field": _field,
    "file": _file,
    "folder": _folder,
    "model": _model,
    "schema": _schema,
    "constraint": _constraint,
    "resource": _resource,
    "silence": _silence,
    "setting": _setting,
    "name": _of_descriptor("name"),
    "title": _of_descriptor("title"),
    "profile": _of_descriptor("profile"),
    "resource name": lambda dataset, text: dataset.resource.update(name=text),
    "resource path": lambda dataset, text: dataset.resource.update(path=text),
    "licence": lambda dataset, text: dataset.descriptor.update(licenses=[{"name": text, "title": text, "path": text}]),
    "country": lambda dataset, text: dataset.descriptor.update(countryCode=text),
    "key": lambda dataset, text: dataset.descriptor.update({text: text}),
}
