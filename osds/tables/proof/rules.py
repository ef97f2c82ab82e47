"""For each column a predicate in SQL that is true only for cells that frictionless certainly accepts.

`rule_of` gives the predicate over a cell that is not missing, or None where no predicate is certain enough; then each
distinct value is shown to frictionless' own reader. Sources: the readers in `frictionless/fields/*.py` and the checks in
`frictionless/schema/field.py`, release 5.21. Every rule is narrower than what it stands for: `+5`, ` 5` or `1e5` are numbers
for frictionless as well, so such cells are only doubted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from osds.tables.proof import dates
from osds.tables.proof.columns import Column
from osds.tables.proof.numbers import number_text
from osds.tables.proof.patterns import portable
from osds.tables.proof.sql import all_of, one_of, text

DECIMAL = "DECIMAL(38, 18)"  # holds every number of the certain form
NUMBER = r"-?[0-9]{1,18}(\.[0-9]{1,18})?"
INTEGER = "-?[0-9]{1,18}"
_COMPARISONS = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
_TRUE, _FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the certain cells of a column look, and what they are worth.

    `accepts` is the predicate that a cell has the form; `value` is an expression that orders such cells as frictionless
    orders their values; `read` turns a bound or an enumerated value into a literal comparable with `value`, or None where
    that is not certain.
    """

    accepts: str
    value: str
    read: Callable[[Any], str | None]


def rule_of(column: Column, cell: str) -> str | None:
    """The predicate for a cell that is not missing; None if every distinct value has to be asked for."""
    rule, categories = _rule_of(column, cell), column.categories
    if rule is None or categories is None:
        return rule
    # What has the certain form but is written in another way than the category (007) is only doubted.
    return all_of([rule, one_of(cell, map(str, categories))])


def _rule_of(column: Column, cell: str) -> str | None:
    if column.type == "string":
        return _string_rule(column, cell)
    if column.type == "boolean":
        return _boolean_rule(column, cell)
    if column.type == "any":
        enum = column.constraints.get("enum")
        return "TRUE" if enum is None else one_of(cell, (value for value in enum if isinstance(value, str)))
    form = form_of(column, cell)
    return None if form is None else _valued_rule(column, form)


def form_of(column: Column, cell: str) -> Form | None:
    """The certain form of a column whose values have an order; None if the type has none that is covered."""
    match column.type:
        case "integer":
            return _integer(column, cell)
        case "number":
            return _number(column, cell)
        case "year":
            return Form(accepts=f"regexp_full_match({cell}, '[0-9]{{4}}')", value=cell, read=_read_year)
        case "yearmonth":
            accepts = f"regexp_full_match({cell}, '[0-9]{{4}}-(0[1-9]|1[0-2])')"
            return Form(accepts=accepts, value=cell, read=_read_yearmonth)
        case "date" | "datetime" | "time":
            moment = dates.moment_of(column, cell)
            return None if moment is None else Form(accepts=moment.accepts, value=moment.value, read=moment.read)
    return None


def _valued_rule(column: Column, form: Form) -> str | None:
    predicates = [form.accepts]
    for name, constraint in _constraints(column):
        if name == "enum":
            literals = [form.read(value) for value in constraint]
            known = [literal for literal in literals if literal is not None]
            predicates.append(f"{form.value} IN ({', '.join(known)})" if known else "FALSE")
            continue
        literal = form.read(constraint)
        if literal is None:  # a bound that frictionless cannot read either makes it give up at the first cell
            return None
        predicates.append(f"{form.value} {_COMPARISONS[name]} {literal}")
    return all_of(predicates)


def _constraints(column: Column) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in column.constraints.items() if name not in {"required", "unique"})


def _string_rule(column: Column, cell: str) -> str | None:
    if column.format != "default":
        return None
    predicates = []
    for name, constraint in _constraints(column):
        match name:
            case "minLength":
                predicates.append(f"length({cell}) >= {constraint}")
            case "maxLength":
                predicates.append(f"length({cell}) <= {constraint}")
            case "enum":
                predicates.append(one_of(cell, (value for value in constraint if isinstance(value, str))))
            case "pattern":
                if not portable(constraint):
                    return None
                whole = text(f"(?:{constraint})")
                predicates.append(f"regexp_full_match({cell}, {whole}) AND NOT contains({cell}, chr(10))")
    return all_of(predicates)


def boolean_values(column: Column) -> Mapping[str, bool]:
    """What each text means in a boolean column."""
    meanings = dict.fromkeys(column.raw.get("trueValues", _TRUE), True)
    return meanings | dict.fromkeys(column.raw.get("falseValues", _FALSE), False)


def _boolean_rule(column: Column, cell: str) -> str:
    values = boolean_values(column)
    enum = column.constraints.get("enum")
    if enum is not None:
        allowed = [values.get(value) if isinstance(value, str) else value for value in enum]
        values = {meant: value for meant, value in values.items() if any(value is known for known in allowed)}
    return one_of(cell, values)


def _integer(column: Column, cell: str) -> Form | None:
    if column.raw.get("bareNumber", True) is not True:
        return None
    return Form(
        accepts=f"regexp_full_match({cell}, '{INTEGER}')", value=f"TRY_CAST({cell} AS BIGINT)", read=_read_integer
    )


def _number(column: Column, cell: str) -> Form | None:
    written = number_text(column, cell)
    if written is None:
        return None
    plain = not {"decimalChar", "groupChar", "bareNumber"} & set(column.raw)
    return Form(
        accepts=written.accepts,
        value=f"TRY_CAST({written.plain} AS {DECIMAL})",
        read=lambda value: _read_number(value) if plain or not isinstance(value, str) else None,
    )


def _read_integer(value: Any) -> str | None:  # noqa: ANN401 (any JSON value)
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    written = str(value)
    return written if isinstance(value, int | str) and re.fullmatch(INTEGER, written) else None


def _read_number(value: Any) -> str | None:  # noqa: ANN401
    """As `Decimal(str(value))`, which is how frictionless reads bounds that JSON gave as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        written = f"{Decimal(str(value)):f}" if not isinstance(value, str) else value
    except InvalidOperation:
        return None
    return f"CAST('{written}' AS {DECIMAL})" if re.fullmatch(NUMBER, written) else None


def _read_year(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9999:
        value = f"{value:04}"
    return text(value) if isinstance(value, str) and re.fullmatch("[0-9]{4}", value) else None


def _read_yearmonth(value: Any) -> str | None:  # noqa: ANN401
    return text(value) if isinstance(value, str) and re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", value) else None
