"""Regular expressions that a dataset brings: compiled without a word, or not at all."""

from __future__ import annotations

import re
import warnings


def compile_quietly(pattern: str) -> re.Pattern[str] | None:
    """The expression, or None if Python knows no such one. Its warnings are for authors of programs, not for ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
