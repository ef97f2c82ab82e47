"""`osds validate --changed-since REV`: tables that are as they were then, and known to be good, are not read again.

Being unchanged says nothing of being good: somebody may have committed a bad table. So two things must hold of a table
that is left out. git's own objects say that its bytes, its schema, dialect and keys, and the tables that it refers to are
what they were at REV; and a note says that exactly these bytes were judged before in exactly this way, without a finding
(`osds.tables.known`). The notes lie beside git's own files (`git rev-parse --git-path osds/verdicts`): they are this
clone's alone, and no commit can bring one along. Without a note a table is judged, whatever git says, and leaves one if it
is good. The bytes of all tables are looked at each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from osds.dataset import strict_json
from osds.dataset.package import DataPackage, Resource, read_package
from osds.edges import files
from osds.edges.git_past import Past, past_of
from osds.edges.notes import Notes
from osds.report import DESCRIPTOR_FILE, TableFacts
from osds.settings import Settings
from osds.tables.judge import Verdict
from osds.tables.known import from_json, is_the_same, key_of, to_json
from osds.tables.rewriting import files_of, rewrite

Stamp = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A table as it lay there before it was judged: the key of its verdict, and the stamps of its files."""

    key: str
    stamps: tuple[tuple[str, Stamp], ...]


@dataclass(frozen=True, kw_only=True)
class Since:
    """What is known at the start of a run. `tables` and `known` are by the table's place in the descriptor."""

    folder: Path
    notes: Notes
    tables: dict[int, Seen]
    known: dict[int, TableFacts]

    def learn(self, package: DataPackage, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        """The same verdicts; good ones are noted, unless a file was changed while it was judged."""
        for resource, verdict in zip(package.resources, verdicts, strict=True):
            yield verdict
            seen, note = self.tables.get(resource.index), to_json(verdict)
            if seen is not None and note is not None and _stamps(self.folder, dict(seen.stamps)) == seen.stamps:
                self.notes.write(seen.key, note)


def look_back(folder: Path, package: DataPackage, readable: Collection[str], settings: Settings) -> Since:
    """What is known of the tables at `settings.changed_since`. Raises `UsageError` if git knows no such revision."""
    revision = settings.changed_since or ""
    past = past_of(folder, revision)
    notes = Notes(folder=past.notes("verdicts"))
    before, may_read = _package_at(past), frozenset(readable)
    digests: dict[str, str] = {}
    tables, known = {}, {}
    for resource in package.resources:
        if resource.name not in may_read or package.resource(resource.name) is not resource:
            continue
        descriptor, _ = rewrite(package, resource, may_read)
        paths = files_of(descriptor)
        stamps = _stamps(folder, paths)
        digests |= {path: files.digest(folder, path, "sha256") for path in paths if path not in digests}
        limits = (settings.limit_errors, settings.max_seconds, settings.max_memory)
        seen = Seen(key=key_of(descriptor, digests, limits), stamps=stamps)
        tables[resource.index] = seen
        if before is not None and _is_unchanged(past, package, resource, before, may_read, digests):
            reason = f"unchanged since {revision}, and judged without errors before"
            facts = from_json(notes.read(seen.key), resource, reason)
            if facts is not None:
                known[resource.index] = facts
    return Since(folder=folder, notes=notes, tables=tables, known=known)


def _is_unchanged(
    past: Past,
    package: DataPackage,
    resource: Resource,
    before: DataPackage,
    readable: frozenset[str],
    digests: dict[str, str],
) -> bool:
    descriptor, _ = rewrite(package, resource, readable)
    return is_the_same(package, resource, before, readable) and all(
        past.has(path, digests[path]) for path in files_of(descriptor)
    )


def _package_at(past: Past) -> DataPackage | None:
    """The descriptor as it was; None if there was none that can be read."""
    content = past.read(DESCRIPTOR_FILE, strict_json.MAX_BYTES)
    value, _ = strict_json.load(content) if content is not None else (None, ())
    return read_package(value) if isinstance(value, dict) else None


def _stamps(folder: Path, paths: Iterable[str]) -> tuple[tuple[str, Stamp], ...]:
    """What changes when a file does, as far as the system tells: size, time and place on the disk."""
    statuses = {path: (folder / path).stat() for path in paths}
    return tuple((path, (s.st_size, s.st_mtime_ns, s.st_ino)) for path, s in statuses.items())
