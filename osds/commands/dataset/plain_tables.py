"""The judged tables that a fiscal model names, as plain CSV for as long as somebody reads them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from osds.dataset.package import DataPackage
from osds.fiscal.joins import named_resources
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import TableFacts
from osds.tables.reading import plain_text
from osds.tables.text import TableText


@contextmanager
def plain_tables(
    folder: Path, package: DataPackage, model: FiscalModel, judged: Sequence[TableFacts], progress: Progress
) -> Iterator[dict[str, TableText]]:
    """The tables by resource; copies, where they are needed, are deleted at the end. All must be valid."""
    wanted = named_resources(model)
    with tempfile.TemporaryDirectory(prefix="osds-") as scratch:
        yield {
            facts.resource: plain_text(folder, package, facts, scratch=Path(scratch), progress=progress)
            for facts in judged
            if facts.resource in wanted and facts.judged
        }
