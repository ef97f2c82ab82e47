"""Finding out what a decision needs to know of datasets: the forge says who is who, git what the dataset says of itself."""

from __future__ import annotations

from dataclasses import replace

from osds.edges.git.datasets import look_at
from osds.errors import OutsideError, UsageError
from osds.registry.asking import RowChange
from osds.registry.dataset_facts import DatasetFacts, Sight
from osds.registry.forge import Forge, Person
from osds.registry.urls import comparable_url, is_public

_HIDDEN = DatasetFacts(sight=Sight.HIDDEN)
_UNREACHABLE = DatasetFacts(sight=Sight.UNREACHABLE)


class FactFinder:
    """Looks at each repository once in a run. Without a forge there are no ids, and a dataset has to speak for itself.

    `local` allows paths of this computer: for a registry that is a local folder itself, and nowhere else.
    """

    def __init__(self, forge: Forge | None, *, local: bool) -> None:
        self._forge = forge
        self._local = local
        self._seen: dict[str, DatasetFacts] = {}
        self._rights: dict[tuple[str, int], bool | None] = {}

    def of(self, url: str, author: Person | None) -> DatasetFacts:
        """What is known of one repository, and of the author's rights there."""
        facts = self._seen.get(comparable_url(url))
        if facts is None:
            facts = self._seen[comparable_url(url)] = self._look(url)
        repository = facts.repository
        if repository is None or author is None or author.id == repository.owner.id:
            return facts
        return replace(facts, author_may_write=self.may_write(repository.full_name, author))

    def _look(self, url: str) -> DatasetFacts:
        if not is_public(url):
            return look_at(url) if self._local else _HIDDEN
        if self._forge is None or not url.lower().startswith(f"{self._forge.server_url.lower()}/"):
            return look_at(url)
        try:
            repository = self._forge.repository(url)
        except OutsideError:
            return _UNREACHABLE
        if repository is None:
            return _HIDDEN
        if not repository.public:
            return replace(_HIDDEN, repository=repository)
        return replace(look_at(repository.clone_url), repository=repository)

    def may_write(self, full_name: str, person: Person) -> bool | None:
        """Whether the forge says that the person may write there; None as well if it does not let us ask."""
        key = full_name, person.id
        if self._forge is not None and key not in self._rights:
            try:
                self._rights[key] = self._forge.may_write(full_name, person)
            except (OutsideError, UsageError):
                self._rights[key] = None
        return self._rights.get(key)


def urls_of(changes: tuple[RowChange, ...]) -> list[str]:
    """The repositories to look at: of new rows, and of old ones that may have become them under another address."""
    urls = {change.after.url for change in changes if change.after}
    adds = any(change.before is None for change in changes)
    for change in changes:
        if change.before and (change.after.url != change.before.url if change.after else adds):
            urls.add(change.before.url)
    return sorted(urls)
