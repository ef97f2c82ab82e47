"""Descriptors as small as they can be, and what becomes of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.migration.migrate import Migration, State, migrate
from osds.fiscal.model import FiscalModel, Form
from osds.report import Severity

Raw = dict[str, Any]
YEAR: Raw = {"dimensionType": "datetime", "attributes": {"year": {"source": "year"}}, "primaryKey": "year"}


def table(name: str, *fields: str, **more: Any) -> Raw:
    """A resource; a field is `name` or `name:type`."""
    pairs = (field.partition(":") for field in fields)
    schema = {"fields": [{"name": column, "type": kind or "string"} for column, _, kind in pairs]}
    return {"name": name, "path": f"{name}.csv", "schema": schema, **more}


def package(*resources: Raw, **more: Any) -> Raw:
    return {"name": "x", "license": "PDDL", "resources": list(resources), **more}


def understood(raw: Raw) -> FiscalModel:
    """The model that osds reads from a descriptor without an error."""
    model, findings = compile_model(read_package(raw))
    assert model is not None
    assert [f for f in findings if f.severity is not Severity.NOTICE] == []
    return model


def migrated(raw: Raw, *notes: str) -> Raw:
    """The new model; the notes must be those, each known by some words of it."""
    before = deepcopy(raw)
    done = migrate(raw)
    assert raw == before
    assert done.state is State.MIGRATED
    assert done.descriptor is not None
    assert len(done.notes) == len(notes), done.notes
    for told, wanted in zip(done.notes, notes, strict=True):
        assert wanted in told
    assert understood(done.descriptor).form is Form.MODEL
    assert migrate(done.descriptor) == Migration(state=State.CURRENT, descriptor=None, notes=())
    model: Raw = done.descriptor["model"]
    return model


def refused(raw: Any, *words: str) -> None:
    done = migrate(raw)
    assert (done.state, done.descriptor) == (State.IMPOSSIBLE, None)
    assert all(any(word in note for note in done.notes) for word in words), done.notes


def keys(raw: Raw) -> list[str]:
    done = migrate(raw)
    assert done.descriptor is not None
    return list(done.descriptor)
