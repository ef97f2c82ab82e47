"""Reading the documents that one job of a sweep hands to the next: the keys that osds writes, no others, of their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osds.dataset.strict_json import load
from osds.errors import OsdsError, UnsafeInputError

MAX_NUMBER = 10**15


def read_document(content: bytes, file: str, limit: int) -> dict[str, Any]:
    """The JSON object of a document of at most `limit` bytes. Raises `UnsafeInputError` if it is anything else."""
    value, findings = load(content, file=file, limit=limit)
    if not isinstance(value, dict):
        reason = findings[0].message if findings else "it is not a JSON object"
        raise UnsafeInputError(f"{file} cannot be used: {reason}", next_step=_AGAIN)
    return value


def read_fields(raw: object, kinds: Mapping[str, type]) -> dict[str, Any]:
    """The values of an object that has these keys, all of them and no others. Raises `ValueError` if it has not.

    Whole numbers are from 0 to `MAX_NUMBER`; True is none of them.
    """
    if not isinstance(raw, dict) or raw.keys() != kinds.keys():
        raise ValueError("its keys are others than those that osds writes")
    for key, kind in kinds.items():
        value = raw[key]
        if type(value) is not kind or (type(value) is int and not 0 <= value <= MAX_NUMBER):
            raise ValueError(f"{key} is {str(value)[:80]!r}")
    return raw


def refusal(file: str, error: Exception) -> UnsafeInputError:
    """The error for a document that `read_fields` or the making of its values has refused."""
    what = error.what if isinstance(error, OsdsError) else str(error)
    return UnsafeInputError(f"{file} was not written by this version of osds: {what[:200]}", next_step=_AGAIN)


_AGAIN = "Run the whole sweep again; `osds registry plan` begins it"
