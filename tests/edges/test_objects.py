"""The object API on a folder, in memory and on a real S3 protocol (moto over loopback HTTP), and its failures."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import pytest
from obstore.exceptions import GenericError

from osds.edges.store.object_errors import Moment, is_missing_object, passing
from osds.edges.store.objects import DifferentContentError, FolderStore, ObjectStore, Version, open_store
from osds.edges.store.patience import TRIES, Patience
from osds.errors import OsdsError, OutsideError, UsageError
from tests.store.azure import Azurite, azure_environment, running_azurite
from tests.store.gcs_front import gcs_environment, running_gcs_front
from tests.store.s3 import SECRET, new_bucket, request_s3, running_s3, s3_environment
from tests.store.s3_front import Front

_numbers = count()


def impatient() -> Patience:
    """Waits as often as osds does, a thousand times shorter."""
    return Patience(scale=0.001)


def put(store: ObjectStore, key: str, content: bytes) -> None:
    store.put(key, content, content_type="text/csv", cache_control="no-cache")


def create(store: ObjectStore, key: str, content: bytes) -> bool:
    return store.create(key, content, content_type="text/csv", cache_control="immutable")


def replace(store: ObjectStore, key: str, content: bytes, expected: Version | None) -> bool:
    return store.replace(key, content, expected=expected, content_type="application/json", cache_control="no-cache")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with running_s3() as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    s3_environment(monkeypatch)


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with running_azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running


@pytest.fixture(scope="module")
def gcs() -> Iterator[Front]:
    with running_gcs_front() as front:
        yield front


@pytest.fixture(params=["folder", "memory", "s3", "azure", "gcs"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    if request.param == "folder":
        return open_store(str(tmp_path / "store"))
    if request.param == "memory":
        return open_store("memory:///")
    if request.param == "azure":
        azure_environment(monkeypatch)
        running: Azurite = request.getfixturevalue("azurite")
        return open_store(f"az://{running.new_container()}/some/prefix", endpoint=running.endpoint)
    if request.param == "gcs":
        gcs_environment(monkeypatch)
        front: Front = request.getfixturevalue("gcs")
        return open_store(f"gs://{front.shelf.new_bucket()}/some/prefix", endpoint=front.endpoint)
    endpoint = request.getfixturevalue("s3")
    return open_store(f"s3://{new_bucket(endpoint)}/some/prefix", endpoint=endpoint)


def test_get__nothing_there(store: ObjectStore) -> None:
    assert store.get("a/b.csv") is None
    assert store.list("a") == {}


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", bytes(range(256)) * 30_000])
def test_create__then_get(store: ObjectStore, content: bytes) -> None:
    assert create(store, "a/b.csv", content) is True
    found = store.get("a/b.csv")
    assert found is not None
    assert found[0] == content


def test_create__again(store: ObjectStore) -> None:
    create(store, "a/b.csv", b"one")
    assert create(store, "a/b.csv", b"one") is False
    with pytest.raises(DifferentContentError, match=r"a/b\.csv exists already"):
        create(store, "a/b.csv", b"two")
    found = store.get("a/b.csv")
    assert found is not None
    assert found[0] == b"one"


def test_replace__compares_and_sets(store: ObjectStore) -> None:
    assert replace(store, "k.json", b"1", None) is True
    one = store.get("k.json")
    assert one is not None
    assert replace(store, "k.json", b"2", None) is False
    assert replace(store, "k.json", b"2", one[1]) is True
    assert replace(store, "k.json", b"3", one[1]) is False
    two = store.get("k.json")
    assert two is not None
    assert two[0] == b"2"


def test_replace__our_own_content_is_success(store: ObjectStore) -> None:
    replace(store, "k.json", b"1", None)
    assert replace(store, "k.json", b"1", None) is True


def test_replace__of_what_is_gone(store: ObjectStore) -> None:
    replace(store, "k.json", b"1", None)
    found = store.get("k.json")
    assert found is not None
    store.delete("k.json")
    assert replace(store, "k.json", b"2", found[1]) is False
    assert store.get("k.json") is None


def test_replace__many_at_once_lose_nothing(store: ObjectStore) -> None:
    """Four writers add one ten times each; every success must be seen by the next one."""
    replace(store, "counter", b"0", None)

    def add(_: int) -> None:
        for _ in range(10):
            done = False
            while not done:
                found = store.get("counter")
                assert found is not None
                done = replace(store, "counter", b"%d" % (int(found[0]) + 1) + b" " * next(_numbers), found[1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    final = store.get("counter")
    assert final is not None
    assert int(final[0]) == 40


def test_put_and_delete__whole_objects(store: ObjectStore) -> None:
    put(store, "a/é ñ.csv", b"one")
    put(store, "a/é ñ.csv", b"three")
    put(store, "a/b/c.csv", b"")
    put(store, "ab/c.csv", b"")
    assert store.list("a") == {"a/é ñ.csv": 5, "a/b/c.csv": 0}
    store.delete("a/é ñ.csv")
    store.delete("a/é ñ.csv")
    assert store.list("a") == {"a/b/c.csv": 0}


def test_put__is_served_with_its_headers(s3: str) -> None:
    bucket = new_bucket(s3)
    store = open_store(f"s3://{bucket}", endpoint=s3)
    create(store, "a.csv", b"1")
    replace(store, "b.json", b"2", None)
    headers = {key: request_s3("GET", s3, f"/{bucket}/{key}") for key in ("a.csv", "b.json")}
    served = {key: (found["Content-Type"], found["Cache-Control"]) for key, found in headers.items()}
    assert served == {"a.csv": ("text/csv", "immutable"), "b.json": ("application/json", "no-cache")}


def test_folder__is_made_at_the_first_write(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "a" / "b"))
    assert store.get("k") is None
    assert store.list("k") == {}
    assert not (tmp_path / "a").exists()
    assert create(store, "k", b"1")
    assert (tmp_path / "a" / "b" / "k").read_bytes() == b"1"


def test_open_store__file_url(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    store = open_store(folder.as_uri())
    assert isinstance(store, FolderStore)
    put(store, "k", b"1")
    assert (folder / "k").read_bytes() == b"1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.org/a",
        "https://bucket.s3.amazonaws.com/a",
        "ftp://example.org/a",
        "s3:bucket",
        "s3:///prefix",
        "s3://bucket:80/a",
        "s3://bucket/../a",
        "s3://bucket/a//b",
        "s3://bucket/%2e%2e/a",
        "s3://bucket/a b",
        "s3://bucket/a\nb",
        "s3://bucket\\a",
        "s3://[bucket",
        f"s3://AKIA:{SECRET}@bucket",
        f"s3://bucket?secret_access_key={SECRET}",
        f"s3://bucket#{SECRET}",
        "file://server/share",
        "az://account-without-credentials/container",
    ],
)
def test_open_store__refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("s3://bucket", "ftp://127.0.0.1"),
        ("s3://bucket", "127.0.0.1:9000"),
        ("s3://bucket", f"http://user:{SECRET}@127.0.0.1"),
        ("folder", "http://127.0.0.1"),
        ("memory:///", "http://127.0.0.1"),
    ],
)
def test_open_store__endpoint_refused(url: str, endpoint: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url, endpoint=endpoint)
    assert SECRET not in str(caught.value)


def test_open_store__a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        open_store(str(tmp_path / "file"))


def test_plain_http__only_by_the_endpoint_option(monkeypatch: pytest.MonkeyPatch, s3: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with pytest.raises(UsageError, match="not an https:// URL"):
        open_store("s3://bucket").get("k")


def _all_operations(store: ObjectStore) -> Iterator[OsdsError]:
    """What each method raises on a store that does not work."""
    version = Version(e_tag='"x"')
    for operation in (
        lambda: store.get("k"),
        lambda: store.list("k"),
        lambda: put(store, "k", b""),
        lambda: create(store, "k", b""),
        lambda: replace(store, "k", b"", None),
        lambda: replace(store, "k", b"", version),
        lambda: store.delete("k"),
    ):
        with pytest.raises(OsdsError) as caught:
            operation()
        assert SECRET not in str(caught.value)
        assert "AKIA" not in str(caught.value)
        assert "\n" not in str(caught.value)
        yield caught.value


def test_failure__no_bucket(s3: str) -> None:
    for error in _all_operations(open_store("s3://no-such-bucket/a", endpoint=s3)):
        assert isinstance(error, OutsideError)
        assert "There is no bucket for s3://no-such-bucket/a" in str(error)


def test_failure__nobody_listens() -> None:
    for error in _all_operations(open_store("s3://bucket", endpoint="http://127.0.0.1:9", patience=impatient())):
        assert isinstance(error, OutsideError)
        assert "s3://bucket cannot be reached" in str(error)


def test_failure__not_a_folder_any_more(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    (tmp_path / "store").touch()
    for error in _all_operations(store):
        assert isinstance(error, OutsideError)


def test_failure__a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    put(store, "k", b"1")
    with pytest.raises(OutsideError, match="Not a directory"):
        put(store, "k/l", b"1")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_failure__the_disk_takes_no_more(tmp_path: Path) -> None:
    """In a process whose files may not grow beyond 1 MB, like on a disk that is full."""
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "from osds.edges.store.objects import open_store; from osds.errors import OutsideError\n"
        "store = open_store(sys.argv[1])\n"
        "try: store.put('k', bytes(2_000_000), content_type='', cache_control='')\n"
        "except OutsideError as error: print(error); print(store.get('k'))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout
    assert done.stdout.endswith("None\n")


# --- a server that misbehaves ---


@contextmanager
def answering(*answers: tuple[int, str]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers in turn, the last one for ever, and notes the requests."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers[min(len(requests), len(answers) - 1)]
            requests.append(self.command)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"tag"')
            self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", requests
        finally:
            server.shutdown()
            thread.join()


def _error(code: str) -> str:
    return (
        f"<Error><Code>{code}</Code><Message>no</Message><AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId>"
        f"<Token-0>{SECRET}</Token-0></Error>"
    )


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "AccessDenied", r"refuses access to k \(the answer was 403 AccessDenied\).*s3:PutObject"),
        (401, "", r"refuses access to k \(the answer was 401\)"),
        (403, "InvalidAccessKeyId", r"does not accept the credentials \(InvalidAccessKeyId\)"),
        (403, "SignatureDoesNotMatch", r"does not accept the credentials \(SignatureDoesNotMatch\)"),
        (400, "ExpiredToken", r"does not accept the credentials \(ExpiredToken\).*renew"),
        (301, "PermanentRedirect", r"in another region\. Set AWS_REGION"),
        (400, "AuthorizationHeaderMalformed", r"in another region"),
        (404, "NoSuchBucket", r"There is no bucket"),
        (418, "Teapot", r"failed at k \(the answer was 418 Teapot\)"),
        (400, "<b>&</b>", r"failed at k \(the answer was 400\)"),
    ],
)
def test_failure__what_the_server_answers(status: int, code: str, message: str) -> None:
    with answering((status, _error(code))) as (endpoint, _), pytest.raises(OutsideError, match=message) as caught:
        open_store("s3://bucket", endpoint=endpoint, patience=impatient()).get("k")
    assert SECRET not in str(caught.value)


def test_failure__every_operation_is_refused() -> None:
    with answering((403, _error("AccessDenied"))) as (endpoint, _):
        for error in _all_operations(open_store("s3://bucket", endpoint=endpoint, patience=impatient())):
            assert isinstance(error, OutsideError)
            assert "refuses access to k" in str(error)


def test_failure__the_server_is_busy() -> None:
    with answering((503, _error("SlowDown"))) as (endpoint, requests):
        with pytest.raises(OutsideError, match=r"failed at k \(the answer was 503 SlowDown\)"):
            open_store("s3://bucket", endpoint=endpoint, patience=impatient()).get("k")
        assert requests == ["GET"] + ["HEAD"] * (TRIES - 1)  # as little as can be asked


def test_failure__the_budget_of_waiting_is_used_up() -> None:
    slept: list[float] = []
    patience = Patience(budget=9, sleep=slept.append)
    with answering((503, _error("SlowDown"))) as (endpoint, requests):
        store = open_store("s3://bucket", endpoint=endpoint, patience=patience)
        for _ in range(20):
            with pytest.raises(OutsideError, match="503 SlowDown"):
                store.get("k")
    assert sum(slept) <= 9
    assert min(slept) >= 2  # a busy server is left alone
    assert len(requests) == len(slept) + 20


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_stream__any_size(store: ObjectStore, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    store.upload("big", lambda: iter([content[:100], content[100:]]), content_type="a/b", cache_control="no-cache")
    found = store.stream("big")
    assert found is not None
    assert b"".join(found) == content
    rest = store.stream("big", start=size // 2)
    assert rest is not None
    assert size == 0 or b"".join(rest) == content[size // 2 :]
    assert store.stream("none") is None


def test_upload__of_several_parts(store: ObjectStore) -> None:
    parts = [bytes([number]) * 5_000_000 for number in range(4)]
    store.upload("big", lambda: iter(parts), content_type="a/b", cache_control="no-cache")
    assert store.list("") == {"big": 20_000_000}
    found = store.get("big")
    assert found is not None
    assert found[0] == b"".join(parts)


def test_upload__nothing_is_there_if_the_source_fails(store: ObjectStore) -> None:
    def failing() -> Iterator[bytes]:
        yield bytes(9_000_000)
        raise UsageError("the file changed")

    with pytest.raises(UsageError, match="the file changed"):
        store.upload("big", failing, content_type="a/b", cache_control="no-cache")
    assert store.list("") == {}


def test_children__one_level(store: ObjectStore) -> None:
    for key in ("a/b/c", "a/b/d", "a/e/f", "a/g"):
        put(store, key, b"1")
    folders, objects = store.children("a")
    assert (folders, list(objects)) == (("a/b", "a/e"), ["a/g"])
    assert store.children("nothing") == ((), {})


def test_retry__a_busy_moment_is_not_noticed() -> None:
    with answering((503, ""), (503, ""), (200, "content")) as (endpoint, _):
        found = open_store("s3://bucket", endpoint=endpoint, patience=impatient()).get("k")
    assert found == (b"content", Version(e_tag='"tag"'))


def test_create__our_own_lost_write() -> None:
    """The write happened but its answer was lost: obstore tries again and is told that the object exists."""
    answers = [(502, ""), (412, _error("PreconditionFailed")), (200, "content")]
    with answering(*answers) as (endpoint, requests):
        assert create(open_store("s3://bucket", endpoint=endpoint, patience=impatient()), "k", b"content") is False
    assert requests == ["PUT", "PUT", "GET"]


@pytest.mark.parametrize("expected", [None, Version(e_tag='"old"')])
def test_replace__our_own_lost_write(expected: Version | None) -> None:
    answers = [(502, ""), (412, _error("PreconditionFailed")), (200, "content")]
    with answering(*answers) as (endpoint, requests):
        assert (
            replace(open_store("s3://bucket", endpoint=endpoint, patience=impatient()), "k", b"content", expected)
            is True
        )
    assert requests == ["PUT", "PUT", "GET"]


@pytest.mark.parametrize(
    ("expected", "statuses"),
    [
        (None, [412]),
        (None, [409, 412]),  # S3 asks to repeat after 409
        (Version(e_tag='"old"'), [412]),
        (Version(e_tag='"old"'), [409, 412]),
    ],
)
def test_replace__somebody_else_was_first(expected: Version | None, statuses: list[int]) -> None:
    answers = [*((status, _error("PreconditionFailed")) for status in statuses), (200, "theirs")]
    with answering(*answers) as (endpoint, _):
        assert (
            replace(open_store("s3://bucket", endpoint=endpoint, patience=impatient()), "k", b"ours", expected) is False
        )


def test_credentials__none_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore then asks the metadata service of the cloud it may run in; here one that has none for us."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with answering((404, "")) as (endpoint, _):
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", endpoint)
        with pytest.raises(UsageError, match="no credentials for s3://bucket in the environment"):
            open_store("s3://bucket", endpoint=endpoint, patience=impatient()).get("k")


def test_repr__shows_where_and_nothing_else(tmp_path: Path) -> None:
    assert repr(open_store("s3://bucket/a")) == "ObjectStore('s3://bucket/a')"
    assert repr(open_store("folder")) == "FolderStore('folder')"


def test_is_missing_object__also_where_a_bulk_delete_says_so() -> None:
    """Some servers take it amiss if what is removed has gone already; two publishers may tidy up at once."""
    assert is_missing_object(GenericError("Error deleting a/by-5.csv: The key does not exist. (code: NoSuchKey)"))
    assert not is_missing_object(GenericError("Error deleting a/by-5.csv: no (code: AccessDenied)"))


def test_passing__also_where_a_bulk_delete_says_so() -> None:
    """Azure names a status for each key, S3 an error code."""
    busy = passing(GenericError("Bulk delete request failed for key k: The server is busy. (code: 503)"))
    assert busy == Moment(answered=True, busy=True)
    assert passing(GenericError("Bulk delete request failed for key k: no. (code: 403)")) is None
