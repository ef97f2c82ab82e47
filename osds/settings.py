"""All settings of osds in one frozen object, and the one order in which they are resolved.

Defaults, then `osds.yml` of the dataset, then the environment (`OSDS_*`, then `INPUT_*`, which `action.yml` sets), then
command-line flags: a later one wins. The names are the same everywhere (`limit-errors` in `osds.yml` and `action.yml`,
`--limit-errors` on the command line, `OSDS_LIMIT_ERRORS` in the environment); a test keeps them equal.
Nothing else in osds reads the environment for settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from osds.errors import UsageError
from osds.inputs import variable
from osds.silence import SETTINGS_FILE, Silence, parse_silences
from osds.thresholds import Thresholds, parse_thresholds
from osds.updating import UPDATE_KEY, parse_update

FILE_ONLY = ("gate", "silence", UPDATE_KEY)  # keys of `osds.yml` that are neither flag nor input

_SIZE = re.compile(r"(?P<count>[0-9]{1,9}) ?(?P<unit>[KMGT]B)", re.IGNORECASE)
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_LEAST_SIZE = 256 * 10**6


def _setting(
    default: Any,  # noqa: ANN401 (the default of any one field)
    *,
    about: str,
    commands: str,
    metavar: str = "TEXT",
    in_file: bool = False,
    secret: bool = False,
) -> Any:  # noqa: ANN401 (a field of any type)
    """One setting: its default, the help text, the commands that take it, and where it may be set.

    A secret is never a flag (argv is public) and never stands in a file; `in_file` allows it in `osds.yml`.
    """
    about_it = {"about": about, "commands": commands.split(), "metavar": metavar, "in_file": in_file, "secret": secret}
    return field(default=default, repr=not secret, metadata=about_it)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run of osds was asked for. Sizes are bytes, limits are counts."""

    owner: str | None = _setting(
        None,
        about="Owner of the dataset (a GitHub user or organisation). Default: from the git remote",
        commands="publish register backup",
        metavar="NAME",
    )
    url: str | None = _setting(
        None,
        about="URL of the dataset's repository. Default: from the git remote",
        commands="fetch publish register",
        metavar="URL",
    )
    output: str = _setting(
        "aggregates",
        about="Folder to write the aggregates to",
        commands="aggregate",
        metavar="DIR",
    )
    bundle: str | None = _setting(
        None,
        about="Publish this folder, made by `osds aggregate`, instead of aggregating again",
        commands="publish",
        metavar="DIR",
    )
    store: str | None = _setting(
        None,
        about="Where to publish: a folder, s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX] or az://CONTAINER[/PREFIX]",
        commands="publish store backup restore drill finish",
        metavar="URL",
        in_file=True,
    )
    endpoint: str | None = _setting(
        None,
        about="Endpoint of an S3-compatible server, for instance https://minio.example.org",
        commands="publish store backup restore drill finish",
        metavar="URL",
    )
    publish_data: str | None = _setting(
        None,
        about="Publish these data files, too: all, or names of resources, separated by commas. Default: only the sums",
        commands="publish",
        metavar="NAMES",
        in_file=True,
    )
    accept: str | None = _setting(
        None,
        about="Publish although much is lost against the published version; the reason is recorded in the new one",
        commands="publish",
        metavar="REASON",
    )
    registry: str | None = _setting(
        None,
        about="The registry to enter: OWNER/REPO on GitHub, or the folder or URL of any git repository",
        commands="register status",
        metavar="URL_OR_OWNER/REPO",
        in_file=True,
    )
    token: str | None = _setting(
        None,
        about="GitHub token that may open a pull request on the registry, or read a private dataset "
        "(environment or action input only)",
        commands="fetch register backup refresh",
        secret=True,
    )
    limit_errors: int = _setting(
        1000,
        about="Stop judging a table after this many errors",
        commands="validate aggregate publish",
        metavar="COUNT",
        in_file=True,
    )
    changed_since: str | None = _setting(
        None,
        about="Do not read tables again that are as they were at this git revision and known to be good",
        commands="validate",
        metavar="REV",
    )
    only: str | None = _setting(
        None,
        about="Sum up by these dimensions only: names, separated by commas. Default: all",
        commands="aggregate publish",
        metavar="NAMES",
        in_file=True,
    )
    without: str | None = _setting(
        None,
        about="Leave these dimensions out: names, separated by commas; or a single cuboid, such as function+payee",
        commands="aggregate publish",
        metavar="NAMES",
        in_file=True,
    )
    add: str | None = _setting(
        None,
        about="Write these cuboids whatever their size, such as payee, function/level1+payee",
        commands="aggregate publish",
        metavar="NAMES",
        in_file=True,
    )
    formats: str = _setting(
        "csv",
        about="Formats of the cuboids: csv, or csv,parquet to have each as Apache Parquet too",
        commands="aggregate publish",
        metavar="NAMES",
        in_file=True,
    )
    max_seconds: int = _setting(
        600,
        about="Give up on a table that takes longer than this to judge",
        commands="validate aggregate publish register",
        metavar="COUNT",
    )
    max_memory: str = _setting(
        "2GB",
        about="Memory that judging a table may use, at least 256MB",
        commands="validate aggregate publish register",
        metavar="SIZE",
    )
    max_members: int = _setting(
        1000,
        about="Leave dimensions with more members than this out of the cuboids",
        commands="aggregate publish",
        metavar="COUNT",
        in_file=True,
    )
    max_cells: int = _setting(
        100_000,
        about="Leave out cuboids with more cells than this",
        commands="aggregate publish",
        metavar="COUNT",
        in_file=True,
    )
    max_files: int = _setting(
        500,
        about="Write at most this many cuboids, the coarsest first",
        commands="aggregate publish",
        metavar="COUNT",
        in_file=True,
    )
    memory: str = _setting(
        "1GB",
        about="Memory that adding up may use before it spills to disk, at least 256MB",
        commands="validate aggregate publish",
        metavar="SIZE",
    )
    max_size: str = _setting(
        "20GB",
        about="Fetch, back up or restore no more than this of one dataset",
        commands="fetch backup restore drill finish",
        metavar="SIZE",
        in_file=True,
    )
    gate: Thresholds = Thresholds()  # noqa: RUF009 (a frozen value); the key `gate` of `osds.yml`: several numbers
    update: tuple[str, ...] = ()  # the key `update` of `osds.yml`: a command's words, which come from the dataset alone
    silences: tuple[Silence, ...] = ()  # the key `silence` of `osds.yml`: a list, so neither flag nor input


@dataclass(frozen=True, kw_only=True)
class Option:
    """How one setting is called and where it may be set."""

    attribute: str  # limit_errors
    type: type
    default: object
    about: str
    commands: tuple[str, ...]
    metavar: str
    in_file: bool
    secret: bool

    @property
    def name(self) -> str:
        """The public name, as in `action.yml` and `osds.yml`: `limit-errors`."""
        return self.attribute.replace("_", "-")


def _options() -> tuple[Option, ...]:
    return tuple(
        Option(attribute=f.name, type=int if f.type == "int" else str, default=f.default, **_as_option(f.metadata))
        for f in fields(Settings)
        if f.metadata
    )


def _as_option(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {**metadata, "commands": tuple(metadata["commands"])}


OPTIONS = _options()


def resolve(*, file: Mapping[str, object], environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings of one run, from the parsed `osds.yml`, the environment and the flags (None means not given).

    Raises `UsageError` for an unknown key in the file, a key that must not stand there, or a value of the wrong type.
    """
    values: dict[str, Any] = {
        "silences": parse_silences(file.get("silence")),
        "gate": parse_thresholds(file.get("gate")),
        "update": parse_update(file.get(UPDATE_KEY)),
    }
    known = {option.name: option for option in OPTIONS}
    for key, value in file.items():
        if key in FILE_ONLY:
            continue
        option = known.get(key)
        if option is None or not option.in_file:
            raise UsageError(
                f"{SETTINGS_FILE}: {key!r} cannot be set here",
                next_step=f"Known keys: {', '.join([*(o.name for o in OPTIONS if o.in_file), *FILE_ONLY])}",
            )
        values[option.attribute] = _typed(option, value, f"{SETTINGS_FILE}: {key}")
    for option in OPTIONS:
        own = f"OSDS_{option.attribute.upper()}"
        for name, told in ((own, own), (variable(option.name), f"The input `{option.name}`")):
            if environ.get(name):
                values[option.attribute] = _typed(option, environ[name], told)
        if flags.get(option.attribute) is not None:
            values[option.attribute] = _typed(option, flags[option.attribute], f"--{option.name}")
    return Settings(**values)


def size_of(text: str, name: str) -> int:
    """The bytes that `text` says, for instance `512MB`; at least 256 MB. Raises `UsageError` if it says no such size."""
    match = _SIZE.fullmatch(text)
    size = int(match["count"]) * _UNITS[match["unit"].upper()] if match else 0
    if size < _LEAST_SIZE:
        raise UsageError(f"{name}: {text!r} is not a size of at least 256MB", next_step="For instance 2GB or 512MB")
    return size


def _typed(option: Option, value: object, source: str) -> object:
    if option.type is int:
        return _count(value, source)
    if not isinstance(value, str) or not value or any(ord(c) < 32 for c in value):
        raise UsageError(f"{source} must be one line of text", next_step=option.about)
    return value


def _count(value: object, source: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) > 0):
        raise UsageError(f"{source} must be a whole number above 0", next_step="For instance 1000")
    return int(text)
