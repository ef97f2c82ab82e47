"""`osds store policy`: the documents that a bucket and its roles need, for the store at a URL. Nothing is contacted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from osds.dataset.identity import DatasetId
from osds.dataset.package import Json
from osds.errors import UsageError
from osds.store import policy

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9/._-]*")  # `*`, `?` and `$` mean something in a policy


@dataclass(frozen=True, kw_only=True)
class Named:
    """One document: what it is for, the command that takes it, and itself."""

    about: str
    command: str
    document: Json


def policies(
    url: str, *, dataset: DatasetId | None, repository: policy.Repository | None, account: str | None
) -> Mapping[str, Named]:
    """The documents by name. Raises `UsageError` if `url` is of no cloud, or only half of what a role needs is given."""
    parts = urlsplit(url)
    if parts.scheme == "gs":
        command = f"gcloud storage buckets update gs://{parts.netloc} --cors-file=FILE"
        return {"cors": Named(about="Any page may read", command=command, document=policy.gcs_cors())}
    if parts.scheme == "az":
        command = "az storage cors add --services b (with these values)"
        return {"cors": Named(about="Any page may read", command=command, document=policy.azure_cors())}
    if parts.scheme != "s3":
        raise UsageError(f"There are no policies for {url}", next_step="Give a store at s3://, gs:// or az://")
    if (repository is None) != (account is None):
        raise UsageError("A trust policy needs both --repository and --account", next_step="Give both, or none")
    if not _BUCKET.fullmatch(parts.netloc) or not _PREFIX.fullmatch(parts.path):
        raise UsageError(
            f"{url} has no name of a bucket or prefix that a policy can hold", next_step="s3://BUCKET/PREFIX"
        )
    prefix = parts.path.strip("/")
    bucket = policy.Bucket(name=parts.netloc, prefix=f"{prefix}/" if prefix else "")
    return dict(_of_bucket(bucket)) | _of_roles(bucket, dataset, repository, account)


def _of_bucket(bucket: policy.Bucket) -> Mapping[str, Named]:
    s3 = f"aws s3api put-bucket-{{}} --bucket {bucket.name} --{{}} file://FILE"
    return {
        "cors": Named(
            about="Any page may read", command=s3.format("cors", "cors-configuration"), document=policy.cors()
        ),
        "bucket": Named(
            about="Anybody reads, nobody without encryption, and no version is written twice",
            command=s3.format("policy", "policy"),
            document=policy.bucket_policy(bucket),
        ),
        "lifecycle": Named(
            about="Uploads that were cut off are thrown away after a day",
            command=s3.format("lifecycle-configuration", "lifecycle-configuration"),
            document=policy.lifecycle(bucket),
        ),
    }


def _of_roles(
    bucket: policy.Bucket, dataset: DatasetId | None, repository: policy.Repository | None, account: str | None
) -> dict[str, Named]:
    role = "aws iam put-role-policy --role-name ROLE --policy-name osds --policy-document file://FILE"
    found = {
        "publisher": Named(
            about="Rights of the role that publishes", command=role, document=policy.publisher_policy(bucket)
        ),
        "gc": Named(about="Rights of the role for `osds store gc`", command=role, document=policy.gc_policy(bucket)),
        "news": Named(
            about="Further rights of the role of a registry's jobs, for `osds registry news`",
            command=role.replace("osds --", "osds-news --"),
            document=policy.news_policy(bucket),
        ),
        "backup": Named(
            about="Rights of the role for `osds backup`", command=role, document=policy.backup_policy(bucket)
        ),
    }
    if repository is not None and account is not None:
        found["trust"] = Named(
            about=f"Who may take on a role: the environment {repository.environment!r} of the repository",
            command="aws iam create-role --role-name ROLE --assume-role-policy-document file://FILE",
            document=policy.trust_policy(account, repository),
        )
    if dataset is not None:
        found["session"] = Named(
            about=f"The publisher's role narrowed to {dataset}",
            command="aws sts assume-role-with-web-identity … --policy file://FILE",
            document=policy.session_policy(bucket, dataset),
        )
    return found
