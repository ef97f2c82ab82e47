"""What a folder remembers of the last pull: the file `.osds-pull.json` in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.commands.store.place import Place
from osds.dataset.paths import path_problem
from osds.dataset.strict_json import load
from osds.edges.local.files import read_file
from osds.edges.web.downloads import write_file
from osds.store.layout import MAX_MANIFEST_BYTES
from osds.store.manifest import Manifest

MEMORY = ".osds-pull.json"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The version that was pulled, the hash of its manifest, and the files that were written: path to SHA-256."""

    dataset: str
    sequence: int
    manifest: str
    files: Mapping[str, str]


def read_memory(folder: Path) -> Memory | None:
    """What the folder remembers; None if nothing was pulled into it, or its memory cannot be read."""
    content = read_file(folder, MEMORY, MAX_MANIFEST_BYTES)
    raw, _ = load(content or b"", file=MEMORY, limit=MAX_MANIFEST_BYTES)
    if not isinstance(raw, dict):
        return None
    try:
        files = {str(path): str(sha256) for path, sha256 in raw["files"].items() if not path_problem(path)}
        return Memory(
            dataset=str(raw["dataset"]), sequence=int(raw["sequence"]), manifest=str(raw["manifest"]), files=files
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        return None


def write_memory(folder: Path, place: Place, manifest: Manifest, files: Mapping[str, str]) -> None:
    """Remember this pull."""
    said = {
        "store": place.store.url,
        "dataset": str(place.dataset),
        "sequence": manifest.sequence,
        "manifest": manifest.hash,
        "files": dict(files),
    }
    write_file(folder / MEMORY, (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode())
