"""The checks on a dataset's files and descriptor, before anybody looks at money or rows."""

from __future__ import annotations

from osds.report import Check, Severity

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE

JSON_INVALID = Check(
    code="json-invalid",
    severity=ERROR,
    title="The descriptor is not JSON",
    explanation="`datapackage.json` must be one JSON object in UTF-8. NaN, Infinity and numbers of thousands of digits "
    "are not JSON.",
    advice="Correct the text at the place named; any JSON-aware editor marks it",
)
JSON_DUPLICATE_KEY = Check(
    code="json-duplicate-key",
    severity=ERROR,
    title="A key stands twice in one JSON object",
    explanation="Readers of JSON disagree on which of two equal keys counts, so the dataset would mean different things "
    "to different tools.",
    advice="Keep one of the two",
)
JSON_LIMIT = Check(
    code="json-limit",
    severity=ERROR,
    title="The descriptor is larger or deeper than osds reads",
    explanation="Descriptors above 4 MiB or nested deeper than 64 levels are refused, so that a hostile one cannot "
    "exhaust the machine.",
    advice="Move rows out of the descriptor into CSV files",
    unsafe=True,
)
JSON_BOM = Check(
    code="json-bom",
    severity=NOTICE,
    title="The descriptor starts with a byte order mark",
    explanation="Windows editors add an invisible mark in front of UTF-8 text; several Data Package tools refuse it.",
    advice="Save the file as UTF-8 without BOM",
)
DESCRIPTOR_SCHEMA = Check(
    code="descriptor-schema",
    severity=ERROR,
    title="The descriptor breaks the Data Package standard",
    explanation="Checked against osds' own JSON Schema of what Data Package 1.0 and 2.0 have in common.",
    advice="Correct the property named; see https://datapackage.org/standard/data-package/",
)
NAME_UNUSABLE = Check(
    code="name-unusable",
    severity=ERROR,
    title="The dataset's name cannot be used in addresses",
    explanation="A dataset is published and registered under its `name`: lower-case letters, digits, dot, dash and "
    "underscore, at most 100 characters, first and last a letter or digit.",
    advice="Set `name` to something like `croatia-budget-2024`",
)
NAME_UNLIKE_REPOSITORY = Check(
    code="name-unlike-repository",
    severity=WARNING,
    title="The dataset has another name than its repository",
    explanation="One dataset is one repository. Addresses of what is published carry the `name` of the descriptor, links to "
    "its source that of the repository: who knows the one does not find the other. Capital letters make no difference.",
    advice="Set `name` to that of the repository, or rename the repository; keep both where the name is published already",
)
RESOURCE_DUPLICATE = Check(
    code="resource-duplicate",
    severity=ERROR,
    title="Two resources have one name",
    explanation="The fiscal model and foreign keys refer to resources by name, so names must be unique.",
    advice="Rename one of them",
)
FIELD_DUPLICATE = Check(
    code="field-duplicate",
    severity=ERROR,
    title="Two fields of one table have one name",
    explanation="The fiscal model refers to columns by name, so names must be unique in a table.",
    advice="Rename one of them, in the schema and in the file's header",
)
SCHEMA_MISSING = Check(
    code="schema-missing",
    severity=ERROR,
    title="A resource has no Table Schema",
    explanation="Without `schema.fields` nobody knows which columns the table has and what they mean.",
    advice="Add `schema` with one field per column; `osds init` guesses one from the file",
)
REFERENCE_NOT_READ = Check(
    code="reference-not-read",
    severity=ERROR,
    title="A schema or dialect stands elsewhere",
    explanation="osds reads schemas and dialects only where they stand in the descriptor itself: what is fetched from "
    "elsewhere can change without a commit.",
    advice="Copy the referenced JSON into the descriptor",
)
PATH_UNSAFE = Check(
    code="path-unsafe",
    severity=ERROR,
    title="A path leaves the dataset",
    explanation="Paths are relative, with forward slashes, below the dataset's folder: no `..`, no absolute path, no "
    "symbolic link, no special file.",
    advice="Move the file into the dataset's folder and write its path relative to `datapackage.json`",
    unsafe=True,
)
PATH_REMOTE = Check(
    code="path-remote",
    severity=WARNING,
    title="A table lies on another server",
    explanation="osds never fetches what a descriptor points to: a table behind a URL is neither checked nor aggregated.",
    advice="Keep the file in the repository (git-lfs for large ones) to have it checked",
)
FILE_MISSING = Check(
    code="file-missing",
    severity=ERROR,
    title="A data file is missing",
    explanation="The descriptor names a file that is not in the dataset's folder.",
    advice="Add the file, or correct `path` (capital letters count)",
)
LFS_POINTER = Check(
    code="lfs-pointer",
    severity=ERROR,
    title="A git-lfs pointer stands in place of the data",
    explanation="git-lfs keeps large files outside git and leaves a small pointer in the folder until it is fetched.",
    advice="Run `osds fetch` in the dataset's folder (or `git lfs pull`, if you have git-lfs); in a workflow, check out "
    "with `lfs: true`",
)
LFS_CONFIG = Check(
    code="lfs-config",
    severity=WARNING,
    title="git-lfs is told to use a server that others cannot reach",
    explanation="`.lfsconfig` is committed and used by everybody who clones. A loopback, private or plain-http address "
    "there means that nobody else can ever fetch the data.",
    advice="Delete `.lfsconfig` and push the files again with `git lfs push --all origin`",
)
BYTES_STALE = Check(
    code="bytes-stale",
    severity=WARNING,
    title="`bytes` is not the file's size",
    explanation="The size in the descriptor is often forgotten when a file changes.",
    advice="Correct `bytes`, or leave it out",
)
HASH_WRONG = Check(
    code="hash-wrong",
    severity=ERROR,
    title="`hash` is not the file's hash",
    explanation="The descriptor states what the file must contain, and the file contains something else: it was "
    "changed or damaged.",
    advice="Restore the file, or correct `hash`",
)
HASH_UNKNOWN = Check(
    code="hash-unknown",
    severity=NOTICE,
    title="`hash` was not checked",
    explanation="osds checks md5, sha1, sha256 and sha512 of resources that are one file.",
    advice="Write `sha256:` and the hexadecimal hash",
)
FINDINGS_MORE = Check(
    code="findings-more",
    severity=NOTICE,
    title="There is more of the same",
    explanation="Of one check on descriptor, files and fiscal model, 200 findings are listed.",
    advice="Correct those that are listed; the rest is mostly of one kind",
)
PACKED_UNUSUAL = Check(
    code="packed-unusual",
    severity=ERROR,
    title="A packed file is not one plain table",
    explanation="A file packed as gz or zip holds one table and nothing else: no second member, no folder, no other packed "
    "file, no password.",
    advice="Pack the table alone, or leave it unpacked",
)
UNPACKED_LIMIT = Check(
    code="unpacked-limit",
    severity=ERROR,
    title="A packed file unpacks to more than osds reads",
    explanation="More than 20 GB, or more than 200 times (and 32 MB) of what is packed, is refused: so little text says so "
    "much only in files that are made to fill machines. The limits are fixed and hold for packed files only.",
    advice="Leave the table unpacked, where only time and memory bound it",
    unsafe=True,
)

CHECKS = tuple(value for value in list(globals().values()) if isinstance(value, Check))
