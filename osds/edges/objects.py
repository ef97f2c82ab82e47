"""One object API over a local folder, S3 and what obstore speaks besides: whole objects, create-only, compare-and-set.

This module owns the connection and makes up what a plain folder lacks; keys and their meaning are `osds.store`'s.
Credentials come from the environment, the way obstore finds them (`AWS_*`, `GOOGLE_*`, `AZURE_*`, web identity).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import LocalStore, MemoryStore, from_url

from osds.edges.locks import folder_lock
from osds.edges.object_errors import is_missing_object, translate
from osds.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from obstore import PutMode, UpdateVersion
    from obstore.store import ClientConfig, RetryConfig, S3Config
    from obstore.store import ObjectStore as Client

# A bucket, then segments of a path that mean themselves: obstore would decode %20 and resolve "..".
_REMOTE = re.compile(r"[a-z0-9]+://[^/:%]+(/(?!\.\.?(/|$))[^/%]+)*/?")
_FORMS = "Use a folder, file:///FOLDER or s3://BUCKET[/PREFIX]"

# Seven tries within 15 s: an endpoint that is not there is reported in less than 30 s.
_RETRIES: RetryConfig = {"max_retries": 6, "retry_timeout": timedelta(seconds=15)}
_READING: ClientConfig = {"connect_timeout": "4s", "read_timeout": "10s", "timeout": "5m"}
# No read timeout here: the time of the upload itself would count as waiting for an answer.
_WRITING: ClientConfig = {"connect_timeout": "4s", "timeout": "5m"}


class DifferentContentError(OutsideError):
    """Raised if a create-only key holds other content already."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """What compare-and-set compares: S3 goes by `e_tag`, GCS by `version`, a folder by the SHA-256 of the content."""

    e_tag: str | None = None
    version: str | None = None


class ObjectStore:
    """A bucket or a prefix of one; keys are relative, with `/`. Every method may raise `OutsideError` or `UsageError`."""

    def __init__(self, url: str, *, reading: Client, writing: Client) -> None:
        self.url = url
        self._reading = reading
        self._writing = writing

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def get(self, key: str) -> tuple[bytes, Version] | None:
        """The object's content and version; None if there is no such object."""
        try:
            result = obstore.get(self._client(writing=False), key)
            content = result.bytes().to_bytes()
        except (BaseError, OSError) as error:
            if is_missing_object(error):
                return None
            raise translate(error, store=self.url, key=key) from None
        return content, Version(e_tag=result.meta["e_tag"], version=result.meta["version"])

    def create(self, key: str, content: bytes, *, content_type: str, cache_control: str) -> bool:
        """Write a new object. False if it is there already with the same content; nothing is ever overwritten.

        Raises `DifferentContentError` if it is there with other content.
        """
        try:
            self._put(key, content, "create", content_type, cache_control)
        except (BaseError, OSError) as error:
            # obstore repeats a put whose answer was lost, so "already exists" may be about our own first try.
            found = self.get(key)
            if found is not None and found[0] == content:
                return False
            if found is not None and isinstance(error, AlreadyExistsError):
                raise DifferentContentError(
                    f"{self.url}: {key} exists already with other content",
                    next_step="This key never changes: find out what wrote it, and remove it if osds did not",
                ) from None
            raise translate(error, store=self.url, key=key) from None
        return True

    def replace(
        self, key: str, content: bytes, *, expected: Version | None, content_type: str, cache_control: str
    ) -> bool:
        """Compare-and-set: write if the object is still `expected` (None: does not exist). False if it is not."""
        try:
            self._put(key, content, "create" if expected is None else _only(expected), content_type, cache_control)
        except (BaseError, OSError) as error:
            found = self.get(key)
            if found is not None and found[0] == content:
                return True
            if isinstance(error, (AlreadyExistsError, PreconditionError)):
                return False
            raise translate(error, store=self.url, key=key) from None
        return True

    def put(self, key: str, content: bytes, *, content_type: str, cache_control: str) -> None:
        """Write the object, whole, whether there is one or not."""
        try:
            self._put(key, content, "overwrite", content_type, cache_control)
        except (BaseError, OSError) as error:
            raise translate(error, store=self.url, key=key) from None

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""
        try:
            obstore.delete(self._client(writing=True), key)
        except (BaseError, OSError) as error:
            if not is_missing_object(error):
                raise translate(error, store=self.url, key=key) from None

    def list(self, prefix: str) -> Mapping[str, int]:
        """All objects below `prefix` (whole path segments): key to size in bytes."""
        try:
            chunks = obstore.list(self._client(writing=False), prefix)
            return {meta["path"]: meta["size"] for chunk in chunks for meta in chunk}
        except (BaseError, OSError) as error:
            raise translate(error, store=self.url, key=prefix) from None

    def _client(self, *, writing: bool) -> Client:
        return self._writing if writing else self._reading

    def _put(self, key: str, content: bytes, mode: PutMode, content_type: str, cache_control: str) -> None:
        obstore.put(
            self._client(writing=True),
            key,
            content,
            mode=mode,
            attributes={"Content-Type": content_type, "Cache-Control": cache_control},
            use_multipart=False,
        )


class FolderStore(ObjectStore):
    """A store in a local folder, which is made at the first write. It keeps no content types and no cache rules."""

    def __init__(self, folder: Path) -> None:
        self.url = str(folder)
        self._folder = folder

    def get(self, key: str) -> tuple[bytes, Version] | None:
        """As `ObjectStore.get`; a folder that does not exist has no objects."""
        found = super().get(key) if self._folder.exists() else None
        return None if found is None else (found[0], _content_version(found[0]))

    def list(self, prefix: str) -> Mapping[str, int]:
        """As `ObjectStore.list`; a folder that does not exist has no objects."""
        return super().list(prefix) if self._folder.exists() else {}

    def replace(
        self, key: str, content: bytes, *, expected: Version | None, content_type: str, cache_control: str
    ) -> bool:
        """As `ObjectStore.replace`; all processes of this machine that replace in this folder take turns."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with folder_lock(self._folder):
                found = self.get(key)
                if (found and found[1]) != expected:
                    return found is not None and found[0] == content
                self.put(key, content, content_type=content_type, cache_control=cache_control)
                return True
        except OSError as error:
            raise translate(error, store=self.url, key=key) from None

    def _client(self, *, writing: bool) -> Client:
        return LocalStore(self._folder, mkdir=writing)

    def _put(self, key: str, content: bytes, mode: PutMode, content_type: str, cache_control: str) -> None:  # noqa: ARG002
        obstore.put(self._client(writing=True), key, content, mode=mode, use_multipart=False)


def open_store(url: str, *, endpoint: str | None = None) -> ObjectStore:
    """The store at `url`: a folder, file:///FOLDER or s3://BUCKET[/PREFIX]; memory:///, gs:// and az:// as obstore has them.

    Nothing is contacted or made yet. `endpoint` is the http(s) URL of an S3-compatible server; only there may a store
    speak plain http. Raises `UsageError` for any other URL, and for one with a user, password or query in it.
    """
    if endpoint is not None and not url.startswith("s3://"):
        raise UsageError("An endpoint goes with a store at s3://BUCKET only", next_step="Leave out --endpoint")
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", url):  # one letter and a colon is a drive of Windows
        return _folder_store(url)
    parts = _split(url, "store")
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return _folder_store(url2pathname(parts.path))
    if parts.scheme == "memory":
        client = MemoryStore()
        return ObjectStore(url, reading=client, writing=client)
    if parts.scheme not in ("s3", "gs", "az") or not _REMOTE.fullmatch(url):
        raise UsageError(f"osds cannot store at {url}", next_step=_FORMS)
    return _remote_store(url, endpoint)


def _folder_store(path: str) -> ObjectStore:
    folder = Path(path)
    if not path or "\0" in path:
        raise UsageError("The store is not the path of a folder", next_step=_FORMS)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"The store {str(folder)!r} is a file, not a folder", next_step=_FORMS)
    return FolderStore(folder)


def _remote_store(url: str, endpoint: str | None) -> ObjectStore:
    config: S3Config = {} if endpoint is None else {"endpoint": endpoint}
    plain = endpoint is not None and _split(endpoint, "endpoint").scheme == "http"

    def client(options: ClientConfig) -> Client:
        allowed: ClientConfig = {**options, "allow_http": plain}
        return from_url(url, config=config, client_options=allowed, retry_config=_RETRIES)

    try:
        return ObjectStore(url, reading=client(_READING), writing=client(_WRITING))
    except (BaseError, ValueError):
        # obstore's words may quote what it found in the environment.
        raise UsageError(
            f"The store {url} cannot be opened", next_step=f"{_FORMS}, and check the variables with its credentials"
        ) from None


def _split(url: str, what: str) -> SplitResult:
    """The parts of a URL without secrets. The errors do not quote it: a user or a query may be one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UsageError(f"The URL of the {what} cannot be read", next_step=_FORMS) from None
    if "@" in url or "?" in url or "#" in url or not url.isprintable() or " " in url or "\\" in url:
        raise UsageError(
            f"The URL of the {what} must not hold a user, a password, a query or spaces",
            next_step="Give credentials in the environment, for instance AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    if what == "endpoint" and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise UsageError(
            f"The endpoint {url} is not an http(s) URL", next_step="For instance https://minio.example.org"
        )
    return parts


def _only(version: Version) -> UpdateVersion:
    """The condition that the object still has this version."""
    mode: UpdateVersion = {}
    if version.e_tag is not None:
        mode["e_tag"] = version.e_tag
    if version.version is not None:
        mode["version"] = version.version
    return mode


def _content_version(content: bytes) -> Version:
    return Version(e_tag=hashlib.sha256(content).hexdigest())
