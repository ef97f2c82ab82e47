"""What our HTML pages share: Jinja2 told to let nothing through, and a policy that forbids a page to ask anybody."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from osds.untrusted import one_line

if TYPE_CHECKING:
    from jinja2 import Environment


def environment() -> Environment:
    """Jinja2, told to let no text through that is not one harmless, escaped line."""
    from jinja2 import Environment, StrictUndefined

    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["thousands"] = "{:,}".format
    return made


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy: this style and this script, and nothing from anywhere (https://www.w3.org/TR/CSP3/)."""
    allowed = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"{allowed}; base-uri 'none'; form-action 'none'"


def read(name: str) -> str:
    """A file beside this module."""
    return files("osds.views").joinpath(name).read_text(encoding="utf-8")


def _harmless(value: object) -> object:
    """What Jinja2 is about to print. Markup is the page's own: style, script, and what a macro has escaped already."""
    return one_line(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
