"""From a request on a registry to the decision on it. The check and the merger both come through here.

Everything is derived from git's objects and from what the forge vouches for. Nothing that the pull request's own
workflow said, or that an earlier run found, is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from osds.commands.registry.facts import FactFinder, urls_of
from osds.commands.registry.registries import read_text
from osds.edges.git.registry import Registry
from osds.edges.git.trees import merge_base, tree_changes
from osds.errors import UnsafeInputError, UsageError
from osds.registry import reasons
from osds.registry.asking import Ask, judge_tree, read_ask
from osds.registry.catalog import CATALOG_FILE, Catalog, folded, parse_catalog
from osds.registry.changes import CHANGES_FILE, EMPTY_CHANGES, ids_in
from osds.registry.decision import Case, Decision, decide
from osds.registry.forge import Conversation, Forge, Person, Request, RequestKind
from osds.registry.issue_form import read_address, read_issue
from osds.registry.notice import FirstSeen, asking_key, first_seen
from osds.registry.policy import POLICY_FILE, Policy, parse_policy
from osds.registry.reasons import Reason
from osds.registry.rules import Ground, is_listed_host
from osds.registry.urls import comparable_url
from osds.registry.voices import hear, speakers

_KEPT_CATALOGS = 4  # a large one takes a hundred megabytes


@dataclass(frozen=True, kw_only=True)
class State:
    """A registry at one commit. `log` is the text of data/changes.csv."""

    commit: str
    catalog: Catalog
    policy: Policy
    log: str

    @cached_property
    def retired(self) -> frozenset[str]:
        """Folded ids that were in use and are so no more."""
        listed = {"/".join(row.key) for row in self.catalog.rows}
        return frozenset(folded(dataset) for dataset in ids_in(self.log) - listed)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A request, what it asks for since when, and the decision."""

    request: Request
    seen: FirstSeen
    conversation: Conversation
    decision: Decision


def read_catalog(registry: Registry, commit: str | None = None) -> Catalog:
    """The catalog at the tip, or at another commit. Raises `UsageError` if there is none, or it is broken."""
    text = read_text(registry, CATALOG_FILE, commit)
    if text is None:
        raise UsageError(
            f"The registry has no {CATALOG_FILE}", next_step="Check its name; `osds registry init FOLDER` makes one"
        )
    return parse_catalog(text)


def read_state(registry: Registry) -> State:
    """The registry at its tip. Raises `UsageError` if it has no catalog, or a file of it is broken."""
    policy, log = read_text(registry, POLICY_FILE), read_text(registry, CHANGES_FILE)
    return State(
        commit=registry.tip,
        catalog=read_catalog(registry),
        policy=Policy() if policy is None else parse_policy(policy),
        log=EMPTY_CHANGES if log is None else log,
    )


@dataclass(frozen=True, kw_only=True)
class Judge:
    """What is the same for all requests of a run. `names` are those by which datasets may name this registry."""

    registry: Registry
    finder: FactFinder
    names: tuple[str, ...]
    server_url: str
    forge: Forge | None = None
    frozen: bool = False
    catalogs: dict[str, Catalog] = field(default_factory=dict)  # by commit: many requests begin at the same one

    def compare(self, state: State, head: str) -> Ask:
        """What the commit `head` asks for, compared with where it left the registry's history."""
        base = merge_base(self.registry.git, state.commit, head)
        if base is None:
            return Ask(reasons=(reasons.NO_COMMON_HISTORY.about(),))
        wrong = judge_tree(tree_changes(self.registry.git, base, head))
        if wrong:
            return Ask(reasons=wrong)
        if base not in self.catalogs:
            if len(self.catalogs) >= _KEPT_CATALOGS:
                self.catalogs.clear()
            self.catalogs[base] = state.catalog if base == state.commit else read_catalog(self.registry, base)
        try:
            content = self.registry.read(CATALOG_FILE, commit=head)
        except UnsafeInputError as error:
            return Ask(reasons=(reasons.TOO_LARGE.about(error.what),))
        return read_ask(self.catalogs[base], content or b"")

    def ask(self, state: State, request: Request) -> Ask:
        """What a request on the forge asks for."""
        if request.kind is RequestKind.ISSUE:
            address = read_address(request.body)
            if isinstance(address, Reason):
                return Ask(reasons=(address,))
            if not is_listed_host(address, state.policy, self.server_url):
                return Ask(reasons=(reasons.HOST.about(address),))
            return read_issue(address, self.finder.of(address, request.author))
        head = self.registry.pull_request(request.number)
        if head is None or head != request.head:
            return Ask(reasons=(reasons.MOVED.about(),))
        return self.compare(state, head)

    def case(self, state: State, ask: Ask, author: Person | None, now: datetime) -> Case:
        """What is to be decided, as if it were asked for the first time and nobody had said anything."""
        ground = Ground(
            tip=state.catalog,
            policy=state.policy,
            author=author,
            registry=self.names,
            server_url=self.server_url,
            retired=state.retired,
        )
        urls = [url for url in urls_of(ask.changes) if is_listed_host(url, state.policy, self.server_url)]
        facts = {} if ask.reasons else {comparable_url(url): self.finder.of(url, author) for url in urls}
        return Case(
            ground=ground,
            changes=ask.changes,
            facts=facts,
            form=ask.reasons,
            now=now,
            since=now,
            frozen=self.frozen,
        )

    def judge(self, state: State, request: Request, conversation: Conversation, *, now: datetime, rows: int) -> Judged:
        """The decision on a request on the forge; `rows` are those of the catalog before this run."""
        ask = self.ask(state, request)
        seen = first_seen(asking_key(ask.changes, request.author), conversation.comments, now)
        rights = {person.id: self._may_keep(person) for person in set(speakers(conversation))}
        case = replace(
            self.case(state, ask, request.author, now),
            since=seen.since,
            voices=hear(conversation, request, rights=rights, policy=state.policy, since=seen.since),
            draft=request.draft,
            rows_before=rows,
        )
        return Judged(request=request, seen=seen, conversation=conversation, decision=decide(case))

    def _may_keep(self, person: Person) -> bool | None:
        return self.finder.may_write(self.forge.registry, person) if self.forge is not None else None
