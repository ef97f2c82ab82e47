"""The faults that `osds doctor` names in a dataset's folder, its workflow files, its git, and its repository on GitHub."""

from __future__ import annotations

from osds.doctor.diagnosis import Diagnosis, Whose

# The folder

DESCRIPTOR_MISSING = Diagnosis(
    code="descriptor-missing",
    what="There is no datapackage.json",
    why="Everything that osds does begins with the descriptor of the dataset",
    fix="Run `osds init` in the folder, or give the folder that has it",
)
DESCRIPTOR_NAME = Diagnosis(
    code="descriptor-name",
    what="The descriptor has another name",
    why="Only a file called exactly datapackage.json, in small letters, is found; some computers hide the difference",
    fix="Rename it: `git mv` to datapackage.json",
)
POINTERS = Diagnosis(
    code="lfs-pointers",
    what="Data files are only git-lfs pointers here",
    why="The clone was made without git-lfs, so the numbers themselves are not in the folder",
    fix="Run `osds fetch`; in the workflow give `lfs: true`",
    advice=True,
)

SETTINGS = Diagnosis(
    code="settings",
    what="osds.yml cannot be read",
    why="Every command of osds reads it first, and stops where it finds what it does not know",
    fix="Correct the line that is named; `osds init` in an empty folder shows every key",
)

# The workflow file

WORKFLOW_MISSING = Diagnosis(
    code="workflow-missing",
    what="No workflow calls osds",
    why="Nothing checks or publishes the dataset when it changes",
    fix="Run `osds init`, which writes .github/workflows/osds.yml, and commit the file",
)
WORKFLOW_MISPLACED = Diagnosis(
    code="workflow-misplaced",
    what="A workflow file is where GitHub does not look",
    why="GitHub starts only files directly in .github/workflows (with an s) whose names end in .yml or .yaml",
    fix="Move it to .github/workflows/osds.yml",
)
WORKFLOW_BROKEN = Diagnosis(
    code="workflow-broken",
    what="A workflow file cannot be read",
    why="It is not YAML, has no `jobs`, or uses what GitHub does not know (merge keys); GitHub does not start it either",
    fix="Correct it at the line that is named, or let `osds init` write a new one",
)
WORKFLOW_IDLE = Diagnosis(
    code="workflow-idle",
    what="Nothing starts the workflow",
    why="Under `on:` there is none of push, pull_request, schedule, workflow_dispatch and the like",
    fix="Take the lines below `on:` from the README of osds",
)
PERMISSIONS = Diagnosis(
    code="permissions",
    what="The workflow does not grant what it calls",
    why="GitHub refuses to start a called workflow that asks for more than its caller grants (“nested job is requesting …”)",
    fix="Add the missing lines below `permissions:` of the job",
)
CRON_UNREAD = Diagnosis(
    code="cron-unreadable",
    what="A schedule is not one",
    why="GitHub takes five fields of POSIX cron, and the name of a time zone under `timezone`",
    fix='Write it as `- cron: "17 5 * * *"`; https://crontab.guru explains the fields',
)
CRON_CROWDED = Diagnosis(
    code="cron-crowded",
    what="A schedule is at the full or half hour",
    why="Then most schedules of the world are due, and GitHub starts runs late or leaves them out",
    fix="Choose another minute, for instance 17",
    advice=True,
)
REFERENCE_OLD = Diagnosis(
    code="osds-old",
    what="The workflow calls an older osds than the one that you run",
    why="Checks and workflows of two versions may differ",
    fix="Let the part after @ name this version, or let Dependabot keep it current",
    advice=True,
)
UNPINNED = Diagnosis(
    code="unpinned",
    what="Actions must be named by a whole commit id here, and osds is not",
    why="The organisation or the repository requires that actions are pinned; GitHub fails the run otherwise",
    fix="Write the 40 letters of the commit after @, and the version in a comment beside it",
)

# git

NO_REPOSITORY = Diagnosis(
    code="no-repository",
    what="The folder is not in a git repository",
    why="A dataset is published and registered from a repository",
    fix="Run `git init`, commit the files, and push them to GitHub",
    advice=True,
)
REMOTE_MISSING = Diagnosis(
    code="remote-missing",
    what="The repository has no remote that others can reach",
    why="The owner of a dataset, and the address that a registry lists, follow from the remote `origin`",
    fix="Run `git remote add origin https://github.com/OWNER/REPOSITORY`",
)
NOT_DEFAULT = Diagnosis(
    code="not-on-default-branch",
    what="The workflow is not on the default branch",
    why="GitHub starts schedules from the default branch alone, and osds publishes from there alone",
    fix="Merge it into the default branch and push that",
)

# GitHub

REPOSITORY_UNSEEN = Diagnosis(
    code="repository-unseen",
    what="GitHub shows no repository at the address of the remote",
    why="It does not exist, was deleted, or is private and the token may not see it",
    fix="Push it, correct the remote, or give a token that may read it",
)
REPOSITORY_PRIVATE = Diagnosis(
    code="repository-private",
    what="The repository is private",
    why="A registry lists only what everybody can read, and readers could not check the published figures",
    fix="Make it public: Settings, General, Danger Zone, Change visibility",
)
REPOSITORY_MOVED = Diagnosis(
    code="repository-moved",
    what="The repository has another address by now",
    why="It was renamed or given to another owner; the old address works only until somebody takes it",
    fix="Run `git remote set-url origin` with the new address, and `osds register` again",
)
REPOSITORY_ARCHIVED = Diagnosis(
    code="repository-archived",
    what="The repository is archived",
    why="No workflow runs in an archived repository, and nothing can be pushed",
    fix="Unarchive it if the dataset is to go on",
    advice=True,
)
ACTIONS_OFF = Diagnosis(
    code="actions-off",
    what="GitHub Actions are switched off in the repository",
    why="No workflow runs; in a new fork they are off until somebody switches them on",
    fix="Switch them on: Settings, Actions, General",
)
SCHEDULE_OFF = Diagnosis(
    code="schedule-off",
    what="GitHub switched the workflow off because nothing happened for 60 days",
    why="GitHub does so in every public repository without commits; nobody did anything wrong",
    fix="Switch it on: Actions, the workflow, Enable workflow; a registry's watchdog does it where it may",
    whose=Whose.GITHUB,
)
FORK_OFF = Diagnosis(
    code="fork-schedule-off",
    what="The workflow is off because the repository is a fork",
    why="GitHub switches schedules off in every new fork",
    fix="Switch it on: Actions, the workflow, Enable workflow",
)
WORKFLOW_OFF = Diagnosis(
    code="workflow-off",
    what="The workflow was switched off by hand",
    why="Somebody with write access chose so",
    fix="Ask why; then Actions, the workflow, Enable workflow",
)
LFS_QUOTA = Diagnosis(
    code="lfs-quota",
    what="The git-lfs quota of the repository is spent",
    why="GitHub counts every download, also those of readers, against the account of the owner, and then gives nothing",
    fix="Wait for the next month, or let the owner buy more; publish data with `publish-data` so that readers go there",
    whose=Whose.GITHUB,
)
GITHUB_FAILS = Diagnosis(
    code="github-fails",
    what="GitHub did not answer",
    why="It is out of order, or the network is",
    fix="Try again later; https://www.githubstatus.com tells when GitHub is out of order",
    whose=Whose.GITHUB,
)
TOKEN_REFUSED = Diagnosis(
    code="token-refused",
    what="GitHub does not take the token",
    why="It is wrong, has expired, or was taken back",
    fix="Make a new one, and set it as OSDS_TOKEN or as the secret that the workflow names",
)
TOKEN_CANNOT = Diagnosis(
    code="token-cannot-ask",
    what="The token cannot open a pull request on the registry",
    why="A workflow's own token and one of an app reach only their own repositories, a fine-grained one only those of its "
    "owner, and a classic one needs the scope public_repo; osds then gives a link instead",
    fix="Use the link, a classic token with public_repo, or the token of an app that is installed on the registry",
    advice=True,
)
