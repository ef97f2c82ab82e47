"""YAML that a stranger wrote, as plain values. PyYAML's safe loader runs nothing, but a page of text can keep it busy for
hours: each level of merge keys (`<<`) multiplies the one below, and aliases do the same to whoever walks through the
values. So merge keys are refused, which GitHub does not know either, and aliases unless they are asked for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yaml import SafeLoader

_MERGE = "tag:yaml.org,2002:merge"


class NotYamlError(Exception):
    """Raised if a text is not YAML as osds takes it. `line` counts from 1; None if it is not known."""

    def __init__(self, line: int | None) -> None:
        super().__init__("not YAML" if line is None else f"not YAML at line {line}")
        self.line = line


def load_yaml(content: str | bytes, *, aliases: bool = False) -> Any:  # noqa: ANN401 (any YAML)
    """The values in `content`, whose length the caller has bounded. Raises `NotYamlError`.

    With `aliases` one list may stand in many places of the result: walk through it with a limit.
    """
    import yaml

    try:
        return yaml.load(content, Loader=_loader(aliases=aliases))  # noqa: S506 (a safe loader that refuses more)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError(None if mark is None else mark.line + 1) from error


@cache
def _loader(*, aliases: bool) -> type[SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """The safe loader, which refuses what grows."""

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            """Refuse a merge key in the place of following it."""
            for key, _ in node.value:
                if key.tag == _MERGE:
                    raise yaml.constructor.ConstructorError(None, None, "merge keys are refused", key.start_mark)
            super().flatten_mapping(node)

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            """Refuse an alias, if they are."""
            if not aliases and self.check_event(yaml.AliasEvent):
                raise yaml.composer.ComposerError(None, None, "aliases are refused", None)
            return super().compose_node(parent, index)

    return Loader
