"""From the facts about a dataset's automation to the faults in it, in the order in which they are best mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from osds.doctor import diagnoses, elsewhere
from osds.doctor.diagnosis import Found
from osds.doctor.facts import Facts, Folder, GitFacts, InRegistry, OnGitHub
from osds.doctor.trust import of_trust
from osds.doctor.workflow_faults import of_files
from osds.registry.urls import comparable_url
from osds.registry.watch import State
from osds.workflows.files import uses_osds

_SKEW = timedelta(minutes=5)  # what clouds allow
_OFF = {
    State.INACTIVITY: diagnoses.SCHEDULE_OFF,
    State.FORK: diagnoses.FORK_OFF,
    State.MANUALLY: diagnoses.WORKFLOW_OFF,
}


def examine(facts: Facts) -> tuple[Found, ...]:
    """Every fault that the facts show, each once."""
    return tuple(dict.fromkeys(_all(facts)))


def _all(facts: Facts) -> Iterator[Found]:
    if facts.folder is not None:
        yield from _of_folder(facts.folder)
    if facts.files is not None:
        pinned_only = facts.github.pinned_only if facts.github else None
        yield from of_files(facts.files, version=facts.version, pinned_only=pinned_only)
    yield from _of_git(facts)
    if facts.github is not None:
        yield from _of_github(facts.github, facts)
    if facts.registry is not None:
        yield from _of_registry(facts.registry, facts.github)
    if facts.trust is not None:
        yield from of_trust(facts.trust, _full_name(facts))
    if facts.server_time is not None and abs(facts.server_time - facts.now) > _SKEW:
        yield elsewhere.CLOCK.at(f"it shows {facts.now:%H:%M} UTC, and GitHub's {facts.server_time:%H:%M}")
    yield from facts.troubles


def _of_folder(folder: Folder) -> Iterator[Found]:
    if folder.descriptor:
        yield from (diagnoses.POINTERS.at(_some(folder.pointers)) for _ in folder.pointers[:1])
    elif folder.misnamed:
        yield from (diagnoses.DESCRIPTOR_NAME.at(name) for name in folder.misnamed)
    else:
        yield diagnoses.DESCRIPTOR_MISSING.at()


def _of_git(facts: Facts) -> Iterator[Found]:
    if facts.git is None:
        yield diagnoses.NO_REPOSITORY.at()
        return
    if facts.git.url is None:
        yield diagnoses.REMOTE_MISSING.at()
    if facts.files is not None and facts.git.on_default is not None:
        yield from _of_branch(facts.git, sorted(uses_osds(facts.files.good)))


def _of_branch(git: GitFacts, paths: list[str]) -> Iterator[Found]:
    for path in paths:
        if git.on_default is not None and path not in git.on_default:
            here = f"; you are on {git.branch}" if git.branch and git.branch != git.default_branch else ""
            yield diagnoses.NOT_DEFAULT.at(f"{path} is not on {git.default_branch}{here}")


def _of_github(github: OnGitHub, facts: Facts) -> Iterator[Found]:
    repository = github.repository
    if repository is None:
        yield diagnoses.REPOSITORY_UNSEEN.at(facts.git.url or "" if facts.git else "")
        return
    if not repository.public:
        yield diagnoses.REPOSITORY_PRIVATE.at(repository.url)
    if facts.git and facts.git.url and comparable_url(facts.git.url) != comparable_url(repository.url):
        yield diagnoses.REPOSITORY_MOVED.at(f"it is {repository.url} now")
    if repository.archived:
        yield diagnoses.REPOSITORY_ARCHIVED.at(repository.url)
    if github.actions is False:
        yield diagnoses.ACTIONS_OFF.at(repository.url)
    ours = uses_osds(facts.files.good) if facts.files else {}
    for workflow in github.workflows or ():
        if workflow.state in _OFF and workflow.path in ours:
            yield _OFF[workflow.state].at(workflow.path)


def _of_registry(registry: InRegistry, github: OnGitHub | None) -> Iterator[Found]:
    if not registry.listed:
        yield elsewhere.NOT_LISTED.at(registry.name)
    if registry.quarantined:
        yield elsewhere.QUARANTINED.at(registry.name)
    for standing in registry.status.told if registry.status else ():
        seen_ourselves = github is not None and standing.trouble in {"gone", "moved", "disabled"}
        if not seen_ourselves:  # what we see now is newer than what the registry saw
            detail = f": {standing.detail}" if standing.detail else ""
            yield elsewhere.OF_TROUBLE[standing.trouble].at(f"{registry.name}, since {standing.since[:10]}{detail}")


def _full_name(facts: Facts) -> str | None:
    """OWNER/NAME of the dataset's repository."""
    url = facts.git.url if facts.git else None
    return "/".join(url.split("/")[-2:]) if url and url.startswith("https://") else None


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"
