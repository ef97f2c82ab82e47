"""Opening a store: a local folder, S3, and what obstore speaks besides (GCS, Azure, memory).

This module owns the URL and the connection. Credentials come from the environment, the way obstore finds them (`AWS_*`,
`GOOGLE_*`, `AZURE_*`, web identity, the metadata service of a machine in the cloud).
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from obstore.exceptions import BaseError
from obstore.store import MemoryStore, from_url

from osds.edges.store.object_folder import FolderStore
from osds.edges.store.object_store import Clients, DifferentContentError, ObjectStore, Stored, Version
from osds.edges.store.patience import BUSY, LONGEST, Patience
from osds.errors import UsageError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig
    from obstore.store import ObjectStore as Client

__all__ = ["DifferentContentError", "FolderStore", "ObjectStore", "Stored", "Version", "open_store"]

# A bucket, then segments of a path that mean themselves: obstore would decode %20 and resolve "..".
_REMOTE = re.compile(r"[a-z0-9]+://[^/:%]+(/(?!\.\.?(/|$))[^/%]+)*/?")
_FORMS = "Use a folder, file:///FOLDER, s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX] or az://CONTAINER[/PREFIX]"
_ENDPOINTS = {"s3": "endpoint", "gs": "base_url", "az": "endpoint"}  # how obstore calls it, by scheme
Config = Any  # one of the typed dicts of obstore, by scheme

# `Patience` repeats whole calls. Only what is inside a stream of parts cannot wait for it: there obstore repeats, after
# `BUSY` seconds at least.
_ONCE: RetryConfig = {"max_retries": 0}
_READING: ClientConfig = {"connect_timeout": "4s", "read_timeout": "10s", "timeout": "5m"}
# No read timeout here: the time of the upload itself would count as waiting for an answer.
_WRITING: ClientConfig = {"connect_timeout": "4s", "timeout": "5m"}


def open_store(url: str, *, endpoint: str | None = None, patience: Patience | None = None) -> ObjectStore:
    """The store at `url`: a folder, file:///FOLDER, s3://BUCKET[/PREFIX], gs://, az:// or memory:///.

    Nothing is contacted or made yet. `endpoint` is the http(s) URL of a server that speaks S3 (or GCS, or Azure Blob
    Storage); only there may a store speak plain http. Raises `UsageError` for any other URL, and for one with a user,
    password or query in it.
    """
    if endpoint is not None and not url.startswith(tuple(f"{scheme}://" for scheme in _ENDPOINTS)):
        raise UsageError(
            "An endpoint goes with a store at s3://, gs:// or az:// only", next_step="Leave out --endpoint"
        )
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", url):  # one letter and a colon is a drive of Windows
        return _folder_store(url)
    parts = _split(url, "store")
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return _folder_store(url2pathname(parts.path))
    if parts.scheme == "memory":
        client = MemoryStore()
        return ObjectStore(url, Clients(reading=client, writing=client, streaming=client), patience)
    if parts.scheme not in _ENDPOINTS or not _REMOTE.fullmatch(url):
        raise UsageError(f"osds cannot store at {url}", next_step=_FORMS)
    return _remote_store(url, endpoint, patience)


def _folder_store(path: str) -> ObjectStore:
    folder = Path(path)
    if not path or "\0" in path:
        raise UsageError("The store is not the path of a folder", next_step=_FORMS)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"The store {str(folder)!r} is a file, not a folder", next_step=_FORMS)
    return FolderStore(folder)


def _remote_store(url: str, endpoint: str | None, patience: Patience | None) -> ObjectStore:
    scheme = urlsplit(url).scheme
    config: Config = {} if endpoint is None else {_ENDPOINTS[scheme]: endpoint}
    plain = endpoint is not None and _split(endpoint, "endpoint").scheme == "http"
    # S3 refuses what arrives otherwise than it was sent, and keeps the hash. Parts of a stream are covered by the
    # signature alone, which has their SHA-256 in it: a second hash of each would cost a fifth of the speed.
    hashed: Config = {**config, "checksum_algorithm": "sha256"} if scheme == "s3" else config

    scale = patience.scale if patience else 1.0
    retries: RetryConfig = {
        "max_retries": 6,
        "retry_timeout": timedelta(seconds=60),
        "backoff": {"init_backoff": timedelta(seconds=BUSY * scale), "max_backoff": timedelta(seconds=LONGEST * scale)},
    }

    def client(config: Config, options: ClientConfig, retries: RetryConfig) -> Client:
        allowed: ClientConfig = {**options, "allow_http": plain}
        return from_url(url, config=config, client_options=allowed, retry_config=retries)

    try:
        clients = Clients(
            reading=client(config, _READING, _ONCE),
            writing=client(hashed, _WRITING, _ONCE),
            streaming=client(config, _WRITING, retries),
        )
        return ObjectStore(url, clients, patience)
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
