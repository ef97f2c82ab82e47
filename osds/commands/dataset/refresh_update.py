"""`osds refresh update`: run the dataset's own update command, and hand on the data files that it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.dataset.preflight import FileKind
from osds.dataset.strict_json import MAX_BYTES, load
from osds.edges.git.past import Past, past_of
from osds.edges.local.files import digest, look, read_descriptor, read_file, replace_file
from osds.edges.local.parcels import write_parcel
from osds.edges.local.update_command import run_command
from osds.errors import UsageError
from osds.fiscal.migration.text import edit
from osds.refresh.parcel import NewFile, Parcel
from osds.refresh.paths import data_paths
from osds.refresh.restating import restate
from osds.report import DESCRIPTOR_FILE
from osds.settings import Settings
from osds.updating import environment_for


@dataclass(frozen=True, kw_only=True)
class Updated:
    """What the update changed: the parcel, which was written to `target`."""

    parcel: Parcel
    target: Path


def update(
    folder: Path,
    settings: Settings,
    target: Path,
    *,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    seconds: float,
) -> Updated:
    """Run the command in `folder` and make a parcel of what it changed against HEAD.

    Only the descriptor and files that it names are handed on. `bytes` and `hash` in the descriptor are set right, because
    a script that fetches data seldom does it. Raises `UsageError` if there is no command, `OutsideError` if it fails.
    """
    if not settings.update:
        raise UsageError(
            "Nobody says how the data is updated", next_step="Write it into osds.yml, as `update: scripts/update.sh`"
        )
    read_descriptor(folder, MAX_BYTES)  # before anything runs: is there a dataset at all?
    past = past_of(folder, "HEAD")
    run_command(settings.update, folder, environment_for(environ), say, seconds=seconds)
    _restate(folder)
    parcel = _difference(folder, past)
    write_parcel(target, parcel, lambda path: folder / path)
    return Updated(parcel=parcel, target=target)


def _difference(folder: Path, past: Past) -> Parcel:
    before = data_paths(past.read(DESCRIPTOR_FILE, MAX_BYTES))
    after = data_paths(read_file(folder, DESCRIPTOR_FILE, MAX_BYTES))
    removed = (path for path in before - after if past.exists(path))
    return Parcel(base=past.commit, files=tuple(_changed(folder, past, after)), removed=tuple(sorted(removed)))


def _changed(folder: Path, past: Past, paths: frozenset[str]) -> Iterator[NewFile]:
    """The files that are not as they were. One that is missing, or still a git-lfs pointer, is left to the check."""
    for path in sorted(paths):
        facts = look(folder, path)
        if facts.kind is not FileKind.FILE or facts.pointer is not None:
            continue
        now = past.hashes(path)
        if not past.has(path, now):
            yield NewFile(path=path, bytes=facts.bytes, sha256=now.sha256)


def _restate(folder: Path) -> None:
    """Set `bytes` and `hash` in the descriptor right, character for character elsewhere."""
    content = read_descriptor(folder, MAX_BYTES)
    value, findings = load(content)
    if not isinstance(value, dict) or findings:
        return  # the check says what is wrong with it
    found = {path: look(folder, path) for path in data_paths(content) - {DESCRIPTOR_FILE}}
    sizes = {p: facts.bytes for p, facts in found.items() if facts.kind is FileKind.FILE and facts.pointer is None}
    new = restate(value, sizes, lambda path, algorithm: digest(folder, path, algorithm))
    if new != value:
        text = content.decode("utf-8-sig")
        mark = content[: len(content) - len(text.encode())]
        replace_file(folder, DESCRIPTOR_FILE, [mark + edit(text, new).encode()])
