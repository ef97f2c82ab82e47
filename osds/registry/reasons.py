"""Why a registry enters a change, waits with it, asks a person, or refuses it. Values only.

Each reason says what is so, who can change that, and how. `docs/registry.md` has the table of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What becomes of a request. Of several reasons the gravest decides; this is their order."""

    ALLOW = "allow"  # it goes in now
    WAIT = "wait"  # it goes in later, without anybody doing anything
    HUMAN = "human"  # a keeper of the registry decides
    REFUSE = "refuse"  # it cannot go in as it is

    @property
    def weight(self) -> int:
        """The place in the order."""
        return list(Outcome).index(self)


class Who(StrEnum):
    """Who can do something about a reason."""

    ASKER = "whoever asks"
    OWNER = "the dataset's owner"
    KEEPER = "a keeper of the registry"
    NOBODY = "nobody needs to"


@dataclass(frozen=True, kw_only=True)
class ReasonKind:
    """One reason with the words that explain it. `lifted` by a keeper who agrees to exactly this change."""

    code: str
    outcome: Outcome
    who: Who
    title: str  # a short sentence without a full stop
    advice: str  # the next step, the same
    lifted: bool = False

    def about(self, detail: str = "", *, dataset: object = "") -> Reason:
        """This reason for one dataset (or for the request as a whole); `detail` is a sentence without a full stop."""
        return Reason(kind=self, detail=detail, dataset=str(dataset))


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason that holds. `detail` and `dataset` may carry a stranger's text."""

    kind: ReasonKind
    detail: str = ""
    dataset: str = ""


def gravest(reasons: Iterable[Reason]) -> Outcome:
    """What the reasons come to; without any, nothing stands in the way."""
    return max((reason.kind.outcome for reason in reasons), key=lambda outcome: outcome.weight, default=Outcome.ALLOW)


def _allow(code: str, title: str, advice: str) -> ReasonKind:
    return ReasonKind(code=code, outcome=Outcome.ALLOW, who=Who.NOBODY, title=title, advice=advice)


def _wait(code: str, title: str, advice: str, *, lifted: bool = False) -> ReasonKind:
    return ReasonKind(code=code, outcome=Outcome.WAIT, who=Who.NOBODY, title=title, advice=advice, lifted=lifted)


def _human(code: str, title: str, advice: str, *, lifted: bool = True) -> ReasonKind:
    return ReasonKind(code=code, outcome=Outcome.HUMAN, who=Who.KEEPER, title=title, advice=advice, lifted=lifted)


def _refuse(code: str, title: str, advice: str, who: Who = Who.ASKER) -> ReasonKind:
    return ReasonKind(code=code, outcome=Outcome.REFUSE, who=who, title=title, advice=advice)


_OWN_ROW = "Change only the row of your own dataset; osds register does it for you"

# What speaks for a change.
OWNER_ASKS = _allow("owner-asks", "The owner of the repository asks", "Nothing has to be done")
WRITER_ASKS = _allow("writer-asks", "Somebody who may write to the repository asks", "Nothing has to be done")
DATASET_ASKS = _allow("dataset-asks", "The dataset's osds.yml names this registry", "Nothing has to be done")
KEEPER_AGREES = _allow("keeper-agrees", "A keeper has agreed to exactly this change", "Nothing has to be done")
ALREADY_IN = _allow("already-in", "The catalog has it already", "Nothing has to be done")

# The form of a request.
NOTHING_ASKED = _refuse("nothing-asked", "The request changes no row", "Add or change a row of data/catalog.csv")
OTHER_FILES = _refuse(
    "other-files", "The request changes other files", "Take everything but data/catalog.csv out of the pull request"
)
CATALOG_GONE = _refuse(
    "catalog-gone", "The request deletes or renames the catalog", "Keep data/catalog.csv where it is"
)
FILE_KIND = _refuse(
    "file-kind", "The catalog has become a link or a submodule", "Make data/catalog.csv an ordinary file again"
)
FILE_MODE = _refuse(
    "file-mode", "The catalog's file permissions have changed", "Undo it: chmod 644 data/catalog.csv, and commit"
)
TOO_LARGE = _refuse("too-large", "The request is too large to be read", "Keep to the rows of your datasets")
NO_COMMON_HISTORY = _refuse(
    "no-common-history", "The pull request does not begin in this registry", "Make it from a fork of this registry"
)
NOT_UTF8 = _refuse("not-utf8", "The catalog is not UTF-8", "Save it as UTF-8 (not Latin-1, Windows-1252 or UTF-16)")
BYTE_ORDER_MARK = _refuse(
    "byte-order-mark", "The catalog begins with a byte order mark", "Save it as UTF-8 without BOM; spreadsheets add one"
)
LINE_ENDS = _refuse(
    "line-ends", "The catalog's lines have other ends", "Save it with LF line ends; editors on Windows write CR LF"
)
LAST_LINE = _refuse("last-line", "The last line has no line feed", "End the last line like all the others")
HEADER = _refuse("header", "The first line has changed", "Leave the names and the order of the columns as they are")
BAD_ROW = _refuse("bad-row", "A row cannot be read", "Correct the row: one line, one value for each column")
BAD_VALUE = _refuse("bad-value", "A row has a value that cannot stand there", "Correct the value")
TWICE = _refuse("twice", "A dataset or a repository is there twice", "Keep one row for each dataset and repository")
REQUOTED = _refuse(
    "requoted", "Rows of others are written differently", "Undo it; a spreadsheet rewrites quotes when it saves"
)
REORDERED = _refuse("reordered", "Rows of others have moved", "Leave them where they are; do not sort the file")
KEPT_COLUMNS = _refuse(
    "kept-columns", "The request fills columns that only the registry writes", "Leave these columns as they are"
)
FORM = _refuse("form", "The form cannot be read", "Open a new issue by the form and give the address there")
ADDRESS = _refuse(
    "address", "This is not the address of a repository", "Give it like https://github.com/OWNER/REPOSITORY"
)

# Whose row it is, and what the dataset says.
NO_CONSENT = _refuse(
    "no-consent",
    "Nothing shows that the dataset's owner wants this",
    "Commit a file osds.yml with the line `registry: {registry}` to the dataset's default branch, or let its owner ask",
    Who.OWNER,
)
NOT_YOUR_ROW = _refuse("not-your-row", "The row belongs to somebody else", _OWN_ROW)
HOST = _refuse(
    "host",
    "Repositories of this host are not listed here",
    "Ask a keeper to name the host under `hosts` in the registry's osds.yml",
)
OWNER_DIFFERS = _refuse(
    "owner-differs", "The repository belongs to another owner", "Give the owner of the repository as the row's owner"
)
NAME_DIFFERS = _refuse(
    "name-differs",
    "The dataset calls itself differently",
    "Use the name in its datapackage.json, or change it there",
)
NO_DESCRIPTOR = _refuse(
    "no-descriptor",
    "The repository has no datapackage.json with a name",
    "Add one to the top of the default branch; osds init makes it",
    Who.OWNER,
)
HIDDEN = _refuse(
    "hidden", "The repository cannot be seen", "Check its address, and make the repository public", Who.OWNER
)
VALUES_OF_OTHERS = _refuse(
    "values-of-others", "Only the owner fills the row's further columns", "Leave them empty, or let the owner ask"
)
CORE_DERIVED = _refuse(
    "core-derived",
    "Only datasets of the core organisation are core, and all of them",
    "Leave the column core as it is; the registry fills it in",
)
NAME_RETIRED = _refuse(
    "name-retired", "The name was in use before, and names are not used again", "Give the dataset another name"
)
NAME_RESERVED = _refuse("name-reserved", "The name is reserved", "Give the dataset another name")
TOO_ALIKE = _refuse(
    "too-alike",
    "Another row has this name but for case and punctuation",
    "Give the dataset a name that differs by more",
)
SAME_REPOSITORY = _refuse(
    "same-repository", "Another row has this repository", "Change that row; a repository has one dataset"
)

# What a person has to look at.
REMOVAL = _human("removal", "A dataset would be removed", "Look whether it should go; its name will not come back")
LOOK_ALIKE = _human("look-alike", "The name looks like that of a core dataset", "Look whether it could deceive readers")
SIMILAR_OWNER = _human(
    "similar-owner", "The owner's name looks like that of another owner", "Look whether it could deceive readers"
)
CORE_REVIEW = _human("core-review", "It is a core dataset", "A core reviewer looks at it")
OTHER_REPOSITORY = _human(
    "other-repository", "The row would lead to another repository", "Look whether the owner wants that"
)
REPLACED = _human(
    "replaced",
    "Another repository or owner has come under the old address",
    "Find out who has it now; the row is in quarantine until then",
)
IN_QUARANTINE = _human("in-quarantine", "The row is in quarantine", "Find out who has the repository now")
TRANSFER_UNPROVEN = _human(
    "transfer-unproven",
    "Nothing shows that the repository has moved to the new owner",
    "Look whether the old owner agrees",
)
SHRINKS = _human(
    "shrinks", "The catalog would lose too many rows", "Look whether the rows should go; shrink-floor sets the limit"
)
MANY_ROWS = _human("many-rows", "It changes many rows at once", "Look through them; max-rows sets the limit")
VETO = _human("veto", "A keeper has put a veto on it", "Take the label off when all is well", lifted=False)
OBJECTION = _human(
    "objection", "A keeper has asked for changes", "Talk it over; a new review or its dismissal ends it", lifted=False
)

# What time or another run brings.
WAITING = _wait("waiting", "It waits so that people can object", "Nothing has to be done", lifted=True)
FROZEN = _wait("frozen", "The registry is frozen", "Nothing has to be done; its keepers will end that")
DRAFT = _wait("draft", "The pull request is a draft", "Press “Ready for review” when it is ready")
MOVED = _wait("moved", "The pull request has just changed", "Nothing has to be done; the next run looks at it")
UNREACHABLE = _wait("unreachable", "The repository did not answer", "Nothing has to be done; the next run tries again")

GROUPS: tuple[tuple[str, tuple[ReasonKind, ...]], ...] = (
    ("What speaks for a change", (OWNER_ASKS, WRITER_ASKS, DATASET_ASKS, KEEPER_AGREES, ALREADY_IN)),
    (
        "The form of a request",
        (
            *(NOTHING_ASKED, OTHER_FILES, CATALOG_GONE, FILE_KIND, FILE_MODE, TOO_LARGE, NO_COMMON_HISTORY, NOT_UTF8),
            *(BYTE_ORDER_MARK, LINE_ENDS, LAST_LINE, HEADER, BAD_ROW, BAD_VALUE, TWICE, REQUOTED, REORDERED),
            *(KEPT_COLUMNS, FORM, ADDRESS),
        ),
    ),
    (
        "Whose row it is, and what the dataset says",
        (
            *(NO_CONSENT, NOT_YOUR_ROW, HOST, OWNER_DIFFERS, NAME_DIFFERS, NO_DESCRIPTOR, HIDDEN, VALUES_OF_OTHERS),
            *(CORE_DERIVED, NAME_RETIRED, NAME_RESERVED, TOO_ALIKE, SAME_REPOSITORY),
        ),
    ),
    (
        "What a keeper looks at",
        (
            *(REMOVAL, LOOK_ALIKE, SIMILAR_OWNER, CORE_REVIEW, OTHER_REPOSITORY, REPLACED, IN_QUARANTINE),
            *(TRANSFER_UNPROVEN, SHRINKS, MANY_ROWS, VETO, OBJECTION),
        ),
    ),
    ("What time brings", (WAITING, FROZEN, DRAFT, MOVED, UNREACHABLE)),
)
