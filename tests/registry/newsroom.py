"""A registry in a folder in which things happen, for the tests of what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from osds.edges.git.objects import OSDS, Author
from osds.edges.git.registry import LocalRegistry, init_repository
from osds.registry.catalog import CATALOG_FILE, Entry, parse_catalog
from osds.registry.changes import CHANGES_FILE, Event, EventType, append
from osds.registry.status import STATUS_FILE, Status, book_of
from osds.registry.template import registry_files

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Newsroom:
    """The registry in `folder`."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Newsroom:
        """A registry that lists nothing yet."""
        folder.mkdir()
        files = registry_files(title="Ours", core_organisation="os-data")
        init_repository(folder, files, "Begin\n", Author(identity=OSDS, time=NOW))
        return cls(folder)

    def open(self) -> LocalRegistry:
        return LocalRegistry.open(self.folder)

    def text(self, path: str) -> str:
        return (self.open().read(path) or b"").decode()

    def commit(self, files: dict[str, str]) -> str:
        """Write files, as somebody with write access may."""
        registry = self.open()
        content = {path: text.encode() for path, text in files.items()}
        made = registry.commit(content, "x\n", Author(identity=OSDS, time=NOW))
        assert registry.compare_and_set(registry.branch, made, registry.tip)
        registry.bring_along(registry.tip)
        return made

    def happen(self, *names: str, kind: EventType = EventType.PUBLISHED, detail: str = "", times: int = 1) -> str:
        """An event of each of these datasets of the town, which are entered where they are new."""
        catalog, log = parse_catalog(self.text(CATALOG_FILE)), self.text(CHANGES_FILE)
        for name in names * times:
            url = f"https://github.com/town/{name}"
            catalog = catalog.with_entry(Entry(url=url, name=name, owner="town"))
            log = append(
                log, Event(time="2026-01-31T12:00:00Z", event=kind, owner="town", name=name, url=url, detail=detail)
            )
        return self.commit({CATALOG_FILE: catalog.render(), CHANGES_FILE: log})

    def note(self, *statuses: Status) -> str:
        """Let the registry know these statuses."""
        return self.commit({STATUS_FILE: book_of(statuses).render()})
