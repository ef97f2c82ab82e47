"""One random request, decided by osds, in the words of the oracle."""

from __future__ import annotations

from osds.registry.asking import read_ask
from osds.registry.catalog import parse_catalog
from osds.registry.decision import Case, decide
from osds.registry.rules import Ground
from tests.registry.oracle import Verdict
from tests.registry.random_case import NOW, RandomCase


def verdict_of(case: RandomCase) -> Verdict:
    """What osds decides."""
    ask = read_ask(parse_catalog(case.base), case.head)
    ground = Ground(
        tip=parse_catalog(case.tip),
        policy=case.policy,
        author=case.author,
        registry=("os-team/registry",),
        server_url="https://github.com",
        retired=case.retired,
    )
    decision = decide(
        Case(
            ground=ground,
            changes=ask.changes,
            facts=case.facts,
            now=NOW,
            since=case.since,
            voices=case.voices,
            form=ask.reasons,
            draft=case.draft,
            frozen=case.frozen,
            rows_before=case.rows_before,
        )
    )
    return Verdict(
        outcome=decision.outcome.value,
        codes=frozenset(reason.kind.code for reason in decision.reasons),
        catalog=decision.catalog.render() if decision.catalog else None,
        quarantine=frozenset(str(entry.id) for entry in decision.quarantine),
    )
