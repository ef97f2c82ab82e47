"""The columns of Budget Data Package 0.1 and 0.2, as dimensions and measures of 0.3.

Source of the names: `0.1/index.md` and `0.2/index.md` in openspending/fiscal-data-package.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """A dimension and the names that its columns can have: of the code, of its title, and of what else is known."""

    name: str
    kind: str
    code: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    others: dict[str, str] = field(default_factory=dict)
    classification: str | None = None

    @property
    def key(self) -> str:
        """What 0.3 calls the attribute with the code."""
        return {"datetime": "date", "classification": "code", "location": "code"}.get(self.kind, "id")


DIMENSIONS = (
    Meaning(name="date", kind="datetime", code=("date",)),
    Meaning(name="date-approved", kind="datetime", code=("dateApproved", "dateBudgeted")),
    Meaning(name="date-adjusted", kind="datetime", code=("dateAdjusted",)),
    Meaning(name="date-reported", kind="datetime", code=("dateReported",)),
    Meaning(
        name="administrator",
        kind="entity",
        code=("administratorID", "adminID"),
        title=("administrator", "admin"),
        others={"orgID": "adminOrgID"},
    ),
    Meaning(
        name="administrator-location",
        kind="location",
        code=("administratorGeographicCodeID",),
        title=("administratorGeographicCode",),
        others={"ocdid": "administratorGeographicCodeOCDID"},
    ),
    Meaning(name="supplier", kind="entity", title=("supplier",)),
    Meaning(
        name="procurer", kind="entity", code=("procuringEntityID", "purchaserID"), others={"orgID": "purchaserOrgID"}
    ),
    Meaning(
        name="functional-classification",
        kind="classification",
        code=("functionalClassificationID", "functionalID"),
        title=("functionalClassification", "functional"),
        classification="functional",
    ),
    Meaning(name="cofog", kind="classification", code=("cofogCode", "cofog"), classification="functional"),
    Meaning(
        name="economic-classification",
        kind="classification",
        code=("economicClassificationID", "economicID"),
        title=("economicClassification", "economic"),
        classification="economic",
    ),
    Meaning(
        name="gfsm",
        kind="classification",
        code=("gfsmExpense", "gfsmExpenditure", "gfsmRevenue"),
        classification="economic",
    ),
    Meaning(name="budgetary-classification", kind="classification", title=("budgetaryClassification", "type")),
    Meaning(name="account", kind="entity", code=("accountID", "fundID"), title=("account", "fund")),
    Meaning(name="financing-means", kind="other", title=("financingMeans", "financialSource")),
    Meaning(name="program", kind="activity", code=("programID",), title=("program",)),
    Meaning(name="project", kind="activity", code=("projectID",), title=("project",)),
    Meaning(name="contract", kind="activity", code=("contractID",)),
    Meaning(
        name="recipient-location",
        kind="location",
        code=("recipientGeographicCodeID",),
        title=("recipientGeographicCode", "geocode"),
        others={"ocdid": "recipientGeographicCodeOCDID"},
    ),
    Meaning(
        name="source-location",
        kind="location",
        code=("sourceGeographicCodeID",),
        title=("sourceGeographicCode",),
        others={"ocdid": "sourceGeographicCodeOCDID"},
    ),
    Meaning(name="budget-line-item", kind="fact", code=("budgetLineItem",)),
    Meaning(name="invoice", kind="fact", code=("invoiceID",)),
    Meaning(name="fact", kind="fact", code=("id",), others={"code": "code", "description": "description"}),
)
MEASURES = {  # column: its phase, None for the phase of the resource
    "amount": None,
    "amountApproved": "approved",
    "amountBudgeted": "approved",
    "amountAdjusted": "adjusted",
}
