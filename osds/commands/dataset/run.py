"""From a parsed command line to its outcome: open what is outside, call the command, show what it did.

Each function returns the exit code. An invalid dataset ends every one of them with its report.
"""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osds.commands.dataset.ledgers import Ledgers
from osds.commands.dataset.validate import Validation, validate
from osds.errors import EXIT_OK, UsageError
from osds.session import Session
from osds.settings import Settings
from osds.views.outcomes import render_bundle, summarise_bundle, summarise_registration, totals

if TYPE_CHECKING:
    from osds.dataset.package import DataPackage
    from osds.registry.pull_request import Summary

Descriptor = dict[str, Any]


def run_validate(session: Session, folder: Path, settings: Settings, *, form: str, target: str | None) -> int:
    """Judge the dataset and show the report in the form asked for, or write it to the file `target`."""
    report = validate(folder, settings, session.progress).report
    if target is None:
        session.show_report(report, folder, form=form)
    else:
        session.write_report(report, folder, form=form, target=Path(target))
    return report.exit_code


def run_aggregate(session: Session, folder: Path, settings: Settings, *, dry_run: bool) -> int:
    """Validate and sum up; write the bundle, or with `dry_run` say what it would hold."""
    with Ledgers(settings, session.progress) as ledgers, _target(settings.output, dry_run=dry_run) as output:
        validation = validate(folder, settings, session.progress, ledgers)
        descriptor, changed = _sum_up(session, validation, settings, output, ledgers)
    if descriptor is None:
        return validation.report.exit_code or 1
    session.say(
        render_bundle(descriptor, settings.output, changed=changed, dry_run=dry_run),
        {"output": settings.output, "changed": changed, "dry-run": dry_run, "bundle": descriptor},
    )
    session.add_summary(summarise_bundle(descriptor))
    session.set_outputs({"bundle": settings.output})
    return EXIT_OK


def run_publish(session: Session, folder: Path, settings: Settings, *, dry_run: bool) -> int:
    """Validate, sum up and publish; with `settings.bundle` publish that folder without making it again."""
    from osds.commands.dataset.identity import identify
    from osds.commands.dataset.run_fetch import pointer_opener
    from osds.commands.store.run import publish_and_tell
    from osds.dataset.package import read_package

    if settings.store is None:
        raise UsageError("Nobody says where to publish", next_step="Give --store, for instance a folder")
    if settings.bundle is not None:
        bundle = Path(settings.bundle)
        name, package = _bundle_of(bundle, folder, settings)
        identity = identify(folder, name, settings, session.runner)
        pointers = pointer_opener(session, folder, identity.url, settings)
        return publish_and_tell(
            session, folder, bundle, identity, package, settings, dry_run=dry_run, open_pointer=pointers
        )
    with tempfile.TemporaryDirectory(prefix="osds-") as scratch:
        bundle = Path(scratch) / "aggregates"
        with Ledgers(settings, session.progress) as ledgers:
            validation = validate(folder, settings, session.progress, ledgers)
            descriptor, _ = _sum_up(session, validation, settings, bundle, ledgers)
        if descriptor is None:
            return validation.report.exit_code or 1
        identity = identify(folder, validation.report.dataset, settings, session.runner)
        package = validation.package or read_package({})
        pointers = pointer_opener(session, folder, identity.url, settings)
        return publish_and_tell(
            session, folder, bundle, identity, package, settings, dry_run=dry_run, open_pointer=pointers
        )


def run_register(session: Session, folder: Path, settings: Settings, *, dry_run: bool) -> int:
    """Validate the dataset and enter it into a registry by the best way open to it."""
    from osds.commands.dataset.identity import identify
    from osds.commands.registry.register import parse_registry, register
    from osds.commands.registry.registries import Access
    from osds.registry.catalog import Entry

    if settings.registry is None:
        raise UsageError("Nobody says which registry to enter", next_step="Give --registry, a folder or OWNER/REPO")
    with Ledgers(settings, session.progress) as ledgers:
        validation = validate(folder, settings, session.progress, ledgers)
        summary = _summarise(session, validation, settings, ledgers)
    if summary is None:
        return validation.report.exit_code or 1
    identity = identify(folder, validation.report.dataset, settings, session.runner)
    access = Access(token=settings.token)
    if session.runner is not None:
        access = replace(access, server_url=session.runner.server_url, api_url=session.runner.api_url)
        if session.runner.event == "pull_request":
            access = replace(access, why_link="There is no token (GitHub gives none to a pull request from a fork)")
    target = parse_registry(settings.registry, server_url=access.server_url)
    entry = Entry(url=identity.url or identity.folder, name=identity.dataset.name, owner=identity.dataset.owner)
    done = register(entry, summary, target, access=access, clock=_now, progress=session.progress, dry_run=dry_run)
    session.say("\n".join(done.lines), {"dataset": str(entry.id), "dry-run": dry_run, **asdict(done)})
    session.add_summary(summarise_registration(done))
    if done.how == "link" and access.token:
        session.warn(f"{done.why}. The job summary has a link that asks the registry")
    session.set_outputs({"registered": done.how, "pull-request": done.url if done.how == "pull request" else ""})
    return EXIT_OK


def run_init(session: Session, folder: Path, *, currency: str | None, core: bool, dry_run: bool) -> int:
    """Make a dataset out of a folder of CSV files."""
    from osds.commands.dataset.init import init

    done = init(folder, currency=currency, core=core, dry_run=dry_run, progress=session.progress)
    lines = [f"{state}: {path}" for path, state in done.files]
    lines += ["", "To be checked, one by one:", *(f"  - {guess}" for guess in done.guesses)] if done.guesses else []
    session.say("\n".join(lines), {"files": dict(done.files), "guesses": list(done.guesses), "dry-run": dry_run})
    return EXIT_OK


def run_migrate(session: Session, folder: Path, *, write: bool) -> int:
    """Show the descriptor's meaning as a `model` of 0.3, as a diff; with `write` put it in place."""
    from osds.commands.dataset.migrate import migrate_dataset

    done = migrate_dataset(folder, write=write)
    session.say("\n".join(done.lines), asdict(done))
    return done.exit_code


def _sum_up(
    session: Session, validation: Validation, settings: Settings, output: Path, ledgers: Ledgers
) -> tuple[Descriptor | None, bool]:
    """The descriptor of the bundle and whether it is new; None, with the report shown, if there can be no sums."""
    if validation.report.valid:
        from osds.commands.dataset.aggregate import aggregate_dataset

        done = aggregate_dataset(validation, settings, output, session.progress, ledgers)
        if done.aggregation is not None and done.aggregation.bundle is not None:
            session.set_verdict(done.report)
            return done.aggregation.bundle.descriptor, done.aggregation.changed
        session.show_report(done.report, validation.folder)
    else:
        session.show_report(validation.report, validation.folder)
    return None, False


def _summarise(session: Session, validation: Validation, settings: Settings, ledgers: Ledgers) -> Summary | None:
    """What the registry is told of the dataset; None, with the report shown, if it is invalid or cannot be summed."""
    from osds.registry.pull_request import Summary
    from osds.views.text import table_line, verdict

    with tempfile.TemporaryDirectory(prefix="osds-") as scratch:
        apex_only = replace(settings, max_files=1)
        descriptor, _ = _sum_up(session, validation, apex_only, Path(scratch) / "aggregates", ledgers)
    if descriptor is None or validation.package is None:
        return None
    block = descriptor["osds"]
    years = {str(total["year"]) for m in block["measures"].values() for total in m["totals"] if total.get("year")}
    return Summary(
        title=validation.package.title,
        measures=tuple(
            f"{name} ({measure['currency'] or 'no currency'})" for name, measure in block["measures"].items()
        ),
        years=tuple(sorted(years)),
        totals=tuple(f"{what}: {amount}" for what, amount in totals(block)),
        checked=(verdict(validation.report), *(table_line(table) for table in validation.report.tables)),
    )


def _bundle_of(bundle: Path, folder: Path, settings: Settings) -> tuple[str, DataPackage]:
    """The dataset's name as the bundle states it, and the dataset itself if its files are wanted, too.

    `publish_bundle` verifies the rest of the bundle. Raises `UsageError` if it was made of another dataset.
    """
    from osds.dataset import strict_json
    from osds.dataset.package import read_package
    from osds.edges.local import files
    from osds.edges.local.bundles import describe_bundle

    made = describe_bundle(bundle)
    if settings.publish_data is None:
        return made.name, read_package({})
    content = files.read_descriptor(folder, strict_json.MAX_BYTES)
    source = made.raw["osds"].get("source")
    if not isinstance(source, dict) or source.get("descriptor_sha256") != hashlib.sha256(content).hexdigest():
        raise UsageError(
            f"The bundle in {str(bundle)!r} was not made of the dataset in {str(folder)!r}",
            next_step="publish-data needs both: run `osds aggregate` again, or leave out --bundle",
        )
    value, _ = strict_json.load(content)
    return made.name, read_package(value if isinstance(value, dict) else {})


@contextmanager
def _target(output: str, *, dry_run: bool) -> Iterator[Path]:
    """The folder to write to: a temporary one in a dry run."""
    if not dry_run:
        yield Path(output)
        return
    with tempfile.TemporaryDirectory(prefix="osds-") as scratch:
        yield Path(scratch) / "aggregates"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
