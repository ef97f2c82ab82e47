"""Signatures of webhooks, by which a receiver knows who sent them: https://www.standardwebhooks.com, version 1.0.0.

A secret is `whsec_` and 24 to 64 bytes in base64. Several, separated by spaces, sign each message all at once, so that a
receiver can go over from an old secret to a new one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from osds.errors import UsageError

_PREFIX = "whsec_"
_LEAST, _MOST = 24, 64  # bytes


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Signs with the keys of one receiver, which are never shown."""

    keys: tuple[bytes, ...] = field(repr=False)

    def headers(self, message: str, moment: int, body: bytes) -> Mapping[str, str]:
        """The fields of a request that is sent at `moment`, in seconds since 1970."""
        signed = f"{message}.{moment}.".encode() + body
        digests = (hmac.digest(key, signed, hashlib.sha256) for key in self.keys)
        return {
            "webhook-id": message,
            "webhook-timestamp": str(moment),
            "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
        }


def open_signer(variable: str, secret: str) -> Signer:
    """The signer with the `secret` that was in a variable. Raises `UsageError`, which names that and quotes nothing."""
    words = secret.split()
    if not words:
        raise UsageError(f"{variable} has no secret", next_step=f"Set it to the secret of this webhook: {_HOW}")
    return Signer(keys=tuple(_key(word, variable) for word in words))


def _key(word: str, variable: str) -> bytes:
    try:
        key = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not word.startswith(_PREFIX) or not _LEAST <= len(key) <= _MOST:
        raise UsageError(f"{variable} does not hold the secret of a webhook", next_step=f"It is {_HOW}") from None
    return key


_HOW = f"{_PREFIX} and 24 to 64 random bytes in base64, such as `echo whsec_$(openssl rand -base64 32)` prints"
