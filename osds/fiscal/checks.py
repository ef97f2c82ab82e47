"""The checks on a dataset's fiscal model. Errors are for what makes numbers wrong or meaningless; the rest warns."""

from __future__ import annotations

from osds.report import Check, Severity

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE

NO_MODEL = Check(
    code="no-fiscal-model",
    severity=ERROR,
    title="Nothing says what the columns mean",
    explanation="A Fiscal Data Package maps its columns to measures and dimensions: with `model` (0.3) or with a "
    "`columnType` on each field (1.0). Without either, no figure can be interpreted.",
    example="a package with `resources` and nothing else",
    advice="Add `model`; `osds init` in a folder of CSV files writes one to start from",
)
MODEL_2015 = Check(
    code="model-form-2015",
    severity=ERROR,
    title="The model is in the form of 2015",
    explanation="The drafts of mid 2015 wrote `mapping` with `amount`, `date` or `payer` and sources like "
    "`resource/field`. That form says too little to add figures up safely.",
    example='`"mapping": {"amount": {"source": "cra/amount"}, "date": "cra/year"}`',
    advice="Run `osds migrate`: it shows the `model` that the mapping means, and `--write` puts it in its place",
)
MODEL_02 = Check(
    code="model-form-0.2",
    severity=ERROR,
    title="This is a Budget Data Package 0.2",
    explanation="The Budget Data Package of 2014 gave meaning to fixed column names (`id`, `amount`, …) and kept "
    "`currency`, `fiscalPeriod` and `status` on each resource.",
    example='a resource with `"currency": "USD", "status": "approved"` and the columns `id,amount,administrator`',
    advice="Run `osds migrate`: it shows the `model` that the column names mean, and `--write` adds it",
)
MAPPING_FORM = Check(
    code="model-form-mapping",
    severity=NOTICE,
    title="The model is called `mapping`",
    explanation="The drafts of Fiscal Data Package 0.3 said `mapping` for what is now `model`. osds reads both.",
    example='`"mapping": {"measures": {…}, "dimensions": {…}}`',
    advice="Rename `mapping` to `model`; `osds migrate --write` does it",
)
RESOURCE_MODEL_FORM = Check(
    code="model-form-resource",
    severity=NOTICE,
    title="The model stands inside a resource",
    explanation="Fiscal Data Package 0.3 puts `model` at the top of the descriptor. osds reads both.",
    example='`"resources": [{"name": "budget", "model": {…}}]`',
    advice="Move `model` to the top level; `osds migrate --write` does it",
)
OS_TYPE_FORM = Check(
    code="model-form-os-type",
    severity=NOTICE,
    title="Fields carry the older `osType`",
    explanation="`osType` became `columnType` in Fiscal Data Package 1.0. osds reads both.",
    example='`{"name": "Jahr", "osType": "date:fiscal-year"}`',
    advice="Rename `osType` to `columnType`, or let `osds migrate --write` write out the `model` that they mean",
)
MODEL_SCHEMA = Check(
    code="model-schema",
    severity=ERROR,
    title="The model has the wrong structure",
    explanation="Checked against osds' own JSON Schema of Fiscal Data Package 0.3: `measures` and `dimensions` by name, "
    "each measure with a `source`, each dimension with `attributes` and `primaryKey`.",
    example='`"measures": {"amount": {"currency": "EUR"}}`, without `source`',
    advice="Correct the property named",
)
NO_MEASURE = Check(
    code="no-measure",
    severity=ERROR,
    title="The model has no measure",
    explanation="A measure says which column holds an amount of money. Without one there is nothing to add up.",
    example='`"measures": {}`',
    advice="Add at least one measure with `source` and `currency`",
)
NO_DIMENSION = Check(
    code="no-dimension",
    severity=ERROR,
    title="The model has no dimension",
    explanation="A dimension is a way to break the money down: by year, function, department or payee.",
    example='`"dimensions": {}`',
    advice="Add at least one dimension with `attributes` and `primaryKey`",
)
DANGLING_SOURCE = Check(
    code="dangling-source",
    severity=ERROR,
    title="A source names no column",
    explanation="`source` must be the name of a field of the resource it refers to, letter by letter.",
    example='`"source": "amuont"` where the table has `amount`',
    advice="Use one of the table's field names",
)
DANGLING_RESOURCE = Check(
    code="dangling-resource",
    severity=ERROR,
    title="A resource is named that does not exist",
    explanation="`resource` in a measure or an attribute must be the name of one of the package's resources.",
    example='`"resource": "budget-2014"` where the package has `budget`',
    advice="Use one of the package's resource names",
)
DANGLING_KEY = Check(
    code="dangling-primary-key",
    severity=ERROR,
    title="A primary key names no attribute",
    explanation="`primaryKey` of a dimension lists keys of its `attributes`, not columns of the table.",
    example='`"primaryKey": "dept_code"` where the attribute is called `code`',
    advice="Use one of the dimension's attributes",
)
DANGLING_PARENT = Check(
    code="dangling-parent",
    severity=ERROR,
    title="A parent or a label points to no attribute",
    explanation="`parent` and `labelfor` must be the key of another attribute of the same dimension.",
    example='`"labelfor": "code"` in a dimension whose only other attribute is `id`',
    advice="Use one of the dimension's attributes",
)
NOT_JOINED = Check(
    code="attribute-not-joined",
    severity=ERROR,
    title="Nothing leads from the money to an attribute",
    explanation="An attribute in another table than the money is looked up by a foreign key: `foreignKeys` in the "
    "`schema` of the table with the money, which names columns of both tables. One step is followed. An attribute without "
    "`resource` is taken from the first resource. Money whose key is empty keeps its place, with an empty code.",
    example='`"title": {"source": "name", "resource": "departments"}` and no foreign key to `departments`',
    advice="Add the foreign key to the `schema` of the table with the money, or, where that table has the column itself, "
    "name it as the attribute's `resource`",
)
LOOKUP_AMBIGUOUS = Check(
    code="lookup-ambiguous",
    severity=ERROR,
    title="Several foreign keys lead to one attribute",
    explanation="An attribute names the resource that it is looked up in, but not by which foreign key: of payer and payee "
    "in one table of entities, nobody can tell which is meant.",
    example="`payer` and `payee` are both foreign keys to `entities`, and the model reads `name` there",
    advice="List that file as one resource per role (`payers`, `payees`), and let each foreign key lead to its own",
)
CYCLE = Check(
    code="attribute-cycle",
    severity=ERROR,
    title="Attributes are their own parents or labels",
    explanation="Following `parent` must end at a root, and an attribute cannot be its own label.",
    example='`"a": {"parent": "b"}, "b": {"parent": "a"}`',
    advice="Break the circle: the broadest level has no `parent`",
)
MEASURE_NOT_NUMERIC = Check(
    code="measure-not-numeric",
    severity=ERROR,
    title="A measure's column holds no numbers",
    explanation="A measure is added up, so its field must have type `number` or `integer` in the Table Schema.",
    example='`{"name": "amount", "type": "string"}`',
    advice="Correct the field's type; thousands separators go into `groupChar`, a decimal comma into `decimalChar`",
)
FACTOR_RANGE = Check(
    code="factor-out-of-range",
    severity=ERROR,
    title="The factor is zero, negative or absurd",
    explanation="Every figure is multiplied by `factor` to give the real amount: zero erases it, a negative one turns "
    "spending into revenue, and nobody counts in more than trillions or less than trillionths.",
    example='`"factor": 0`',
    advice="Use 1, or 1000 where figures are in thousands",
)
NORMALIZE_INCOMPLETE = Check(
    code="normalize-incomplete",
    severity=ERROR,
    title="The un-pivot of the measure is incomplete",
    explanation="In Fiscal Data Package 1.0 every measure column of a pivoted table carries `normalize` with a value for "
    "each extra field, and the extra fields have a `columnType`.",
    example='`"normalize": {"Year": 2014}` beside `"normalize": {"Year": 2015, "Phase": "approved"}`',
    advice="Give every measure column a `normalize` with the same keys, each a field in `extraFields`",
)
CURRENCY_MISSING = Check(
    code="currency-missing",
    severity=WARNING,
    title="Nobody knows in which currency the figures are",
    explanation="An amount without a currency cannot be compared with anything. ISO 4217 codes are the standard.",
    example='`"amount": {"source": "amount"}`',
    advice="Add `currency`, for instance EUR",
)
CURRENCY_UNKNOWN = Check(
    code="currency-unknown",
    severity=WARNING,
    title="The currency is not an ISO 4217 code",
    explanation="Charts and converters know currencies by their three-letter ISO 4217 code.",
    example='`"currency": "EURO"`',
    advice="Use the ISO 4217 code, for instance EUR",
)
CURRENCY_FOREIGN = Check(
    code="currency-foreign",
    severity=WARNING,
    title="The currency is not that of the country",
    explanation="A budget is nearly always in the money of its country; a template or a default says another one. "
    "Currencies that are no longer in use are not compared.",
    example='`"countryCode": "DE"` with `"currency": "USD"`',
    advice="Correct `currency` or `countryCode`; if both are right, silence this check in osds.yml",
)
FACTOR_SUSPECT = Check(
    code="factor-suspect",
    severity=WARNING,
    title="The column says thousands or millions, the factor does not",
    explanation="A header such as `Budget (million guaraníes)` with factor 1 makes every total wrong by that factor.",
    example="`Budget (million guaraníes)` with factor 1",
    advice="Set `factor` to 1000 or 1000000, or correct the header",
)
SOURCE_SHARED = Check(
    code="source-shared",
    severity=WARNING,
    title="Two dimensions read one column",
    explanation="Usually one of them was meant to read another column, which is then missing from all breakdowns.",
    example='the dimensions `date` and `fund`, both with `"source": "Year"`',
    advice="Correct one `source`, or drop the dimension",
)
FACTS_LEFT_OUT = Check(
    code="facts-left-out",
    severity=WARNING,
    title="A table with money is in no measure",
    explanation="A table with the same columns as one with money, or with columns of money by their `columnType`, is "
    "probably more money: one file per year, for instance. osds adds up what the measures name and nothing else.",
    example="the resources `budget-2014` and `budget-2015` with the same columns, and measures that name the first",
    advice="List all files that continue one table as the `path` of one resource (a list), or add a measure that names this "
    "`resource`, or delete the resource",
)
DIMENSION_INCOMPLETE = Check(
    code="dimension-incomplete",
    severity=WARNING,
    title="A dimension says nothing of a part of the money",
    explanation="Facts of several tables are added up together. A table has an attribute of another one if a foreign key "
    "leads there, or, among tables with money, if it has a column of the same name. Without either, its money stands at the "
    "empty code; without year, currency, phase or direction it cannot be added up (`facts-in-several-resources`).",
    example="measures in `revenue` and `spending`, and a `payee` that only `spending` has",
    advice="Add the columns under the same names, or a foreign key, to the table that lacks them",
)
COUNTRY_CODE = Check(
    code="country-code",
    severity=WARNING,
    title="The country code is not ISO 3166-1",
    explanation="`countryCode` is two capital letters by ISO 3166-1: GB for the United Kingdom, GR for Greece.",
    example='`"countryCode": "UK"`',
    advice="Use the two capital letters of ISO 3166-1",
)
FISCAL_PERIOD = Check(
    code="fiscal-period",
    severity=WARNING,
    title="The fiscal period is not a period",
    explanation="`fiscalPeriod` has `start` and `end` as dates (YYYY-MM-DD), the start first.",
    example='`"fiscalPeriod": {"start": "2014-12-31", "end": "2014-01-01"}`',
    advice='Write it as {"start": "2014-01-01", "end": "2014-12-31"}',
)
PERIOD_UNKNOWN = Check(
    code="period-unknown",
    severity=WARNING,
    title="Nobody knows which time the money is for",
    explanation="Figures of several years may have been added together where neither a date dimension nor `fiscalPeriod` "
    "says which time they are for.",
    example="a table without dates, and no `fiscalPeriod`",
    advice='Add a date dimension, or "fiscalPeriod": {"start": "2014-01-01", "end": "2014-12-31"}',
)
NO_LICENCE = Check(
    code="no-licence",
    severity=WARNING,
    title="Nobody knows whether the data may be reused",
    explanation="Without a licence the data is not open: others may not copy, chart or back it up.",
    example="a descriptor with neither `licenses` nor `license`",
    advice='Add `licenses`, for instance [{"name": "ODC-PDDL-1.0"}]',
)
MODEL_GUESSED = Check(
    code="model-guessed",
    severity=WARNING,
    title="Parts of the model are guesses",
    explanation='`osds init` guessed what these columns mean and marked them with `"guess": true`.',
    example='`"amount": {"source": "Importe", "currency": "EUR", "guess": true}`',
    advice="Check each one, correct it, and delete its `guess`",
)

CHECKS = tuple(value for value in list(globals().values()) if isinstance(value, Check))
