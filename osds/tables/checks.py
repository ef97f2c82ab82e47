"""The checks on tables. Most are frictionless' own error types, under frictionless' codes, with words for a newcomer.

Explanations of the types: https://framework.frictionlessdata.io/docs/errors/.
"""

from __future__ import annotations

from osds.report import Check, Severity


def _of_frictionless(code: str, title: str, explanation: str, advice: str) -> Check:
    return Check(code=code, severity=Severity.ERROR, title=title, explanation=explanation, advice=advice)


TYPE = _of_frictionless(
    "type-error",
    "A cell does not have its column's type",
    "The text of the cell cannot be read as the type that the schema gives the column: a word in a column of numbers, "
    "thousands separators where the schema has no `groupChar`, a date in another format.",
    "Correct the cell, declare the placeholder in `missingValues`, or correct the field's type and format",
)
CONSTRAINT = _of_frictionless(
    "constraint-error",
    "A cell breaks a rule of its column",
    "The schema has `constraints` for the column: required, minimum, maximum, pattern, enum or lengths.",
    "Correct the cell or the constraint",
)
MISSING_CELL = _of_frictionless(
    "missing-cell",
    "A row has too few cells",
    "The row ends before the last column. Often a delimiter is missing or a line was broken in two.",
    "Complete the row; an empty cell still needs its delimiter",
)
EXTRA_CELL = _of_frictionless(
    "extra-cell",
    "A row has too many cells",
    "The row goes on after the last column. Often a text with the delimiter in it is not quoted.",
    "Put the text in quotes, or remove the extra cells",
)
BLANK_ROW = _of_frictionless(
    "blank-row", "A row is empty", "All cells of the row are empty.", "Delete the row (often it is the last line)"
)
PRIMARY_KEY = _of_frictionless(
    "primary-key",
    "Two rows have the same primary key",
    "`primaryKey` promises that no two rows agree in these columns.",
    "Remove the duplicate, or add the column that tells the rows apart to the key",
)
UNIQUE = _of_frictionless(
    "unique-error",
    "A value that must be unique stands twice",
    "The schema has `unique` for this column.",
    "Remove the duplicate or the constraint",
)
FOREIGN_KEY = _of_frictionless(
    "foreign-key",
    "A code is not in the table it refers to",
    "`foreignKeys` promises that every value also stands in the other table.",
    "Add the code to the other table, or correct the cell",
)
BLANK_LABEL = _of_frictionless(
    "blank-label", "A column has no name", "A cell of the header row is empty.", "Name the column"
)
DUPLICATE_LABEL = _of_frictionless(
    "duplicate-label", "Two columns have one name", "Names in the header row must differ.", "Rename one of the columns"
)
MISSING_LABEL = _of_frictionless(
    "missing-label",
    "A column of the schema is not in the file",
    "The header row is shorter than the schema's list of fields.",
    "Add the column, or remove the field from the schema",
)
EXTRA_LABEL = _of_frictionless(
    "extra-label",
    "The file has a column that the schema does not know",
    "The header row is longer than the schema's list of fields.",
    "Add a field to the schema, or remove the column",
)
INCORRECT_LABEL = _of_frictionless(
    "incorrect-label",
    "A column's name is not the one in the schema",
    "Names and order of the columns must be those of the schema's fields.",
    "Rename or reorder the columns or the fields",
)
SOURCE = _of_frictionless(
    "source-error", "The file holds no table", "There is no header row, or nothing at all.", "Add the data"
)
ENCODING = _of_frictionless(
    "encoding-error",
    "The file's characters cannot be read",
    "The bytes are not text in the encoding that the descriptor states, or in the one that was guessed.",
    "Save the file as UTF-8, or state its `encoding`",
)
FORMAT = _of_frictionless(
    "format-error",
    "The file is not what its format says",
    "The file cannot be read as the format that its name or the descriptor states.",
    "Correct the file or `format`",
)

FORMAT_NOT_READ = Check(
    code="format-not-read",
    severity=Severity.ERROR,
    title="The table is in a format that osds does not read",
    explanation="osds reads CSV and TSV, also packed as gz or zip, and rows that stand in the descriptor.",
    advice="Save the table as CSV in UTF-8",
)
FOREIGN_KEY_NOT_CHECKED = Check(
    code="foreign-key-not-checked",
    severity=Severity.WARNING,
    title="A foreign key was not checked",
    explanation="The table that it refers to is missing or could not be read.",
    advice="Correct the other table first",
)
ERROR_LIMIT = Check(
    code="error-limit",
    severity=Severity.WARNING,
    title="The table was not judged to its end",
    explanation="After a number of errors (`limit-errors`) a table is not read further, because they mostly repeat.",
    advice="Correct these errors, or raise `limit-errors`",
)
JUDGE_FAILED = Check(
    code="judge-failed",
    severity=Severity.ERROR,
    title="The table could not be judged",
    explanation="frictionless gave up on the schema or the data of this table, often because a constraint cannot be "
    "applied to the column's type.",
    advice="Simplify the field or constraint that the message names",
)

CHECKS = tuple(value for value in list(globals().values()) if isinstance(value, Check))
_BY_CODE = {check.code: check for check in CHECKS}


def check_of(code: str, title: str) -> Check:
    """The check for an error type of frictionless; one with frictionless' own title where osds has no words for it."""
    return _BY_CODE.get(code) or _of_frictionless(code, title, title, "See the message")
