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
    explanation="osds reads CSV and TSV, also packed as gz or zip, and rows that stand in the descriptor. It does not read "
    "Parquet, Excel or databases: frictionless reads them only with packages that osds leaves out, and gives other verdicts "
    "on cells that have types already.",
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
TABLE_LIMIT = Check(
    code="table-limit",
    severity=Severity.ERROR,
    title="A table is wider than osds reads",
    explanation="Headers of more than 2,000 columns and rows of more than 4 MB are refused before a parser meets them. "
    "Both are mostly a damaged file: a wrong delimiter, or a quote that is never closed. The limits are fixed.",
    advice="Correct delimiter and quotes; a table that really is this wide becomes several, or columns become rows",
    unsafe=True,
)
PATTERN_IN_PART = Check(
    code="pattern-in-part",
    severity=Severity.ERROR,
    title="A cell matches its column's pattern only in part",
    explanation="Table Schema means a `pattern` for the whole cell. frictionless lets a cell pass if one side of an `|` "
    "matches its beginning, or if a line feed follows; other tools do not.",
    advice="Correct the cell; or put parentheses around the alternatives, and `.*` where anything may follow",
)
CATEGORY = Check(
    code="category-unknown",
    severity=Severity.ERROR,
    title="A cell is none of its column's categories",
    explanation="`categories` (Data Package 2) lists all values that the column may have. frictionless pays no attention to "
    "it; other tools do.",
    advice="Correct the cell, or add the value to `categories`",
)
UNIQUE_KEY = Check(
    code="unique-key",
    severity=Severity.ERROR,
    title="Two rows agree in a unique key",
    explanation="`uniqueKeys` (Data Package 2) promises that no two rows agree in all columns of a key; rows that lack "
    "a value there are not compared. frictionless pays no attention to it; other tools do.",
    advice="Remove the duplicate, or add the column that tells the rows apart to the key",
)
BLANKS_SKIPPED = Check(
    code="blanks-skipped",
    severity=Severity.WARNING,
    title="Blanks before cells are skipped, though nobody stated so",
    explanation="In the first rows of the file a blank stands before each cell, so that frictionless skips these blanks "
    "everywhere, and a cell of one blank is empty. Other tools keep them.",
    advice='State `"skipInitialSpace": true` in the dialect if this is meant, else `false`; or remove the blanks',
)
DELIMITER_GUESSED = Check(
    code="delimiter-guessed",
    severity=Severity.WARNING,
    title="The file's delimiter is not stated",
    explanation="A CSV file without a stated delimiter has commas. This one seems to have another, which some tools guess "
    "and others do not: they see one wide column.",
    advice='State it in the dialect of the resource, for instance `"dialect": {"delimiter": ";"}`',
)
NUL_BYTE = Check(
    code="nul-byte",
    severity=Severity.ERROR,
    title="A file holds bytes that are no text",
    explanation="NUL bytes are in no text, and tools disagree on what they mean. Mostly the file is UTF-16, or was cut "
    "off when it was copied.",
    advice="Save the file as UTF-8, or state its `encoding`",
)
BLANK_HEADER = Check(
    code="blank-header",
    severity=Severity.ERROR,
    title="The file begins with an empty line",
    explanation="The first line of a file names its columns. Where it is empty nobody can compare the names with the "
    "schema, and the real header is taken for a row of data. frictionless says nothing of it.",
    advice="Delete the empty line, or state `headerRows` in the dialect",
)
LONE_RETURN = Check(
    code="lone-return",
    severity=Severity.WARNING,
    title="A carriage return stands alone",
    explanation="Some tools take a carriage return without line feed as the end of a row, others as a character of the "
    "cell, so they see different rows.",
    advice="Save the file with line feeds, or with both, at the ends of lines",
)
QUOTE_MISPLACED = Check(
    code="quote-misplaced",
    severity=Severity.ERROR,
    title="Text goes on after a closing quote",
    explanation="A quoted cell ends with its quote (RFC 4180). Tools disagree on what text behind it belongs to. Mostly a "
    "quote inside the cell was not doubled.",
    advice="Write quotes inside a quoted cell twice",
)
QUOTE_UNCLOSED = Check(
    code="quote-unclosed",
    severity=Severity.ERROR,
    title="A quoted cell never ends",
    explanation="The file ends inside quotes, so all rows behind the opening quote became one cell. Mostly the file was "
    "cut off, or a quote too many stands in the line named.",
    advice="Close the quote, or remove it, or get the whole file again",
)
LIMIT_REACHED = Check(
    code="limit-reached",
    severity=Severity.ERROR,
    title="Judging a table took more than it may",
    explanation="Rows are judged in a process of its own, which is ended when it takes too long or too much memory. A "
    "dataset cannot change these limits; whoever runs osds can: `max-seconds`, `max-memory`.",
    advice="Look for a regular expression in `pattern` that takes forever, or for a damaged file; for a table that is "
    "just large, raise the limit that the message names",
    unsafe=True,
)

CHECKS = tuple(value for value in list(globals().values()) if isinstance(value, Check))
_BY_CODE = {check.code: check for check in CHECKS}


def check_of(code: str, title: str) -> Check:
    """The check for an error type of frictionless; one with frictionless' own title where osds has no words for it."""
    return _BY_CODE.get(code) or _of_frictionless(code, title, title, "See the message")
