"""The files of a new registry, as values. Their texts lie in the folder `template` beside this module."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

from osds.errors import UsageError
from osds.registry.catalog import CATALOG_FILE, COLUMNS, KEPT_BY_OSDS, empty_catalog
from osds.registry.changes import CHANGES_FILE, EMPTY_CHANGES
from osds.registry.lines import check_value
from osds.registry.policy import POLICY_FILE, parse_policy

DESCRIPTOR_FILE = "datapackage.json"
ISSUE_FORM = "register.yml"  # GitHub finds it in .github/ISSUE_TEMPLATE

_MAX_TITLE = 200
_NIGHTLY = "17 3 * * *"  # in the text of the sweep; each registry gets its own minute


def registry_files(*, title: str, core_organisation: str) -> dict[str, bytes]:
    """Path to contents, for every file of a registry that lists no dataset yet.

    Raises `UsageError` if the title is not one short line, or the organisation's name cannot be one.
    """
    if not title.strip() or len(title) > _MAX_TITLE:
        raise UsageError("A registry's title has 1 to 200 characters", next_step="Give another title")
    check_value(title, "title")
    policy = _text("osds.yml", title=_quoted(title), core_organisation=_quoted(core_organisation))
    parse_policy(policy)
    texts = {
        DESCRIPTOR_FILE: _text("datapackage.json", title=_quoted(title)[1:-1]),
        CATALOG_FILE: empty_catalog((*COLUMNS, *KEPT_BY_OSDS)).render(),
        CHANGES_FILE: EMPTY_CHANGES,
        POLICY_FILE: policy,
        "README.md": _text("README.md", title=title),
        ".gitattributes": _text("gitattributes"),
        f".github/ISSUE_TEMPLATE/{ISSUE_FORM}": _text(ISSUE_FORM),
        ".github/ISSUE_TEMPLATE/config.yml": _text("config.yml"),
        ".github/zizmor.yml": _text("zizmor.yml"),
        ".github/CODEOWNERS": _text("CODEOWNERS"),
        ".github/workflows/registry-check.yml": _text("registry-check.yml"),
        ".github/workflows/registry-merge.yml": _text("registry-merge.yml"),
        ".github/workflows/registry-sweep.yml": _text("registry-sweep.yml").replace(
            _NIGHTLY, f"{odd_minute(title)} 3 * * *"
        ),
    }
    return {path: text.encode() for path, text in texts.items()}


def odd_minute(title: str) -> int:
    """The minute of the nightly sweep: the registries of the world shall not all begin at once, and none at a full hour."""
    return 1 + 2 * (hashlib.sha256(title.encode()).digest()[0] % 30)


def _text(name: str, *, title: str = "", core_organisation: str = "") -> str:
    text = (files("osds.registry") / "template" / name).read_text(encoding="utf-8")
    # The organisation first: a title may say anything, even {core-organisation}.
    return text.replace("{core-organisation}", core_organisation).replace("{title}", title)


def _quoted(text: str) -> str:
    """A JSON string, which YAML reads as the same text."""
    return json.dumps(text, ensure_ascii=False)
