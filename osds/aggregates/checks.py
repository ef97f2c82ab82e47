"""What the aggregates check beyond the validation of tables: whether the money can be added up exactly."""

from __future__ import annotations

from osds.report import Check, Severity

FACTS_IN_SEVERAL_RESOURCES = Check(
    code="facts-in-several-resources",
    severity=Severity.ERROR,
    title="The year, currency, phase or direction of some money is unknown",
    explanation="The money of several resources is added up together, but never across year, currency, phase and "
    "direction. So each table with money must have these columns itself, under the names that the model gives as "
    "`source`, or a foreign key to the table that has them. A table that lacks another dimension is no error: its money "
    "stands at the empty code there (see `dimension-incomplete`).",
    advice="Add the column to that table under the same name, or a foreign key that leads to it",
)
LOOKUP_NOT_UNIQUE = Check(
    code="lookup-not-unique",
    severity=Severity.ERROR,
    title="A key finds several rows of the table that is looked up",
    explanation="The columns that a foreign key refers to must name one row each. With several rows for one key, every "
    "amount with that key would be added up several times.",
    advice="Remove the repeated rows, or refer to more columns, until each key is there once",
)
AMOUNT_NOT_A_NUMBER = Check(
    code="amount-not-a-number",
    severity=Severity.ERROR,
    title="An amount is not a number",
    explanation="NaN, infinities and text cannot be added up. Leave the cell empty, or declare the placeholder in "
    "`missingValues`, where the amount is unknown.",
    advice="Write the amount as a plain decimal number or leave the cell empty",
)
AMOUNT_OUT_OF_RANGE = Check(
    code="amount-out-of-range",
    severity=Severity.ERROR,
    title="The amounts do not fit into 38 digits",
    explanation="Sums are exact decimals of at most 38 digits, counted from the largest total to the smallest fraction "
    "of a measure, after its `factor`. Real budgets need less than 25.",
    advice="Look for a wrong exponent, a wrong `factor` or a number that is not an amount",
)
YEAR_UNREADABLE = Check(
    code="year-unreadable",
    severity=Severity.ERROR,
    title="A date gives no year",
    explanation="Years are never added up, so every date must name its year: a date by its `format`, or text that "
    "begins with YYYY-.",
    advice="Correct the date, or the `format` of the column",
)
TOO_MANY_TOTALS = Check(
    code="too-many-totals",
    severity=Severity.ERROR,
    title="Year, currency, phase and direction take too many values",
    explanation="Amounts of different year, currency, phase or direction are never added up. More combinations of "
    "them than `max-cells` mean that a column holds something else, for instance days as plain text.",
    advice="Give the date column the type `date`, or raise `max-cells`",
)

CHECKS = (
    FACTS_IN_SEVERAL_RESOURCES,
    LOOKUP_NOT_UNIQUE,
    AMOUNT_NOT_A_NUMBER,
    AMOUNT_OUT_OF_RANGE,
    YEAR_UNREADABLE,
    TOO_MANY_TOTALS,
)
