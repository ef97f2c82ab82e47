"""A registration issue: what GitHub makes of the form in the registry's template, read back strictly.

GitHub writes each field as `### Label`, a blank line, and the value. The form has one field, the address of the
dataset's repository; everything else about the row follows from the repository itself.
"""

from __future__ import annotations

import re

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError
from osds.registry import reasons
from osds.registry.asking import Ask, RowChange
from osds.registry.catalog import Entry
from osds.registry.dataset_facts import DatasetFacts, Sight
from osds.registry.reasons import Reason
from osds.registry.urls import canonical_url, is_public, owner_in_url

FORM_LABEL = "Address of the dataset's repository"

_BODY = re.compile(rf"\s*### {re.escape(FORM_LABEL)}\s*\n\s*(?P<address>\S.{{0,1000}}?)\s*")


def read_address(body: str) -> str | Reason:
    """The address that an issue gives, in the catalog's form, or why there is none."""
    match = _BODY.fullmatch(body.replace("\r\n", "\n"))
    if match is None or match["address"] == "_No response_":
        return reasons.FORM.about()
    try:
        url = canonical_url(match["address"])
    except OsdsError as error:
        return reasons.ADDRESS.about(error.what)
    return url if is_public(url) else reasons.ADDRESS.about(f"{url} is not public")


def read_issue(url: str, facts: DatasetFacts) -> Ask:
    """What an issue with this address asks for: the row that follows from what is known of the repository."""
    if facts.sight is Sight.UNREACHABLE:
        return Ask(reasons=(reasons.UNREACHABLE.about(url),))
    if facts.sight is Sight.HIDDEN:
        return Ask(reasons=(reasons.HIDDEN.about(url),))
    if facts.name is None:
        return Ask(reasons=(reasons.NO_DESCRIPTOR.about(url),))
    if facts.repository:
        owner, url = facts.repository.owner.login, facts.repository.url
    else:
        owner = owner_in_url(url) or ""
    try:
        dataset = DatasetId(owner=owner, name=facts.name)
    except OsdsError as error:
        return Ask(reasons=(reasons.ADDRESS.about(error.what),))
    return Ask(changes=(RowChange(before=None, after=Entry(url=url, name=dataset.name, owner=dataset.owner)),))
