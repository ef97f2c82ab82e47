"""Every fault that `osds doctor` can name, in groups. docs/doctor.md is made from this table."""

from __future__ import annotations

from typing import Final

from osds.doctor import diagnoses as here
from osds.doctor import elsewhere as there

GROUPS: Final = (
    ("The folder", (here.DESCRIPTOR_MISSING, here.DESCRIPTOR_NAME, here.SETTINGS, here.POINTERS)),
    (
        "The workflow file",
        (
            *(here.WORKFLOW_MISSING, here.WORKFLOW_MISPLACED, here.WORKFLOW_BROKEN, here.WORKFLOW_IDLE),
            *(here.PERMISSIONS, here.CRON_UNREAD, here.CRON_CROWDED, here.REFERENCE_OLD, here.UNPINNED),
        ),
    ),
    ("git", (here.NO_REPOSITORY, here.REMOTE_MISSING, here.NOT_DEFAULT)),
    (
        "GitHub",
        (
            *(here.REPOSITORY_UNSEEN, here.REPOSITORY_PRIVATE, here.REPOSITORY_MOVED, here.REPOSITORY_ARCHIVED),
            *(here.ACTIONS_OFF, here.SCHEDULE_OFF, here.FORK_OFF, here.WORKFLOW_OFF, here.LFS_QUOTA),
            *(here.GITHUB_FAILS, here.TOKEN_REFUSED, here.TOKEN_CANNOT),
        ),
    ),
    ("The registry", (there.NOT_LISTED, there.QUARANTINED, there.REGISTRY_BROKEN, there.REGISTRY_UNREACHABLE)),
    ("What the registry found before", tuple(d for d in there.OF_TROUBLE.values() if d.code.startswith("told-"))),
    (
        "The store and the role",
        (
            *(there.STORE_UNREADABLE, there.STORE_READ_ONLY),
            *(there.TRUST_STALE, there.TRUST_OPEN, there.TRUST_OTHER, there.TRUST_BROKEN),
        ),
    ),
    ("This computer", (there.CLOCK,)),
    ("The folder of a registry", (there.REGISTRY_FILE, there.REGISTRY_WORKFLOW, there.FROZEN)),
)
