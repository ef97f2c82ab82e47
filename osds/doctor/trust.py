"""What a role's trust policy says of who may take it on: the names of GitHub's jobs (`sub`) in both forms of 2026.

https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from osds.dataset.strict_json import load
from osds.doctor import elsewhere
from osds.doctor.diagnosis import Found
from osds.doctor.facts import Trust
from osds.store.policy import ISSUER

MAX_POLICY = 65_536  # bytes; AWS takes a tenth of that

_SUBJECT = f"{ISSUER}:sub"
_NUMBERED = re.compile(r"repo:(?P<owner>[^@/:]+)@\d+/(?P<name>[^@/:]+)@\d+:.+")
_PLAIN = re.compile(r"repo:(?P<owner>[^@/:]+)/(?P<name>[^@/:]+):.+")


def read_trust(content: bytes) -> Trust:
    """The trust policy in a file: the document itself, or everything that `osds store policy --json` prints."""
    document, _ = load(content, file="trust policy", limit=MAX_POLICY)
    if isinstance(document, dict) and isinstance(document.get("trust"), dict):
        inner: Any = document["trust"]
        document = inner.get("document", inner)
    subjects = tuple(_subjects(document))
    return Trust(subjects=subjects or None)


def of_trust(trust: Trust, full_name: str | None) -> Iterator[Found]:
    """The faults of a policy for the jobs of the repository `full_name` (None: unknown)."""
    if trust.subjects is None:
        yield elsewhere.TRUST_BROKEN.at()
        return
    for subject in trust.subjects:
        if "*" in subject or "?" in subject:
            yield elsewhere.TRUST_OPEN.at(subject)
    exact = [subject for subject in trust.subjects if "*" not in subject and "?" not in subject]
    ours = [subject for subject in exact if full_name is None or _repository(subject) == full_name.lower()]
    if exact and not ours:
        yield elsewhere.TRUST_OTHER.at(exact[0])
    elif ours and not any(_NUMBERED.fullmatch(subject) for subject in ours):
        yield elsewhere.TRUST_STALE.at(ours[0])


def _repository(subject: str) -> str:
    match = _NUMBERED.fullmatch(subject) or _PLAIN.fullmatch(subject)
    return f"{match['owner']}/{match['name']}".lower() if match else ""


def _subjects(document: Any) -> Iterator[str]:  # noqa: ANN401 (any JSON)
    """Every name in a condition on `sub`, of every statement that allows something."""
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        conditions = statement.get("Condition") if isinstance(statement, dict) else None
        for condition in conditions.values() if isinstance(conditions, dict) else []:
            names = condition.get(_SUBJECT) if isinstance(condition, dict) else None
            yield from (name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str))
