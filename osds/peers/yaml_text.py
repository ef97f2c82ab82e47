"""YAML that somebody else wrote, read so that it can do nothing: no tags, no aliases, bounded in size and depth."""

from __future__ import annotations

from typing import Any

import yaml

from osds.errors import UsageError

MAX_CHARACTERS = 200_000
_MAX_DEPTH = 50


def load_yaml(text: str, file: str) -> Any:  # noqa: ANN401 (YAML of unknown origin)
    """The value of one document. Raises `UsageError` if it is not plain YAML, or larger than such a file is."""
    node = compose_yaml(text, file)
    try:
        return None if node is None else yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError) as error:  # an unknown tag, a date that is none, an odd key
        raise _wrong(file, "has a value that is not plain", error) from error


def compose_yaml(text: str, file: str) -> yaml.Node | None:
    """Its nodes with their places in the text; None if there is no document. Raises as `load_yaml` does."""
    if len(text) > MAX_CHARACTERS:
        raise _wrong(file, f"is longer than {MAX_CHARACTERS:,} characters")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):  # a few of them can stand for billions of values
                raise _wrong(file, "uses aliases, which osds does not follow")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise _wrong(file, f"is nested deeper than {_MAX_DEPTH} levels")
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _wrong(file, "is not YAML", error) from error


def _wrong(file: str, problem: str, error: Exception | None = None) -> UsageError:
    line = getattr(getattr(error, "problem_mark", None), "line", None)
    place = file if line is None else f"{file}, line {line + 1},"
    return UsageError(f"{place} {problem}", next_step="Correct the file, or remove it")
