"""The checks on the figures. None is an error: figures can be odd and right."""

from __future__ import annotations

from osds.report import Check, Severity

WARNING, NOTICE = Severity.WARNING, Severity.NOTICE

DUPLICATED_LINES = Check(
    code="duplicated-lines",
    severity=WARNING,
    title="Lines stand in the table more than once",
    explanation="Rows that are equal in every column, in a table whose other columns otherwise tell its lines apart: "
    "the signs of a file that was appended twice or of overlapping extracts. Each copy adds its money again.",
    example="`2014,0912,Schools,500` in rows 3 and 3003, and every other line once",
    advice="Remove the copies, or add the column that tells the lines apart (a line or receipt number)",
)
REPEATED_LINES = Check(
    code="repeated-lines",
    severity=NOTICE,
    title="Some lines are equal in every column",
    explanation="Payments do repeat: the same grant to the same payee on the same day. The table says that it holds "
    "transactions (`granularity`, or many dates a year), or has so few columns that lines often differ in nothing "
    "but the amount; so nobody can tell a repeated payment from a copy.",
    example="`B2014,Levice,I.2,608.98` twice among `B2014,Levice,I.2,280.92` and `B2014,Levice,I.2,262.07`",
    advice="Publish a column that is different for each line, such as a receipt number",
)
YEAR_GAP = Check(
    code="year-gap",
    severity=WARNING,
    title="A year is missing between others",
    explanation="A series of years has holes. Series at equal steps (every second or fifth year) and those with more "
    "holes than years are left alone.",
    example="lines for 2012, 2013 and 2015, none for 2014",
    advice="Add the missing year, or say in the description why there is none",
)
YEAR_OUTSIDE = Check(
    code="year-outside-period",
    severity=WARNING,
    title="Years lie outside the fiscal period",
    explanation="`fiscalPeriod` says which years the dataset covers. A fiscal year such as 2014-15 counts for both "
    "of its years; of transactions the year before and the year after are allowed, because bills are paid late.",
    example="a period that ends on 2015-12-31, and 300 lines in 2017",
    advice="Correct `fiscalPeriod`, or the dates of these lines",
)
TOTAL_JUMP = Check(
    code="total-jump",
    severity=WARNING,
    title="A total changes more than tenfold from one year to the next",
    explanation="Budgets do not grow tenfold in a year; units do: one year in thousands and the next one not, or "
    "half of a file lost. Of transactions, years with fewer lines are allowed if a line is as large as before.",
    example="4,942,020,428 in 2012 and 4,564,125 in 2013",
    advice="Bring all years to the same unit, or complete the year that is too small",
)
YEAR_REVISIONS = Check(
    code="year-revisions",
    severity=WARNING,
    title="One year holds several versions of the same budget",
    explanation="Two dates of one year hold largely the same lines, most with the same amount and some with another: "
    "a budget and its revision. Adding up the year counts almost everything twice.",
    example="`2014-01-01,0912,500` and `2014-01-01,0920,80`, then `2014-09-09,0912,500` and `2014-09-09,0920,95`",
    advice="Add a phase (approved, adjusted) that tells the versions apart, or keep one version of the year",
)
SIGN_CONTRADICTS = Check(
    code="sign-contradicts-direction",
    severity=WARNING,
    title="Most of the money has the wrong sign",
    explanation="Where a measure or a column says `expenditure` or `revenue`, amounts are positive and only "
    "corrections are negative. More than half of the money is negative here, so charts show it upside down.",
    example="direction `expenditure` with -500, -80 and 20",
    advice="Turn the signs round, or correct the direction",
)
MIXED_SIGNS = Check(
    code="mixed-signs",
    severity=NOTICE,
    title="Some amounts are negative",
    explanation="Refunds and corrections are negative and right. Totals count them; treemaps and pie charts cannot "
    "show them.",
    example="500, 80 and -20 add up to 560",
    advice="Nothing has to be done if these are corrections",
)
MEASURE_IS_SUM = Check(
    code="measure-is-sum",
    severity=WARNING,
    title="One measure is the sum of others",
    explanation="In nearly every row one measure equals the sum of two or more others of the same currency, "
    "direction and phase: it is a sub-total, and adding up all measures counts money twice.",
    example="columns `staff` 300, `goods` 200 and `total` 500",
    advice="Take the sum out of the measures; anybody can add up the others",
)
TOTAL_AMONG_MEMBERS = Check(
    code="total-among-members",
    severity=WARNING,
    title="The table contains its own totals",
    explanation="A member of a dimension is called a total and is as large as one, or equals the sum of all its "
    "siblings to the last digit: its rows sum up other rows, so every sum counts that money twice. Sums in a name "
    "may differ by half a percent, because published totals are rounded.",
    example="`Schools` 300, `Roads` 200, `Total` 500",
    advice="Remove the rows that are totals; osds adds them up",
)
CODE_SEVERAL_PARENTS = Check(
    code="code-several-parents",
    severity=NOTICE,
    title="A code stands below several parents",
    explanation="The aggregates take the whole path as the key, so the money stays apart. Who looks up the code "
    "alone finds several members.",
    example="section `002` below centre `001` and below centre `501`",
    advice="Nothing has to be done if the code is only meant below its parent",
)
CODE_SEVERAL_LABELS = Check(
    code="code-several-labels",
    severity=WARNING,
    title="A code has several labels in one year",
    explanation="Money is added up by code, and only one label can be shown. Two labels in one year are two "
    "spellings or, worse, two things under one code. Case, accents, blanks and punctuation do not count.",
    example="`09` is `Education` in one row of 2014 and `Health` in another",
    advice="Give each code one label, or each thing a code of its own",
)
LABEL_CHANGED = Check(
    code="label-changed",
    severity=NOTICE,
    title="The label of a code changes from year to year",
    explanation="Departments are renamed, and codes are used again for something else. The aggregates show one label "
    "for all years.",
    example="`11` is `Justice` in 2012 and `Justice and Interior` in 2013",
    advice="Nothing has to be done for a new name; a new thing needs a new code",
)
LABEL_SEVERAL_CODES = Check(
    code="label-several-codes",
    severity=NOTICE,
    title="Several codes below one parent have the same label",
    explanation="A chart shows them as two members of one name, which readers take for a mistake.",
    example="`22001` and `22009` are both `Other supplies` in 2014",
    advice="Give each code a label of its own, or join the codes if they mean the same",
)

CHECKS = tuple(value for value in list(globals().values()) if isinstance(value, Check))
