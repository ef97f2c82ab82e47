"""What a bucket has to allow: for readers in a browser, for publishers, for the removal of old objects, and to whom.

Every document is a value that a cloud's own tool takes as it is. Who may do what, for S3:

- anybody reads what is below `datasets/` and `registry/`; nobody speaks plain http; a version's file is never written twice;
- a publisher reads, writes and lists there, and deletes plain copies and its own intents, never objects or versions;
- only the role for `osds store gc` deletes objects;
- a registry's job reads, writes and lists below `registry/`, beside what it may as a publisher;
- the role for `osds backup` reads and writes below `backup/`, and deletes nothing;
- a job on GitHub takes on the publisher's role by OpenID Connect, and narrows it to one dataset by a session policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osds.dataset.identity import DatasetId
from osds.dataset.package import Json
from osds.errors import UsageError
from osds.store.backup import BACKUPS, VERSIONS
from osds.store.layout import DATASETS, GC, NEWS, OBJECTS, PLAIN, PUBLISHING, dataset_prefix

ISSUER = "token.actions.githubusercontent.com"
_REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,38})/([A-Za-z0-9._-]{1,100})")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9 ._-]{1,255}")  # no colon: it would end the subject early
Document = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket of S3 and the prefix of the store in it, which is empty or ends with a slash."""

    name: str
    prefix: str = ""

    def arn(self, keys: str) -> str:
        """The name of these keys below the prefix."""
        return f"arn:aws:s3:::{self.name}/{self.prefix}{keys}"


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository on GitHub with the numeric ids of itself and its owner, and the environment that its jobs run in.

    GitHub is changing how a job names itself: `repo:OWNER/NAME:…` becomes `repo:OWNER@OWNER_ID/NAME@NAME_ID:…`.
    """

    owner: str
    name: str
    owner_id: int | None = None
    repository_id: int | None = None
    environment: str = "publish"

    @property
    def subjects(self) -> Sequence[str]:
        """How a job of the environment may name itself: never with a wildcard."""
        end = f"environment:{self.environment}"
        names = [f"repo:{self.owner}/{self.name}:{end}"]
        if self.owner_id is not None and self.repository_id is not None:
            names.append(f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.repository_id}:{end}")
        return names


def parse_repository(text: str, *, owner_id: int | None, repository_id: int | None, environment: str) -> Repository:
    """The repository written as `OWNER/REPO`. Raises `UsageError` for what GitHub allows in neither name."""
    match = _REPOSITORY.fullmatch(text)
    if match is None or not _ENVIRONMENT.fullmatch(environment):
        raise UsageError(
            "The repository or its environment has no name of GitHub's", next_step="Write it as OWNER/REPO"
        )
    return Repository(
        owner=match[1], name=match[2], owner_id=owner_id, repository_id=repository_id, environment=environment
    )


def cors() -> Document:
    """Any page may read, which is what open data is for (`aws s3api put-bucket-cors --cors-configuration`)."""
    rule = {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range", "If-None-Match", "If-Modified-Since"],
        "ExposeHeaders": ["ETag", "Content-Length", "Content-Range", "Content-Disposition", "Last-Modified"],
        "MaxAgeSeconds": 3600,
    }
    return {"CORSRules": [rule]}


def lifecycle(bucket: Bucket) -> Document:
    """What was cut off in the middle is thrown away (`aws s3api put-bucket-lifecycle-configuration`)."""
    rules = [
        {
            "ID": f"osds-abort-incomplete-uploads-{folder}",
            "Status": "Enabled",
            "Filter": {"Prefix": f"{bucket.prefix}{folder}/"},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }
        for folder in (DATASETS, BACKUPS)
    ]
    return {"Rules": rules}


def bucket_policy(bucket: Bucket) -> Document:
    """For everybody, beside what roles may do (`aws s3api put-bucket-policy --policy`)."""
    return _policy(
        {
            "Sid": "AnybodyReads",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": [bucket.arn(f"{folder}/*") for folder in (DATASETS, NEWS)],
        },
        {
            "Sid": "OnlyEncrypted",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "VersionsAreWrittenOnce",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": [bucket.arn(f"{DATASETS}/*/datapackage-*.json"), bucket.arn(f"{BACKUPS}/*/{VERSIONS}/*.json")],
            "Condition": {"Null": {"s3:if-none-match": "true"}},
        },
    )


def publisher_policy(bucket: Bucket) -> Document:
    """The rights of the role that publishes every dataset of the store."""
    return _publishing(bucket, f"{DATASETS}/*/*/", f"{DATASETS}/")


def session_policy(bucket: Bucket, dataset: DatasetId) -> Document:
    """The publisher's role narrowed to one dataset, for `aws sts assume-role-with-web-identity --policy`."""
    prefix = f"{dataset_prefix(dataset.owner, dataset.name)}/"
    return _publishing(bucket, prefix, prefix)


def gc_policy(bucket: Bucket) -> Document:
    """The rights of the role that runs `osds store gc`: it alone deletes objects."""
    folder = f"{DATASETS}/*/*/"
    deleted = [bucket.arn(f"{folder}{part}/*") for part in (OBJECTS, PUBLISHING)]
    return _policy(
        _listing(bucket, f"{DATASETS}/"),
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket.arn(f"{DATASETS}/*")},
        {"Sid": "Remove", "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": deleted},
        {"Sid": "SaySo", "Effect": "Allow", "Action": "s3:PutObject", "Resource": bucket.arn(f"{folder}{GC}")},
    )


def news_policy(bucket: Bucket) -> Document:
    """The rights of the role that runs `osds registry news`; it deletes nothing."""
    return _policy(
        _listing(bucket, f"{NEWS}/"),
        {
            "Sid": "ReadAndWrite",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": bucket.arn(f"{NEWS}/*"),
        },
    )


def backup_policy(bucket: Bucket) -> Document:
    """The rights of the role that runs `osds backup`: it deletes nothing, so that what was kept stays."""
    return _policy(_listing(bucket, f"{BACKUPS}/"), _read_and_write(bucket, f"{BACKUPS}/"))


def trust_policy(account: str, repository: Repository) -> Document:
    """Who may take on a role: the jobs of one environment of one repository on GitHub, and nobody like them.

    Raises `UsageError` if the account is not the number of one.
    """
    if not (account.isascii() and account.isdigit() and len(account) == 12):
        raise UsageError(f"{account[:40]!r} is not the number of an AWS account", next_step="It has twelve digits")
    claims: dict[str, Json] = {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": list(repository.subjects)}
    if repository.repository_id is not None:
        claims[f"{ISSUER}:repository_id"] = str(repository.repository_id)
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": claims},
        }
    )


def gcs_cors() -> Json:
    """The same as `cors` for Google Cloud Storage (`gcloud storage buckets update --cors-file`)."""
    return [
        {
            "origin": ["*"],
            "method": ["GET", "HEAD"],
            "responseHeader": ["ETag", "Content-Length", "Content-Range", "Content-Disposition", "Last-Modified"],
            "maxAgeSeconds": 3600,
        }
    ]


def azure_cors() -> Json:
    """The same as `cors` for Azure Blob Storage (the rules of `az storage cors add --services b`)."""
    return {
        "AllowedOrigins": "*",
        "AllowedMethods": "GET,HEAD",
        "AllowedHeaders": "range,if-none-match,if-modified-since",
        "ExposedHeaders": "etag,content-length,content-range,content-disposition,last-modified",
        "MaxAgeInSeconds": 3600,
    }


def _publishing(bucket: Bucket, folder: str, listed: str) -> Document:
    deleted = [bucket.arn(f"{folder}{part}/*") for part in (PLAIN, PUBLISHING)]
    return _policy(
        _listing(bucket, listed),
        _read_and_write(bucket, folder),
        {"Sid": "RemoveCopiesAndIntents", "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": deleted},
    )


def _read_and_write(bucket: Bucket, folder: str) -> Document:
    return {
        "Sid": "ReadAndWrite",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
        "Resource": bucket.arn(f"{folder}*"),
    }


def _listing(bucket: Bucket, prefix: str) -> Document:
    """`IfExists`, because S3 also asks this to decide whether a missing object is told as missing (404) or hidden (403)."""
    return {
        "Sid": "List",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket.name}",
        "Condition": {"StringLikeIfExists": {"s3:prefix": f"{bucket.prefix}{prefix}*"}},
    }


def _policy(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
