"""What changes in a repository when osds takes over from another service: files, and what a person has to know. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from osds.peers import frictionless_ci, goodtables
from osds.peers.asked import Asked, join
from osds.peers.badges import Home, lead_badges, told
from osds.peers.patterns import matching
from osds.peers.workflows import Found, find_steps
from osds.peers.yaml_text import load_yaml
from osds.report import DESCRIPTOR_FILE
from osds.silence import SETTINGS_FILE

WORKFLOWS_FOLDER = ".github/workflows"
WORKFLOW_FILE = f"{WORKFLOWS_FOLDER}/osds.yml"
_DEFAULT_LIMIT = 1000  # of goodtables.io, and of osds
_MOST_NOTES = 30
_MOST_PACKAGES = 50
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """What is looked at: the texts of configurations, workflows and READMEs, the paths of all files, and where it is.

    `named` are, by the path of each descriptor that osds can read, the files that it names. `template` is our workflow.
    """

    texts: Mapping[str, str]
    paths: frozenset[str]
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    url: str | None = None
    template: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """The new text of each file that changes, None where it goes; and sentences to be read."""

    texts: Mapping[str, str | None]
    notes: tuple[str, ...] = ()


def take_over(repository: Repository) -> TakenOver | None:
    """The change by which osds checks what another service was told to check; None if there is no such service.

    Raises `UsageError` for a configuration that is not plain YAML.
    """
    workflows = dict(_workflows(repository))
    asked = list(_asked(repository, workflows))
    if not asked:
        return None
    wish = join(asked)
    folders, notes = _folders(wish, repository)
    texts: dict[str, str | None] = {path: None for path in repository.texts if path in _CONFIGURATIONS}
    texts |= {path: found.rest for path, found in workflows.items() if not found.by_hand}
    notes = (*notes, *_workflow_notes(workflows), *wish.notes)
    if WORKFLOW_FILE in repository.texts:
        notes = (f"{WORKFLOW_FILE} is here already and is kept: compare it with what was checked before", *notes)
    else:
        texts[WORKFLOW_FILE] = _workflow(repository.template, folders, tuple(workflows.values()))
    texts |= _settings(repository, wish.limit_errors)
    texts |= (readmes := dict(_readmes(repository, workflows)))
    notes = (*(told(path) for path in readmes), *notes)
    more = (f"and {len(notes) - _MOST_NOTES:,} more of this kind",) if len(notes) > _MOST_NOTES else ()
    return TakenOver(texts=texts, notes=(*notes[:_MOST_NOTES], *more))


_CONFIGURATIONS = (*goodtables.FILES, *frictionless_ci.FILES)


def _workflows(repository: Repository) -> Iterator[tuple[str, Found]]:
    for path, text in repository.texts.items():
        if path.startswith(f"{WORKFLOWS_FOLDER}/") and "frictionlessdata/" in text:
            found = find_steps(text, path, frictionless_ci.STEP)
            if found is not None:
                yield path, found


def _asked(repository: Repository, workflows: Mapping[str, Found]) -> Iterator[Asked]:
    for path in goodtables.FILES:
        if path in repository.texts:
            yield goodtables.read_goodtables(load_yaml(repository.texts[path], path))
    inquiries: dict[str, Asked] = {}
    for path, text in repository.texts.items():
        if path in frictionless_ci.FILES or path in _inquiry_files(workflows):
            read = frictionless_ci.read_inquiries(load_yaml(text, path))
            inquiries |= read if path in frictionless_ci.FILES else {}
            inquiries[path] = join(read.values())
    for found in workflows.values():
        for step in found.steps:
            yield frictionless_ci.read_step(step, inquiries)
    if not workflows and any(path in repository.texts for path in frictionless_ci.FILES):
        yield join(inquiries.values())  # its workflow was taken out already


def _inquiry_files(workflows: Mapping[str, Found]) -> set[str]:
    given = (step.get("inquiry") for found in workflows.values() for step in found.steps)
    return {path.strip().removeprefix("./") for path in given if isinstance(path, str)}


def _folders(wish: Asked, repository: Repository) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders of datasets to check, `.` for the top, and what stands in the way of checking all that was asked."""
    packages = matching(wish.packages, repository.paths)
    near = tuple(path for path in packages if "://" not in path and not path.startswith(("/", "../")))
    notes = [f"{path} is at another address, which osds does not fetch" for path in packages if path not in near]
    notes += [
        f"{path} is not read by osds: describe the dataset in {DESCRIPTOR_FILE} beside it"
        for path in near
        if path.rpartition("/")[2] != DESCRIPTOR_FILE
    ]
    folders = tuple(dict.fromkeys(path.rpartition("/")[0] or "." for path in near))
    tables = [path for path in matching(wish.tables, repository.paths) if "://" not in path]
    named = frozenset().union(*repository.named.values()) if repository.named else frozenset()
    homeless = [path for path in tables if path not in named]
    for path, files in repository.named.items():
        if files & set(tables):
            folders = tuple(dict.fromkeys((*folders, path.rpartition("/")[0] or ".")))
    notes += [f"{path} is in no descriptor: add it as a resource, or let `osds init` make one" for path in homeless]
    if len(folders) > _MOST_PACKAGES:
        notes.insert(0, f"Only the first {_MOST_PACKAGES} of {len(folders):,} datasets are in the new workflow")
    return folders[:_MOST_PACKAGES] or (".",), tuple(notes)


def _workflow_notes(workflows: Mapping[str, Found]) -> Iterator[str]:
    for path, found in workflows.items():
        if found.by_hand:
            yield f"{path}: take out the step of Frictionless CI by hand; osds cannot without changing more"
        others = sorted({*found.triggers} - {"push", "pull_request"})
        if others:
            yield f"{path} also ran on {', '.join(others)[:100]}: add that to {WORKFLOW_FILE} if it is wanted"
        if found.paths:
            yield f"{path} ran for some paths alone: the new workflow runs for every change"


def _workflow(template: str, folders: tuple[str, ...], old: tuple[Found, ...]) -> str:
    """Our workflow for these folders: a job for each, with the branches and the git-lfs of the old one."""
    head, _, job = template.partition("jobs:\n")
    branches = tuple(dict.fromkeys(branch for found in old for branch in found.branches))
    if branches:
        listed = ", ".join(branch if _PLAIN.fullmatch(branch) else json.dumps(branch) for branch in branches)
        head = re.sub(r"branches: \[[^]]*\] \}.*", lambda _: f"branches: [{listed}] }}", head)
    lfs = any(found.lfs for found in old)
    return f"{head}jobs:\n" + "".join(_job(job, folder, number, lfs=lfs) for number, folder in enumerate(folders))


def _job(job: str, folder: str, number: int, *, lfs: bool) -> str:
    given = [f"      path: {folder if _PLAIN.fullmatch(folder) else json.dumps(folder)}"] if folder != "." else []
    given += ["      lfs: true"] if lfs else []
    given += [f"      artifact: osds-aggregates-{number + 1}"] if number else []
    if number:
        job = job.replace("  dataset:\n", f"  dataset-{number + 1}:\n", 1)
    if not given:
        return job
    return job.replace("    # with:\n", "\n".join(["    with:", *given]) + "\n").replace("    #   ", "      # ")


def _settings(repository: Repository, limit: int | None) -> Iterator[tuple[str, str]]:
    """`limit-errors` in osds.yml, where it was said and osds.yml does not say it."""
    text = repository.texts.get(SETTINGS_FILE, "")
    if limit is not None and limit != _DEFAULT_LIMIT and not re.search(r"^limit-errors\s*:", text, re.MULTILINE):
        yield SETTINGS_FILE, f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}limit-errors: {limit}\n"


def _readmes(repository: Repository, workflows: Mapping[str, Found]) -> Iterator[tuple[str, str]]:
    home = Home(url=repository.url, workflow=WORKFLOW_FILE.rpartition("/")[2])
    gone = [(path.rpartition("/")[2], found.name) for path, found in workflows.items() if found.rest is None]
    for path, text in repository.texts.items():
        if path.rpartition("/")[2].lower().startswith("readme"):
            new = lead_badges(text, home, gone)
            if new != text:
                yield path, new
