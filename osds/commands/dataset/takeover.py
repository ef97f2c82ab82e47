"""What another validation service was told to check in a repository, and the change by which osds checks it instead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files as package_files
from pathlib import Path

from osds.dataset.strict_json import MAX_BYTES
from osds.edges.git.git import origin
from osds.edges.local.files import read_file
from osds.peers import frictionless_ci, goodtables
from osds.peers.plan import WORKFLOWS_FOLDER, Repository, TakenOver, take_over
from osds.peers.yaml_text import MAX_CHARACTERS
from osds.refresh.paths import data_paths
from osds.report import DESCRIPTOR_FILE
from osds.silence import SETTINGS_FILE

_MOST_PATHS = 20_000
_MOST_README = 1_000_000  # bytes


def find_takeover(folder: Path) -> TakenOver | None:
    """The change for the repository in `folder`; None if no other service is told to check it. Writes nothing."""
    if not any((folder / path).exists() for path in (*goodtables.FILES, ".github")):
        return None
    paths = frozenset(_paths(folder))
    texts = dict(_texts(folder, paths))
    known = origin(folder)
    repository = Repository(
        texts=texts,
        paths=paths,
        named=dict(_named(folder, paths)),
        url=known.url if known else None,
        template=(package_files("osds") / "templates" / "workflow.yml").read_text("utf-8"),
    )
    return take_over(repository)


def _paths(folder: Path) -> Iterator[str]:
    """The files of the repository, without hidden folders but `.github`, and without following links."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") or each == ".github")
        for name in sorted(names):
            count += 1
            if count > _MOST_PATHS:
                return
            yield (Path(place) / name).relative_to(folder).as_posix()


def _texts(folder: Path, paths: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The files that may have to change, and inquiries: their texts, as far as they are UTF-8."""
    for path in sorted(paths):
        name = path.rpartition("/")[2].lower()
        is_readme = name.startswith("readme") and path.count("/") <= 1
        is_yaml = name.endswith((".yml", ".yaml")) and path.count("/") <= 3
        if not is_readme and not is_yaml:
            continue
        limit = _MOST_README if is_readme else MAX_CHARACTERS * 4
        content = read_file(folder, path, limit)
        if content is not None and len(content) <= limit and _may_matter(path, content, is_readme=is_readme):
            try:
                yield path, content.decode("utf-8")
            except UnicodeDecodeError:
                continue


def _may_matter(path: str, content: bytes, *, is_readme: bool) -> bool:
    own = path in (*goodtables.FILES, *frictionless_ci.FILES, SETTINGS_FILE) or path.startswith(f"{WORKFLOWS_FOLDER}/")
    return is_readme or own or b"tasks:" in content


def _named(folder: Path, paths: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """The files that each descriptor names, by the repository's paths."""
    for path in sorted(path for path in paths if path.rpartition("/")[2] == DESCRIPTOR_FILE):
        content = read_file(folder, path, MAX_BYTES)
        prefix = path.removesuffix(DESCRIPTOR_FILE)
        yield path, frozenset(prefix + each for each in data_paths(content)) - {path}
