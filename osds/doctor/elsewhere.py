"""The faults that `osds doctor` names elsewhere: in registry, store, role and computer, and in the folder of a registry."""

from __future__ import annotations

from typing import Final

from osds.doctor import diagnoses
from osds.doctor.diagnosis import Diagnosis, Whose
from osds.registry.status import Trouble

# The registry

NOT_LISTED = Diagnosis(
    code="not-listed",
    what="The registry does not list the dataset",
    why="Nobody has asked for it yet, or the request is still open",
    fix="Run `osds register`; on an open request one comment says what is missing",
)
QUARANTINED = Diagnosis(
    code="quarantined",
    what="The registry has put the dataset into quarantine",
    why="Another repository or owner has come under its address, and a person has to look",
    fix="Tell the keepers of the registry who you are",
    whose=Whose.KEEPERS,
)
REGISTRY_BROKEN = Diagnosis(
    code="registry-broken",
    what="A file of the registry cannot be read",
    why="Somebody changed it by hand, and osds writes nothing into a registry that it cannot trust",
    fix="Tell the keepers of the registry; its history has the last good version",
    whose=Whose.KEEPERS,
)
REGISTRY_UNREACHABLE = Diagnosis(
    code="registry-unreachable",
    what="The registry cannot be read",
    why="Its address is wrong, it is private, or its server does not answer",
    fix="Check `registry` in osds.yml or --registry; try again later",
    whose=Whose.OUTSIDE,
)

# The store and the role

STORE_UNREADABLE = Diagnosis(
    code="store-unreadable",
    what="The store cannot be read",
    why="Its server does not answer, or refuses these credentials",
    fix="Check --store, --endpoint and the credentials; `osds store policy` prints what a bucket has to allow",
    whose=Whose.OUTSIDE,
)
STORE_READ_ONLY = Diagnosis(
    code="store-read-only",
    what="The store's folder cannot be written",
    why="This user has no right to write there",
    fix="Give the right, or another folder",
)
TRUST_STALE = Diagnosis(
    code="trust-stale",
    what="The role trusts only the older form of the job's name",
    why="GitHub names the jobs of repositories that were made or renamed since July 2026 with the numbers of owner and "
    "repository (`repo:OWNER@1/NAME@2:…`), so AWS refuses them (“Not authorized to perform sts:AssumeRoleWithWebIdentity”)",
    fix="Print a new one: `osds store policy` with --repository, --owner-id and --repository-id",
)
TRUST_OPEN = Diagnosis(
    code="trust-open",
    what="The role trusts more than one repository's environment",
    why="A `*` in the name of the job lets others publish in your name",
    fix="Print a narrow one: `osds store policy` with --repository, --owner-id and --repository-id",
)
TRUST_OTHER = Diagnosis(
    code="trust-other",
    what="The role does not trust this repository",
    why="None of the names in the policy is that of a job here",
    fix="Print one for it: `osds store policy` with --repository, --owner-id and --repository-id",
)
TRUST_BROKEN = Diagnosis(
    code="trust-broken",
    what="The trust policy is none",
    why="It is not JSON, or nothing in it lets a job on GitHub take on the role",
    fix="Give the document that `osds store policy` prints under `trust`",
)

# This computer

CLOCK = Diagnosis(
    code="clock",
    what="The clock of this computer is wrong",
    why="Signed requests to a store and tokens are refused when clocks differ by more than five minutes",
    fix="Let the computer set its clock by the network",
)

# A registry's own folder

REGISTRY_FILE = Diagnosis(
    code="registry-file",
    what="A file of this registry cannot be read",
    why="osds writes nothing into a registry that it cannot trust",
    fix="Restore it from its history (`git log -p`)",
)
REGISTRY_WORKFLOW = Diagnosis(
    code="registry-workflow",
    what="A workflow of the registry is missing",
    why="Without it requests are not checked, not entered, or the datasets not looked after",
    fix="Take it from a new registry: `osds registry init FOLDER`",
)
FROZEN = Diagnosis(
    code="frozen",
    what="The registry is frozen",
    why="`freeze: true` in osds.yml stops everything that writes",
    fix="Set it to false when the reason is gone",
    advice=True,
)

# What the registry knows of the dataset already, by the trouble

OF_TROUBLE: Final = {
    Trouble.INVALID: Diagnosis(
        code="told-invalid",
        what="The registry found errors in the data",
        why="Its last sweep judged the default branch",
        fix="Run `osds validate`",
    ),
    Trouble.HELD: Diagnosis(
        code="told-held",
        what="A new version is held back",
        why="It would lose much against the published one, and the last good one stays",
        fix="Run `osds publish --dry-run`; mend the data, or `osds publish --accept REASON`",
    ),
    Trouble.FAILED: Diagnosis(
        code="told-failed",
        what="osds failed at the dataset",
        why="It could not read it, add it up or publish it within its limits",
        fix="Tell us: https://github.com/openspending/osds/issues",
        whose=Whose.OSDS,
    ),
    Trouble.LFS_QUOTA: diagnoses.LFS_QUOTA,
    Trouble.GONE: diagnoses.REPOSITORY_UNSEEN,
    Trouble.MOVED: diagnoses.REPOSITORY_MOVED,
    Trouble.SILENT: Diagnosis(
        code="told-silent",
        what="A run that the schedule promises did not come",
        why="GitHub leaves runs out when it is busy; this one has been missing for long",
        fix="Start it by hand (Actions, Run workflow), and look whether the workflow is switched on",
        whose=Whose.GITHUB,
    ),
    Trouble.FAILING: Diagnosis(
        code="told-failing",
        what="The scheduled runs fail",
        why="The newest run that the schedule started failed",
        fix="Open it on the page Actions; its summary says why",
    ),
    Trouble.DISABLED: diagnoses.SCHEDULE_OFF,
}
