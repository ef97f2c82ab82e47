"""What the documents for S3 allow and deny, by a small evaluator of IAM's rules, and by moto where it enforces them.

The rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.commands.backup.backups import list_backups
from osds.commands.registry.news import write_news
from osds.commands.store.policy import policies
from osds.commands.store.publish import publish_bundle
from osds.dataset.identity import DatasetId
from osds.edges.store.objects import open_store
from osds.edges.store.patience import Patience
from osds.errors import OutsideError, UsageError
from osds.progress import Silent
from osds.store import policy
from osds.store.policy import Bucket, parse_repository, trust_policy
from tests.registry.newsroom import Newsroom
from tests.store.publisher import SOURCE
from tests.store.publishing import ONE, TWO, publish, sequence_of, write_bundle
from tests.store.s3 import running_s3, s3_environment

BUCKET = Bucket(name="data.example.org", prefix="pre/")
DATASET = DatasetId(owner="os-data", name="budget")
ISSUER = "token.actions.githubusercontent.com"
Facts = Mapping[str, str]
_numbers = count()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _like(pattern: str, text: str) -> bool:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _holds(operator: str, key: str, wanted: list[Any], facts: Facts) -> bool:
    if operator == "Null":
        return (key not in facts) == (wanted == ["true"])
    if operator.endswith("IfExists"):
        return key not in facts or _holds(operator.removesuffix("IfExists"), key, wanted, facts)
    if key not in facts:
        return False
    if operator == "StringLike":
        return any(_like(one, facts[key]) for one in wanted)
    assert operator in {"StringEquals", "Bool"}
    return facts[key] in wanted


def _matches(statement: Mapping[str, Any], action: str, resource: str, facts: Facts) -> bool:
    conditions = statement.get("Condition", {})
    return (
        any(_like(one, action) for one in _list(statement["Action"]))
        and any(_like(one, resource) for one in _list(statement.get("Resource", "*")))
        and all(_holds(op, key, _list(v), facts) for op, keys in conditions.items() for key, v in keys.items())
    )


def decide(document: Mapping[str, Any], action: str, resource: str, facts: Facts | None = None) -> str:
    """`Allow`, `Deny`, or `` if the document says nothing about it."""
    met = {s["Effect"] for s in document["Statement"] if _matches(s, action, resource, facts or {})}
    return "Deny" if "Deny" in met else "Allow" if "Allow" in met else ""


def arn(key: str, bucket: str = BUCKET.name) -> str:
    return f"arn:aws:s3:::{bucket}/{key}"


IN = "pre/datasets/os-data/budget"


@pytest.mark.parametrize(
    ("action", "key", "session", "publisher", "gc"),
    [
        ("s3:GetObject", f"{IN}/datapackage.json", "Allow", "Allow", "Allow"),
        ("s3:PutObject", f"{IN}/datapackage.json", "Allow", "Allow", ""),
        ("s3:PutObject", f"{IN}/objects/{'0' * 64}/a.csv", "Allow", "Allow", ""),
        ("s3:AbortMultipartUpload", f"{IN}/objects/{'0' * 64}/a.csv", "Allow", "Allow", ""),
        ("s3:PutObject", f"{IN}/gc.json", "Allow", "Allow", "Allow"),
        ("s3:DeleteObject", f"{IN}/aggregates/a.csv", "Allow", "Allow", ""),
        ("s3:DeleteObject", f"{IN}/publishing/{'0' * 64}.json", "Allow", "Allow", "Allow"),
        ("s3:DeleteObject", f"{IN}/objects/{'0' * 64}/a.csv", "", "", "Allow"),
        ("s3:DeleteObject", f"{IN}/datapackage.json", "", "", ""),
        ("s3:DeleteObject", f"{IN}/datapackage-000001.json", "", "", ""),
        ("s3:PutObject", "pre/datasets/os-data/budget2/datapackage.json", "", "Allow", ""),
        ("s3:PutObject", "pre/datasets/other/budget/datapackage.json", "", "Allow", ""),
        ("s3:GetObject", "pre/datasets/other/budget/datapackage.json", "", "Allow", "Allow"),
        ("s3:PutObject", "datasets/os-data/budget/datapackage.json", "", "", ""),
        ("s3:PutObject", "pre/backup/os-data/budget/x", "", "", ""),
        ("s3:GetObject", "pre/backup/os-data/budget/x", "", "", ""),
        ("s3:PutBucketPolicy", "", "", "", ""),
        ("s3:PutObjectAcl", f"{IN}/datapackage.json", "", "", ""),
        ("s3:DeleteObjectVersion", f"{IN}/objects/{'0' * 64}/a.csv", "", "", ""),
    ],
)
def test_rights__of_each_role(action: str, key: str, session: str, publisher: str, gc: str) -> None:
    documents = (policy.session_policy(BUCKET, DATASET), policy.publisher_policy(BUCKET), policy.gc_policy(BUCKET))
    assert tuple(decide(one, action, arn(key)) for one in documents) == (session, publisher, gc)
    assert {decide(one, action, arn(key, "other.example.org")) for one in documents} == {""}


@pytest.mark.parametrize(
    ("prefix", "session", "publisher"),
    [
        (f"{IN}/objects/", "Allow", "Allow"),
        (f"{IN}/", "Allow", "Allow"),
        ("pre/datasets/other/budget/", "", "Allow"),
        ("pre/", "", ""),
        ("backup/", "", ""),
    ],
)
def test_rights__to_list(prefix: str, session: str, publisher: str) -> None:
    documents = (policy.session_policy(BUCKET, DATASET), policy.publisher_policy(BUCKET))
    bucket = f"arn:aws:s3:::{BUCKET.name}"
    assert tuple(decide(d, "s3:ListBucket", bucket, {"s3:prefix": prefix}) for d in documents) == (session, publisher)
    # S3 asks this, without a prefix, before it says 404 of an object that is missing.
    assert decide(documents[0], "s3:ListBucket", bucket) == "Allow"


@pytest.mark.parametrize(
    ("action", "key", "answer"),
    [
        ("s3:GetObject", "pre/backup/os-data/budget/versions/000001.json", "Allow"),
        ("s3:PutObject", f"pre/backup/os-data/budget/objects/{'0' * 64}", "Allow"),
        ("s3:AbortMultipartUpload", f"pre/backup/os-data/budget/objects/{'0' * 64}", "Allow"),
        ("s3:DeleteObject", f"pre/backup/os-data/budget/objects/{'0' * 64}", ""),
        ("s3:PutObject", f"{IN}/datapackage.json", ""),
        ("s3:GetObject", f"{IN}/datapackage.json", ""),
        ("s3:PutObject", "backup/os-data/budget/versions/000001.json", ""),
    ],
)
def test_rights__of_the_role_for_backups(action: str, key: str, answer: str) -> None:
    assert decide(policy.backup_policy(BUCKET), action, arn(key)) == answer


def test_bucket_policy__for_everybody() -> None:
    document = policy.bucket_policy(BUCKET)
    tls = {"aws:SecureTransport": "true"}
    assert decide(document, "s3:GetObject", arn(f"{IN}/datapackage.json"), tls) == "Allow"
    assert decide(document, "s3:GetObject", arn(f"{IN}/datapackage.json"), {"aws:SecureTransport": "false"}) == "Deny"
    assert decide(document, "s3:GetObject", arn("pre/registry/feed.xml"), tls) == "Allow"
    assert decide(document, "s3:GetObject", arn("pre/backup/x"), tls) == ""
    assert decide(document, "s3:PutObject", arn(f"{IN}/aggregates/datapackage.json"), tls) == ""
    for version in (f"{IN}/datapackage-000001.json", "pre/backup/os-data/budget/versions/000001.json"):
        assert decide(document, "s3:PutObject", arn(version), tls) == "Deny"
        assert decide(document, "s3:PutObject", arn(version), {**tls, "s3:if-none-match": "*"}) == ""
    prefixes = [rule["Filter"]["Prefix"] for rule in policy.lifecycle(BUCKET)["Rules"]]
    assert prefixes == ["pre/datasets/", "pre/backup/"]


def trusts(claims: Facts, **about: Any) -> bool:
    repository = parse_repository(
        "os-team/registry", **{"owner_id": 12, "repository_id": 345, "environment": "publish", **about}
    )
    facts = {f"{ISSUER}:{name}": value for name, value in claims.items()}
    document = trust_policy("123456789012", repository)
    return decide(document, "sts:AssumeRoleWithWebIdentity", "", facts) == "Allow"


OLD = {"aud": "sts.amazonaws.com", "sub": "repo:os-team/registry:environment:publish", "repository_id": "345"}
NEW = {**OLD, "sub": "repo:os-team@12/registry@345:environment:publish"}


def test_trust_policy__both_forms_of_the_subject() -> None:
    assert trusts(OLD)
    assert trusts(NEW)
    assert trusts(OLD, owner_id=None, repository_id=None)
    assert not trusts(NEW, owner_id=None, repository_id=None)


@pytest.mark.parametrize(
    "claims",
    [
        {**OLD, "aud": "https://github.com/os-team"},
        {**OLD, "sub": "repo:os-team/registry:ref:refs/heads/main"},
        {**OLD, "sub": "repo:os-team/registry:pull_request"},
        {**OLD, "sub": "repo:os-team/registry-2:environment:publish"},
        {**OLD, "sub": "repo:evil/registry:environment:publish"},
        {**OLD, "sub": "repo:os-team/registry:environment:publish-2"},
        {**NEW, "sub": "repo:os-team@13/registry@345:environment:publish"},
        {**OLD, "repository_id": "346"},
        {name: value for name, value in OLD.items() if name != "sub"},
        {name: value for name, value in OLD.items() if name != "repository_id"},
    ],
)
def test_trust_policy__nobody_else(claims: Facts) -> None:
    assert not trusts(claims)


@pytest.mark.parametrize("text", ["", "a", "a/b/c", "*/b", "a/*", "a/b:c", "../b", "a/b\n"])
def test_parse_repository__refused(text: str) -> None:
    with pytest.raises(UsageError, match="OWNER/REPO"):
        parse_repository(text, owner_id=None, repository_id=None, environment="publish")


@given(st.text(max_size=20))
def test_parse_repository__no_environment_ends_the_subject_early(environment: str) -> None:
    try:
        repository = parse_repository("a/b", owner_id=1, repository_id=2, environment=environment)
    except UsageError:
        return
    for subject in repository.subjects:
        assert subject.count(":") == 3
        assert "*" not in subject


@pytest.mark.parametrize("account", ["", "12345678901", "12345678901x", "١٢٣٤٥٦٧٨٩٠١٢", "*"])
def test_trust_policy__the_account_is_a_number(account: str) -> None:
    with pytest.raises(UsageError, match="twelve digits"):
        trust_policy(account, parse_repository("a/b", owner_id=None, repository_id=None, environment="e"))


def test_policies__by_the_kind_of_store() -> None:
    repository = parse_repository("a/b", owner_id=None, repository_id=None, environment="publish")
    full = policies("s3://data.example.org/pre", dataset=DATASET, repository=repository, account="123456789012")
    assert list(full) == ["cors", "bucket", "lifecycle", "publisher", "gc", "news", "backup", "trust", "session"]
    assert full["session"].document == policy.session_policy(BUCKET, DATASET)
    bare = policies("s3://data.example.org", dataset=None, repository=None, account=None)
    assert list(bare) == ["cors", "bucket", "lifecycle", "publisher", "gc", "news", "backup"]
    for url in ("gs://data", "az://data"):
        assert list(policies(url, dataset=None, repository=None, account=None)) == ["cors"]


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("./store", None),
        ("memory:///", None),
        ("s3://b*/x", None),
        ("s3://bucket/${x}", None),
        ("s3://bucket", "1" * 12),
    ],
)
def test_policies__refused(url: str, account: str | None) -> None:
    with pytest.raises(UsageError):
        policies(url, dataset=None, repository=None, account=account)


# --- moto enforces what users may do ---


def enforce(endpoint: str, after: str) -> None:
    """Have moto ask for rights from so many requests on."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset-auth", body=after, headers={"Content-Type": "text/plain"})
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mapping[str, Any]], str]]:
    """Become a user who has these rights, on a server that asks for them; its endpoint."""
    import boto3

    s3_environment(monkeypatch)
    with running_s3() as endpoint:
        iam, s3 = (boto3.client(name, endpoint_url=endpoint, region_name="us-east-1") for name in ("iam", "s3"))
        s3.create_bucket(Bucket=BUCKET.name)

        def with_rights(document: Mapping[str, Any]) -> str:
            user = f"user-{next(_numbers)}"  # moto's users outlive a server
            iam.create_user(UserName=user)
            iam.put_user_policy(UserName=user, PolicyName="osds", PolicyDocument=json.dumps(document))
            key = iam.create_access_key(UserName=user)["AccessKey"]
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
            enforce(endpoint, "0")
            return endpoint

        try:
            yield with_rights
        finally:
            enforce(endpoint, "inf")
            for client in (iam, s3):
                client.close()


def test_rights__are_enough_to_publish_and_no_more(become: Callable[[Mapping[str, Any]], str], tmp_path: Path) -> None:
    """With the session policy of one dataset that dataset can be published twice, and no other one even once."""
    document = policy.session_policy(BUCKET, DATASET)
    # moto wants the right to delete for the bucket itself, too, when a request names keys in its body.
    bulk = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{BUCKET.name}"}
    endpoint = become({**document, "Statement": [*document["Statement"], bulk]})
    store = open_store(f"s3://{BUCKET.name}/pre", endpoint=endpoint, patience=Patience(scale=0.001))
    publish(write_bundle(tmp_path / "one", ONE), store)
    publish(write_bundle(tmp_path / "two", TWO), store)
    assert sequence_of(store) == 2
    other = DatasetId(owner="other", name="budget")
    with pytest.raises(OutsideError, match=r"refuses access to datasets/other/budget.* \(the answer was 403"):
        publish_bundle(tmp_path / "one", other, SOURCE, store, dry_run=False, progress=Silent())
    outside = open_store(f"s3://{BUCKET.name}", endpoint=endpoint, patience=Patience(scale=0.001))
    with pytest.raises(OutsideError, match="refuses access"):
        outside.get("x")


def test_rights__are_enough_to_tell_news_and_no_more(
    become: Callable[[Mapping[str, Any]], str], tmp_path: Path
) -> None:
    room = Newsroom.make(tmp_path / "registry")
    endpoint = become(policy.news_policy(BUCKET))
    store = open_store(f"s3://{BUCKET.name}/pre", endpoint=endpoint, patience=Patience(scale=0.001))
    for written in (9, 6):  # everything; then feeds, changelog and page, with one more event
        room.happen("budget")
        assert len(write_news(room.open(), store, progress=Silent()).written) == written
    with pytest.raises(OutsideError, match="refuses access"):
        store.put("datasets/x", b"", content_type="text/plain", cache_control="no-cache")


def test_rights__of_backups_are_enough_and_no_more(become: Callable[[Mapping[str, Any]], str]) -> None:
    endpoint = become(policy.backup_policy(BUCKET))
    store = open_store(f"s3://{BUCKET.name}/pre", endpoint=endpoint, patience=Patience(scale=0.001))
    kept = {"content_type": "application/octet-stream", "cache_control": "immutable"}
    key = "backup/os-data/budget/objects/x"
    assert list_backups(store) == ()
    assert store.create(key, b"1", **kept) is True
    store.upload(f"{key}-2", lambda: iter([bytes(9_000_000)]), **kept)
    assert store.list("backup/os-data/budget/objects") == {key: 1, f"{key}-2": 9_000_000}
    assert list_backups(store) == (DATASET,)
    with pytest.raises(OutsideError, match="refuses access"):
        store.create("datasets/x", b"", **kept)
