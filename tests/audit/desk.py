"""Tiny tables with their models, and what the audit finds in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from osds.audit.audit import audit
from osds.dataset.package import read_package
from osds.fiscal.model import Axis, Dimension, Measure
from osds.progress import Silent
from osds.report import Finding
from osds.settings import Settings
from osds.tables.text import TableText
from tests.aggregates.lab import dimension, measure, model

YEAR = dimension("date", "year", axis=Axis.YEAR)
AMOUNT = measure("amount")
SPENT = replace(AMOUNT, direction="expenditure")


def table(header: str, rows: Iterable[Sequence[object]]) -> str:
    """CSV text of a header such as `year,code,amount` and rows of anything."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return file.getvalue()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where tables are written and audited."""

    root: Path

    def audit(
        self,
        text: str,
        measures: Sequence[Measure],
        *dimensions: Dimension,
        types: Mapping[str, Mapping[str, Any]] | None = None,
        threads: int | None = 1,
        max_cells: int = 1000,
        **descriptor: Any,
    ) -> tuple[Finding, ...]:
        """The findings on one table; other arguments are properties of the descriptor, such as `granularity`."""
        path = self.root / "facts.csv"
        path.write_text(text, encoding="utf-8", newline="")
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        fields = [{"name": name, "type": "string", **(types or {}).get(name, {})} for name in header]
        resource = {"name": "facts", "path": "facts.csv", "schema": {"fields": fields}}
        return audit(
            read_package({"name": "budget", "resources": [resource], **descriptor}),
            model(measures, *dimensions),
            {
                "facts": TableText(
                    resource="facts", paths=(path,), fields=tuple(header), missing_values=("",), rows=len(rows)
                )
            },
            Settings(max_cells=max_cells),
            progress=Silent(),
            threads=threads,
        )

    def messages(self, code: str, *arguments: Any, **more: Any) -> list[str]:
        """The messages of one check; the arguments are those of `audit`."""
        return [finding.message for finding in self.audit(*arguments, **more) if finding.code == code]
