"""A whole descriptor from tables: Data Package 1.0 with the guessed model, and a sentence for each guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from osds.dataset.package import Json
from osds.inference.model import ModelWriter
from osds.inference.money import NO_CURRENCY
from osds.inference.notes import notes_on
from osds.inference.profile import quoted, unique
from osds.inference.sources import CsvFile, Source, find_facts, gather_sources
from osds.inference.types import FieldGuess
from osds.inference.words import plain
from osds.untrusted import one_line

_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")
_LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class Guessed:
    """A descriptor and, in sentences, what in it is a guess and why."""

    descriptor: Mapping[str, Json]
    guesses: tuple[str, ...]


def guess_package(folder_name: str, files: Sequence[CsvFile], *, currency: str | None) -> Guessed:
    """The descriptor of a dataset in a folder called `folder_name` that consists of `files`."""
    sources = gather_sources(files, currency=currency)
    facts = find_facts(sources)
    writer = ModelWriter(named=len(sources) > 1)
    resources: list[Json] = []
    guesses: list[str] = []
    for source in sources:
        name = unique(name_of(source.stem, "data"), [resource["name"] for resource in resources])
        resources.append(_resource(source, name))
        said = (*notes_on(source), *_model_notes(source, facts, writer, name))
        guesses.extend(f"{_place(source)}: {sentence}" for sentence in said)
    descriptor = {
        "name": name_of(folder_name, "dataset"),
        "title": _title(folder_name),
        "resources": resources,
        "model": {"measures": writer.measures, "dimensions": writer.dimensions},
    }
    return Guessed(descriptor=descriptor, guesses=(*guesses, *_package_notes(writer)))


def name_of(text: str, fallback: str) -> str:
    """`text` as a Data Package name: `Haushalt 2014/15` becomes `haushalt-2014-15`. See `dataset.identity.check_name`."""
    name = re.sub(r"[.]{2,}|-{2,}", "-", _NOT_IN_NAMES.sub("-", plain(text)))
    name = name.strip("._-")[:_LONGEST_NAME].rstrip("._-")
    return f"{name[: _LONGEST_NAME - 8]}-dataset" if name.endswith(".git") else name or fallback


def _title(folder_name: str) -> str:
    words = " ".join(re.sub(r"[\s_-]+", " ", one_line(folder_name)).split())
    return words[:1].upper() + words[1:] if words else "Dataset"


def _place(source: Source) -> str:
    return source.files[0].path + (f" and {len(source.files) - 1} more" if len(source.files) > 1 else "")


def _resource(source: Source, name: str) -> Json:
    """The resource of one table. Size and hash are of one file: of several, each reader would count in its own way."""
    first = source.files[0]
    one = {"bytes": first.bytes, "hash": f"sha256:{first.sha256}"} if len(source.files) == 1 else {}
    return {
        "name": name,
        "path": first.path if one else [file.path for file in source.files],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": first.encoding.name,
        **({"dialect": dict(first.layout.dialect)} if first.layout.dialect else {}),
        **one,
        "schema": _schema(source),
    }


def _schema(source: Source) -> Json:
    codes = source.meaning.codes()
    guesses = {p.name: FieldGuess(type="string") if p.name in codes else p.field for p in source.profiles}
    missing = dict.fromkeys(("", *(text for guess in guesses.values() for text in guess.missing)))
    return {
        "fields": [{"name": name, "type": guess.type, **guess.properties} for name, guess in guesses.items()],
        **({"missingValues": list(missing)} if len(missing) > 1 else {}),
    }


def _model_notes(source: Source, facts: Source | None, writer: ModelWriter, resource: str) -> Iterator[str]:
    if not source.meaning.measures:
        yield "no column looks like money, so it is described but not in the model (a list of codes, perhaps)"
    elif source is not facts:
        yield (
            "it has money too, but a model is about one table: put the figures together, with a column for the year, or "
            "make this one a dataset of its own"
        )
    else:
        yield from writer.add(source.meaning, resource)
        if not source.meaning.has_time:
            yield "no column holds years or dates, so all amounts are taken to be of one year"


def _package_notes(writer: ModelWriter) -> Iterator[str]:
    if not writer.measures:
        yield "no measure was found: add one per column of money to `model`, with `source` and `currency`"
    unknown = [name for name, measure in writer.measures.items() if measure.get("currency") == NO_CURRENCY]
    if unknown:
        yield f'nothing names the currency of {quoted(unknown)}: replace "XXX" by its ISO 4217 code, for instance EUR'
    yield 'nobody can guess the licence: add `licenses`, for instance [{"name": "ODC-PDDL-1.0"}]'
