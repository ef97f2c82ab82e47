"""The oracle's lists: what each code comes to, and the words that osds keeps free."""

from __future__ import annotations

KEPT = ("repository_id", "owner_id", "status")
REFUSE = (
    "nothing-asked not-utf8 byte-order-mark line-ends last-line header bad-row bad-value twice requoted reordered host "
    "kept-columns no-consent not-your-row owner-differs name-differs no-descriptor hidden values-of-others core-derived "
    "name-retired name-reserved too-alike same-repository"
).split()
HUMAN = (
    "removal look-alike similar-owner core-review other-repository replaced in-quarantine transfer-unproven shrinks "
    "many-rows veto objection"
).split()
WAIT = "waiting frozen draft unreachable".split()
STAYS = {"veto", "objection", "frozen", "draft", "unreachable", "core-review"}  # a keeper's agreement alone lifts none
RESERVED = (
    "about admin aggregates all api assets aux catalog changes con core data datapackage dataset datasets feed help index "
    "latest login new none null nul osds prn registry root search static status test undefined versions www"
).split()
