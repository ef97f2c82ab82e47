"""From a descriptor in any of its forms to the one fiscal model.

A model with an error is no model: half-understood figures are worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator

from osds.dataset.package import DataPackage, Json
from osds.fiscal import checks, columns, notation
from osds.fiscal.model import FiscalModel, Form
from osds.report import Finding, Severity, in_descriptor

_WORDS_OF_2015 = {"amount", "date", "payer", "payee", "id", "time", "from", "to"}
_WORDS_OF_02 = {"currency", "fiscalPeriod", "status", "standard", "financialStatement"}


def compile_model(package: DataPackage) -> tuple[FiscalModel | None, tuple[Finding, ...]]:
    """The fiscal model of a descriptor, None if there is none or it has errors, and all findings on it."""
    stated = _stated_model(package)
    if stated is not None:
        pointer, form, raw = stated
        model, findings = notation.compile_notation(package, raw, form=form, pointer=pointer)
        findings = (*_form_findings(form, pointer), *findings)
    elif columns.has_column_types(package):
        model, findings = columns.compile_columns(package)
    else:
        model, findings = None, () if package.is_registry else (_no_model(package),)
    if model is not None:
        findings = (*findings, *_completeness(model))
    broken = any(f.severity is Severity.ERROR for f in findings)
    return (None if broken else model), findings


def _stated_model(package: DataPackage) -> tuple[str, Form, Json] | None:
    """Where the descriptor states a model of the 0.3 kind, if it does."""
    if "model" in package.raw:
        return "/model", Form.MODEL, package.raw["model"]
    for resource in package.resources:
        if "model" in resource.raw:
            return f"{resource.pointer}/model", Form.RESOURCE_MODEL, resource.raw["model"]
    mapping = package.raw.get("mapping")
    if isinstance(mapping, dict) and ("measures" in mapping or "dimensions" in mapping):
        return "/mapping", Form.MAPPING, mapping
    return None


def _form_findings(form: Form, pointer: str) -> Iterator[Finding]:
    if form is Form.MAPPING:
        yield checks.MAPPING_FORM.at(in_descriptor(pointer), "the model is called `mapping`")
    if form is Form.RESOURCE_MODEL:
        yield checks.RESOURCE_MODEL_FORM.at(in_descriptor(pointer), "the model stands inside a resource")


def _no_model(package: DataPackage) -> Finding:
    """Which kind of older or missing model this is."""
    openspending = package.raw.get("openspending")
    mapping = openspending.get("mapping") if isinstance(openspending, dict) else package.raw.get("mapping")
    if isinstance(mapping, dict) and _WORDS_OF_2015 & mapping.keys():
        pointer = "/openspending/mapping" if isinstance(openspending, dict) else "/mapping"
        named = ", ".join(f"`{word}`" for word in mapping)
        return checks.MODEL_2015.at(
            in_descriptor(pointer), f"the mapping of 2015 ({named}) must be migrated to `model`"
        )
    if any(
        {"id", "amount"} <= {f.name for f in r.fields} and len(_WORDS_OF_02 & r.raw.keys()) > 1
        for r in package.resources
    ):
        return checks.MODEL_02.at(in_descriptor("/resources"), "the columns have meaning by name only, as in 2014")
    return checks.NO_MODEL.at(in_descriptor(), "there is neither a `model` nor a `columnType` on any field")


def _completeness(model: FiscalModel) -> Iterator[Finding]:
    pointer = {Form.MAPPING: "/mapping", Form.MODEL: "/model"}.get(model.form, "/resources")
    if not model.measures:
        yield checks.NO_MEASURE.at(in_descriptor(pointer), "the model has no measure")
    if not model.dimensions:
        yield checks.NO_DIMENSION.at(in_descriptor(pointer), "the model has no dimension")
