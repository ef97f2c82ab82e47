"""The small S3 server, asked by two clients that nobody here wrote: obstore and boto3."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import obstore
import pytest
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import S3Store

from tests.store import s3_faults as faults
from tests.store.s3 import s3_environment
from tests.store.s3_faults import Asked, Fault, always, in_turn, seeded, too_early, writes
from tests.store.s3_front import Front, running_front

MB = 1 << 20


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    s3_environment(monkeypatch)
    with running_front("bucket") as server:
        yield server


def ob(front: Front, *, retries: int = 5, **options: Any) -> S3Store:
    return S3Store(
        "bucket",
        endpoint=front.endpoint,
        **options,
        client_options={"allow_http": True},
        retry_config={
            "max_retries": retries,
            "retry_timeout": timedelta(seconds=20),
            "backoff": {
                "init_backoff": timedelta(milliseconds=5),
                "max_backoff": timedelta(milliseconds=20),
                "base": 2,
            },
        },
    )


def boto(front: Front, attempts: int = 1) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, s3={"addressing_style": "path"})
    return boto3.client("s3", endpoint_url=front.endpoint, config=config, region_name="us-east-1")


def whole(store: S3Store, key: str) -> bytes:
    return obstore.get(store, key).bytes().to_bytes()


def raw(front: Front, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> int:
    """The status of a request without a client's own ideas; 0 if the connection ended without one."""
    connection = http.client.HTTPConnection(front.endpoint.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.read()
    except (http.client.HTTPException, OSError):
        return 0
    else:
        return answer.status
    finally:
        connection.close()


# --- what S3 does ---


def test_obstore__writes_reads_lists_and_deletes(front: Front) -> None:
    store = ob(front)
    obstore.put(store, "a/é ñ.csv", b"one", attributes={"Content-Type": "text/csv", "Cache-Control": "no-cache"})
    found = obstore.get(store, "a/é ñ.csv")
    assert found.attributes == {"Content-Type": "text/csv", "Cache-Control": "no-cache"}
    assert found.bytes() == b"one"
    assert obstore.get_range(store, "a/é ñ.csv", start=1, end=3) == b"ne"
    obstore.put(store, "ab/c", b"")
    assert [meta["path"] for chunk in obstore.list(store, "a") for meta in chunk] == ["a/é ñ.csv"]
    obstore.copy(store, "a/é ñ.csv", "b")
    assert whole(store, "b") == b"one"
    obstore.delete(store, ["a/é ñ.csv", "b"])
    with pytest.raises(FileNotFoundError):
        obstore.head(store, "b")
    assert front.contents("bucket") == {"ab/c": b""}


def test_boto3__writes_reads_lists_and_deletes(front: Front) -> None:
    client = boto(front)
    client.create_bucket(Bucket="other")
    client.put_object(Bucket="other", Key="a/b", Body=b"one", Metadata={"kind": "x"}, ContentType="text/csv")
    found = client.get_object(Bucket="other", Key="a/b")
    assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (b"one", {"kind": "x"}, "text/csv")
    assert client.head_object(Bucket="other", Key="a/b")["ContentLength"] == 3
    listed = client.list_objects_v2(Bucket="other", Delimiter="/")
    assert [p["Prefix"] for p in listed["CommonPrefixes"]] == ["a/"]
    client.delete_objects(Bucket="other", Delete={"Objects": [{"Key": "a/b"}]})
    assert client.list_objects_v2(Bucket="other")["KeyCount"] == 0


def test_conditions__as_s3_answers_them(front: Front) -> None:
    store = ob(front)
    first = obstore.put(store, "k", b"1", mode="create")
    with pytest.raises(AlreadyExistsError):
        obstore.put(store, "k", b"2", mode="create")
    second = obstore.put(store, "k", b"2", mode={"e_tag": first["e_tag"]})
    with pytest.raises(PreconditionError):
        obstore.put(store, "k", b"3", mode={"e_tag": first["e_tag"]})
    assert raw(front, "PUT", "/bucket/none", b"", {"If-Match": '"x"'}) == 404
    assert raw(front, "GET", "/bucket/k", headers={"If-None-Match": second["e_tag"] or ""}) == 304
    assert raw(front, "DELETE", "/bucket/k", headers={"If-Match": '"x"'}) == 412
    assert raw(front, "GET", "/nowhere/k") == 404
    assert front.contents("bucket") == {"k": b"2"}


def test_multipart__by_both_clients(front: Front) -> None:
    content = bytes(range(256)) * 50_000  # 12.8 MB
    obstore.put(ob(front), "one", content, chunk_size=5 * MB)
    client = boto(front)
    from boto3.s3.transfer import TransferConfig

    parts = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB)
    client.upload_fileobj(io.BytesIO(content), "bucket", "two", Config=parts)
    assert front.contents("bucket") == {"one": content, "two": content}
    assert {kept.e_tag[-3:] for kept in front.shelf.bucket("bucket").values()} == {'-3"'}
    assert obstore.get_range(ob(front), "one", start=5 * MB - 1, end=5 * MB + 1) == content[5 * MB - 1 : 5 * MB + 1]
    assert front.shelf.uploads() == []


def test_multipart__create_only_and_small_parts(front: Front) -> None:
    client = boto(front)
    client.put_object(Bucket="bucket", Key="k", Body=b"old")
    upload = client.create_multipart_upload(Bucket="bucket", Key="k")["UploadId"]
    where = {"Bucket": "bucket", "Key": "k", "UploadId": upload}
    tags = [client.upload_part(**where, PartNumber=n, Body=b"part")["ETag"] for n in (1, 2)]
    one = {"Parts": [{"PartNumber": 1, "ETag": tags[0]}]}
    two = {"Parts": [{"PartNumber": n, "ETag": tags[n - 1]} for n in (1, 2)]}
    with pytest.raises(client.exceptions.ClientError, match="EntityTooSmall"):
        client.complete_multipart_upload(**where, MultipartUpload=two)
    with pytest.raises(client.exceptions.ClientError, match="PreconditionFailed"):
        client.complete_multipart_upload(**where, MultipartUpload=one, IfNoneMatch="*")
    assert front.shelf.uploads() == ["k"]
    client.abort_multipart_upload(**where)
    assert front.shelf.uploads() == []
    assert front.contents("bucket") == {"k": b"old"}


def test_list__in_pages(front: Front) -> None:
    client = boto(front)
    for number in range(5):
        client.put_object(Bucket="bucket", Key=f"k/{number}&<>", Body=b"")
    pages = list(client.get_paginator("list_objects_v2").paginate(Bucket="bucket", PaginationConfig={"PageSize": 2}))
    assert [[o["Key"] for o in page["Contents"]] for page in pages] == [
        ["k/0&<>", "k/1&<>"],
        ["k/2&<>", "k/3&<>"],
        ["k/4&<>"],
    ]
    after = client.list_objects_v2(Bucket="bucket", StartAfter="k/3")
    assert [o["Key"] for o in after["Contents"]] == ["k/3&<>", "k/4&<>"]


# --- what moto lets through ---

CONTENT = b"amount\n1.50\n"


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


RIGHT = {
    "x-amz-checksum-sha256": encoded(hashlib.sha256(CONTENT).digest()),
    "x-amz-checksum-sha1": encoded(hashlib.sha1(CONTENT, usedforsecurity=False).digest()),
    "x-amz-checksum-crc32": encoded(zlib.crc32(CONTENT).to_bytes(4, "big")),
    "Content-MD5": encoded(hashlib.md5(CONTENT, usedforsecurity=False).digest()),
    "x-amz-content-sha256": hashlib.sha256(CONTENT).hexdigest(),
}


@pytest.mark.parametrize("name", RIGHT)
def test_checksum__is_compared(front: Front, name: str) -> None:
    assert raw(front, "PUT", "/bucket/k", CONTENT, {name: RIGHT[name]}) == 200
    assert raw(front, "PUT", "/bucket/k", CONTENT.replace(b"5", b"6"), {name: RIGHT[name]}) == 400
    assert front.contents("bucket") == {"k": CONTENT}


def test_checksum__of_an_unknown_kind_is_not_waved_through(front: Front) -> None:
    assert raw(front, "PUT", "/bucket/k", CONTENT, {"x-amz-checksum-crc32c": "AAAAAA=="}) == 501
    assert front.contents("bucket") == {}


def test_checksum__by_both_clients(front: Front) -> None:
    obstore.put(ob(front, checksum_algorithm="sha256"), "one", CONTENT)
    client = boto(front)
    client.put_object(Bucket="bucket", Key="two", Body=CONTENT, ChecksumAlgorithm="SHA256")
    kept = front.shelf.bucket("bucket")
    assert {k.headers["x-amz-checksum-sha256"] for k in kept.values()} == {RIGHT["x-amz-checksum-sha256"]}
    assert client.get_object(Bucket="bucket", Key="two")["ChecksumSHA256"] == RIGHT["x-amz-checksum-sha256"]


def test_checksum__in_a_trailer(front: Front) -> None:
    def body(checksum: str) -> bytes:
        return (
            b"5\r\namoun\r\n7;chunk-signature=0\r\nt\n1.50\n\r\n0\r\nx-amz-checksum-sha256:%s\r\n\r\n"
            % checksum.encode()
        )

    headers = {"Content-Encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-sha256"}
    assert raw(front, "PUT", "/bucket/k", body(RIGHT["x-amz-checksum-sha256"]), headers) == 200
    assert front.contents("bucket") == {"k": CONTENT}
    assert raw(front, "PUT", "/bucket/l", body(encoded(bytes(32))), headers) == 400
    assert front.contents("bucket") == {"k": CONTENT}


# --- faults ---


def put_request(asked: Asked) -> bool:
    return asked.method == "PUT"


@pytest.mark.parametrize(
    ("fault", "status", "there"),
    [
        (faults.INTERNAL, 500, False),
        (faults.SLOW_DOWN, 503, False),
        (faults.TOO_MANY_SECONDS, 429, False),
        (faults.CONFLICT, 409, False),
        (faults.LOST_ANSWER, 502, True),
        (faults.CUT_BEFORE, 0, False),
        (faults.CUT_AFTER, 0, True),
        (faults.LATE, 200, True),
    ],
)
def test_fault__on_a_write(front: Front, fault: Fault, status: int, there: bool) -> None:
    front.plan = in_turn(fault)
    assert raw(front, "PUT", "/bucket/k", CONTENT) == status
    assert front.contents("bucket") == ({"k": CONTENT} if there else {})
    (exchange,) = front.timeline
    assert (exchange.status, exchange.wrote, exchange.fault) == (status, there, fault)
    assert (exchange.asked.method, exchange.asked.key, exchange.received) == ("PUT", "k", len(CONTENT))
    assert raw(front, "PUT", "/bucket/k", CONTENT) == 200


def test_fault__on_the_body_of_an_answer(front: Front) -> None:
    raw(front, "PUT", "/bucket/k", CONTENT)
    front.plan = in_turn(faults.TRUNCATED)
    assert raw(front, "GET", "/bucket/k") == 0
    front.plan = in_turn(faults.FLIPPED)
    assert whole(ob(front), "k") == b"`" + CONTENT[1:]
    front.plan = in_turn(Fault(pause=0.05))
    started = time.monotonic()
    assert whole(ob(front), "k") == CONTENT
    assert time.monotonic() - started >= 0.05
    # An answer that is cut off is noted when its thread has noticed, perhaps after the next one.
    assert sorted(exchange.sent for exchange in front.timeline) == [0, 1, len(CONTENT), len(CONTENT)]


def test_timeline__knows_who_came_too_early(front: Front) -> None:
    for fault in faults.ASKING_TO_WAIT:
        front.forget()
        front.plan = in_turn(fault)
        assert raw(front, "GET", "/bucket/k") == fault.status
        assert raw(front, "GET", "/bucket/other") == 404
        assert too_early(front.timeline) == []
        (waited,) = [exchange.not_before for exchange in front.timeline if exchange.not_before]
        assert raw(front, "GET", "/bucket/k") == 404
        assert [exchange.asked.key for exchange in too_early(front.timeline)] == ["k"]
        front.forget()
        front.plan = in_turn(fault)
        raw(front, "GET", "/bucket/k")
        time.sleep(max(front.timeline[0].not_before or 0, waited) - time.time())
        raw(front, "GET", "/bucket/k")
        assert too_early(front.timeline) == []


def test_timeline__counts_what_was_written(front: Front) -> None:
    front.plan = in_turn(faults.CUT_AFTER, where=put_request)
    obstore.put(ob(front), "k", CONTENT)
    obstore.put(ob(front), "l", CONTENT)
    assert writes(front.timeline) == {"k": 2, "l": 1}
    front.forget()
    with pytest.raises(AlreadyExistsError):
        obstore.put(ob(front), "k", CONTENT, mode="create")
    assert writes(front.timeline) == {}


def test_seeded__is_the_same_in_any_order() -> None:
    def asked(key: str) -> Asked:
        return Asked(number=0, method="PUT", bucket="b", key=key, query="", conditional="")

    keys = [f"k{number}" for number in range(50)] * 4
    one, two = (seeded(7, rate=0.4) for _ in range(2))
    first = [(key, one(asked(key))) for key in keys]
    second = [(key, two(asked(key))) for key in sorted(keys)]
    assert sorted(map(str, first)) == sorted(map(str, second))
    met = [fault for _, fault in first if fault is not None]
    assert 40 < len(met) < 120
    assert set(met) == set(faults.PASSING)


def test_seeded__a_patient_client_gets_through(front: Front) -> None:
    front.plan = seeded(3, rate=0.3)
    store = ob(front, retries=10)
    for number in range(40):
        obstore.put(store, f"k{number}", CONTENT)
    front.plan = always(faults.LATE)
    assert front.contents("bucket") == {f"k{number}": CONTENT for number in range(40)}
    assert len({exchange.fault for exchange in front.timeline}) > 4
