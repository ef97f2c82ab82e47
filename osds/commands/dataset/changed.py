"""`osds validate --changed-since REV`: tables that are as they were then, and known to be good, are not read again.

Being unchanged says nothing of being good: somebody may have committed a bad table. So two things must hold of a table
that is left out. git's own objects say that its bytes, its schema, dialect and keys, and the tables that it refers to are
what they were at REV; and a note says that exactly these bytes were judged before in exactly this way, without a finding
(`osds.tables.known`). The notes lie beside git's own files (`git rev-parse --git-path osds/verdicts`): they are this
clone's alone, and no commit can bring one along. Without a note a table is judged, whatever git says, and leaves one if it
is good. The figures are left out in the same way, if nothing was doubtful in them and no table has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from osds.commands.dataset.seen_files import SeenFiles, Stamp
from osds.dataset import strict_json
from osds.dataset.package import DataPackage, Resource, read_package
from osds.edges.git.past import Past, past_of
from osds.edges.local.notes import Notes
from osds.report import DESCRIPTOR_FILE, Finding, TableFacts
from osds.settings import Settings
from osds.tables.judge import Verdict
from osds.tables.known import from_json, is_the_same, key_of, to_json
from osds.tables.rewriting import files_of, rewrite


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A table as it lay there before it was judged: the key of its verdict, its files, and their stamps."""

    key: str
    files: tuple[str, ...]
    stamps: tuple[Stamp, ...]


@dataclass(frozen=True, kw_only=True)
class Since:
    """What is known at the start of a run. `tables` and `known` are by the table's place in the descriptor.

    `figures` is the key under which it is noted that nothing is doubtful in the figures.
    """

    files: SeenFiles
    notes: Notes
    tables: dict[int, Seen]
    known: dict[int, TableFacts]
    figures: str

    def learn(self, package: DataPackage, verdicts: Iterable[Verdict], odd: Iterable[Finding]) -> Iterator[Verdict]:
        """The same verdicts. Good ones are noted, unless something is `odd` in a file, or it was changed meanwhile."""
        strange = {finding.place.file for finding in odd}
        for resource, verdict in zip(package.resources, verdicts, strict=True):
            yield verdict
            seen, note = self.tables.get(resource.index), to_json(verdict)
            if seen is not None and note is not None and not strange.intersection(seen.files) and self._is_still(seen):
                self.notes.write(seen.key, note)

    def knows_figures(self, judged: Collection[TableFacts]) -> bool:
        """True if nothing was doubtful in the figures of these same tables."""
        return all(facts.known for facts in judged) and self.notes.read(self.figures) == {"doubtful": 0}

    def learn_figures(self) -> None:
        """Note that nothing is doubtful in the figures, unless a file was changed meanwhile."""
        if all(map(self._is_still, self.tables.values())):
            self.notes.write(self.figures, {"doubtful": 0})

    def _is_still(self, seen: Seen) -> bool:
        return self.files.stamps(seen.files) == seen.stamps


def look_back(folder: Path, package: DataPackage, readable: Collection[str], settings: Settings) -> Since:
    """What is known of the tables at `settings.changed_since`. Raises `UsageError` if git knows no such revision."""
    revision = settings.changed_since or ""
    past = past_of(folder, revision)
    files, notes = SeenFiles(past=past, notes=Notes(folder=past.notes("files"))), Notes(folder=past.notes("verdicts"))
    before, may_read = _package_at(past), frozenset(readable)
    limits = (settings.limit_errors, settings.max_seconds, settings.max_memory)
    tables, known = {}, {}
    for resource in package.resources:
        if resource.name not in may_read or package.resource(resource.name) is not resource:
            continue
        descriptor, _ = rewrite(package, resource, may_read)
        paths = files_of(descriptor)
        stamps = files.stamps(paths)
        digests = {path: files.hashes(path).sha256 for path in paths}
        seen = Seen(key=key_of(descriptor, digests, ("rows and bytes", *limits)), files=paths, stamps=stamps)
        tables[resource.index] = seen
        if before is not None and _is_unchanged(files, package, resource, before, may_read):
            reason = f"unchanged since {revision}, and judged without errors before"
            facts = from_json(notes.read(seen.key), resource, reason)
            if facts is not None:
                known[resource.index] = facts
    figures = key_of({**package.raw, "resources": []}, {}, ("figures", package.raw, [t.key for t in tables.values()]))
    return Since(files=files, notes=notes, tables=tables, known=known, figures=figures)


def _is_unchanged(
    files: SeenFiles, package: DataPackage, resource: Resource, before: DataPackage, readable: frozenset[str]
) -> bool:
    descriptor, _ = rewrite(package, resource, readable)
    return is_the_same(package, resource, before, readable) and all(
        files.past.has(path, files.hashes(path)) for path in files_of(descriptor)
    )


def _package_at(past: Past) -> DataPackage | None:
    """The descriptor as it was; None if there was none that can be read."""
    content = past.read(DESCRIPTOR_FILE, strict_json.MAX_BYTES)
    value, _ = strict_json.load(content) if content is not None else (None, ())
    return read_package(value) if isinstance(value, dict) else None
