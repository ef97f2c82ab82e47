"""git, by its command line: one way to run it safely, and what it says of a dataset's folder.

git runs with an environment of our own: no prompts, no configuration but the repository's, no hooks, and only the
protocols that the task needs. A token travels by environment, never in arguments, URLs or files. Arguments that come
from outside stand after `--` or behind a fixed prefix, because git takes a value such as `--upload-pack=…` as an option.
"""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from osds.edges.github.waiting import Timer, WallTimer
from osds.errors import OsdsError, OutsideError, UsageError
from osds.registry.urls import canonical_url

LOCAL_SECONDS = 60.0
NETWORK_SECONDS = 300.0

_PAUSES = (0.5, 2.0)  # seconds before another try
_REPEATABLE = {"fetch", "ls-remote", "push"}  # osds pushes by compare-and-set, so twice is the same as once
# How git says that a server or the network failed for a moment. A name that is not known, or a refusal, stays.
_PASSING = re.compile(
    r"error: 5\d\d|HTTP 5\d\d|Empty reply|early EOF|hung up|unexpected disconnect|reset by peer|timed out"
)

_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.filesRefLockTimeout=5000",
    "core.quotePath=false",
    "credential.helper=",
    "gc.auto=0",
)
# What git needs of the caller's environment. Everything else, GIT_DIR and GIT_TRACE above all, stays outside.
_KEPT = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO")
_PROXIES = ("https_proxy", "no_proxy", "all_proxy")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_REMOTE = re.compile(r"(https?://(\[::1\]|[A-Za-z0-9])[^@?#]*|ssh://([A-Za-z0-9._-]+@)?[A-Za-z0-9][^@?#]*)")
_SCP_FORM = re.compile(r"(?P<user>[A-Za-z0-9._-]+@)(?P<host>[A-Za-z0-9.-]+):(?P<path>[^/].*)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TOKEN = re.compile(r"[!-~]{1,1000}")


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A repository elsewhere, over https, ssh, or http to this computer. The token goes to its host only.

    Raises `UsageError` if the URL could mean anything else, or carries a password.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    timer: Timer = field(default_factory=WallTimer, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _REMOTE.fullmatch(self.url) or _UNPRINTABLE.search(self.url) or " " in self.url:
            shown = re.sub(r"//[^/]*@", "//…@", self.url)[:200]
            raise UsageError(
                f"{shown!r} is not the URL of a git repository",
                next_step="Write it as https://host/owner/repository or ssh://git@host/path, without a password in it",
            )
        parts = urlsplit(self.url)
        if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or ""):
            raise UsageError(f"{self.url!r} would be read without encryption", next_step="Use its https URL")
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            raise UsageError("The token is not one word of printable characters", next_step="Copy it again")

    @classmethod
    def parse(cls, text: str, *, token: str | None = None) -> Remote:
        """A remote from its URL, or from the short form `git@host:path`."""
        short = _SCP_FORM.fullmatch(text)
        return cls(url=f"ssh://{short['user']}{short['host']}/{short['path']}" if short else text, token=token)

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def environment(self) -> dict[str, str]:
        """The protocol that git may use, and the token as a header for this host."""
        scheme = urlsplit(self.url).scheme
        allowed = {"GIT_ALLOW_PROTOCOL": scheme}
        if scheme == "http":  # to this computer: a proxy would only see the token
            allowed |= {"no_proxy": "*", "NO_PROXY": "*"}
        if self.token is None or scheme == "ssh":
            return allowed
        login = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        settings = (
            (f"http.{scheme}://{self.host}/.extraHeader", f"Authorization: Basic {login}"),
            ("http.followRedirects", "false"),  # git would repeat the header to the new host
        )
        for number, (key, value) in enumerate(settings):
            allowed |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return {**allowed, "GIT_CONFIG_COUNT": str(len(settings))}


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How one git command ended. `problem` is the line of stderr that matters."""

    code: int
    out: bytes
    problem: str

    @property
    def text(self) -> str:
        """The output as text, without its last line end."""
        return self.out.decode("utf-8", "replace").removesuffix("\n")


@dataclass(frozen=True, kw_only=True)
class Git:
    """git in one folder, which is itself a repository or about to be one: git does not look in the folders above.

    `personal` lets git read the configuration of the person who runs it: for asking their name, nothing else. `guard` is
    a context around every process, which may limit or end it (`file_limit`, for fetching what strangers made). `promisor`
    is where a repository without all its objects gets them from.
    """

    folder: Path
    options: tuple[str, ...] = ()
    personal: bool = False
    guard: Callable[[subprocess.Popen[bytes]], AbstractContextManager[object]] = nullcontext
    promisor: Remote | None = None

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        remote: Remote | None = None,
        environ: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Finished:
        """Run git, whatever comes out. Raises `OutsideError` after too many `seconds`, `UsageError` without git.

        What fails in passing on the way to a remote, such as by a 502, is tried again after a pause.
        """
        remote = remote or self.promisor
        done = self._once(arguments, stdin, remote, environ, seconds)
        for pause in _PAUSES if remote and arguments[0] in _REPEATABLE else ():
            if remote is None or done.code == 0 or not _PASSING.search(done.problem):
                break
            remote.timer.sleep(pause)
            done = self._once(arguments, stdin, remote, environ, seconds)
        return done

    def _once(
        self,
        arguments: tuple[str, ...],
        stdin: bytes,
        remote: Remote | None,
        environ: Mapping[str, str] | None,
        seconds: float | None,
    ) -> Finished:
        environment = (
            _environment(self.folder, self.personal) | (remote.environment() if remote else {}) | dict(environ or {})
        )
        settings = [text for option in (*_OPTIONS, *self.options) for text in ("-c", option)]
        command = ["git", "-C", str(self.folder), *settings, *arguments]
        limit = seconds or (NETWORK_SECONDS if remote else LOCAL_SECONDS)
        process = _start(command, environment)
        with self.guard(process):
            code, out, error = _finish(process, stdin, limit, f"git {arguments[0]}")
        return Finished(code=code, out=out, problem=_problem(error, remote.token if remote else None))

    def output(
        self,
        *arguments: str,
        stdin: bytes = b"",
        remote: Remote | None = None,
        environ: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Finished:
        """Run git and raise `OutsideError` if it fails."""
        done = self.run(*arguments, stdin=stdin, remote=remote, environ=environ, seconds=seconds)
        if done.code != 0:
            raise failure(arguments[0], done, remote)
        return done


class GitRefusedError(OutsideError):
    """Raised if the other side asks for a login, or says that this one may not do it."""


def failure(verb: str, done: Finished, remote: Remote | None = None) -> OutsideError:
    """The error for a git command that failed, with the likely next step."""
    where = f" with {remote.url}" if remote else ""
    step = next((step for sign, step in _NEXT_STEPS if sign in done.problem), "Try again")
    kind = GitRefusedError if remote and any(sign in done.problem for sign in _REFUSALS) else OutsideError
    return kind(f"git {verb} failed{where}: {done.problem or f'exit code {done.code}'}", next_step=step)


_REFUSALS = ("could not read Username", "Authentication failed", "error: 401", "error: 403", "denied")


_NEXT_STEPS = (
    ("signal 25", "It is larger than osds reads"),
    ("File too large", "It is larger than osds reads"),
    ("could not read Username", "It asks for a login: set OSDS_TOKEN to a token that may read and write it"),
    ("Authentication failed", "The token was refused: check that it has not expired and may use this repository"),
    ("error: 401", "The token was refused: check that it has not expired and may use this repository"),
    ("error: 403", "It needs a token with write access; a workflow's own GITHUB_TOKEN cannot reach another repository"),
    ("workflow", "The fork is too old: press `Sync fork` on its page on GitHub, then run this again"),
    ("denied", "Write access is missing: use a token or key that may write to the repository"),
    ("couldn't find remote ref", "The branch is not there; `osds registry init FOLDER` makes a registry to push"),
    ("not found", "Check the address, and that the token may see the repository"),
    ("error: 301", "The repository has moved: use its new address"),
    ("redirect", "The repository has moved: use its new address"),
    ("Could not resolve host", "Check the address and the network"),
    (".lock", "If no other git is running there, delete the lock file that it names"),
    ("dubious ownership", "Another user owns the folder: run osds as that user, or change the owner"),
    ("insufficient permission", "Another user owns the folder: run osds as that user, or change the owner"),
)


def _environment(folder: Path, personal: bool) -> dict[str, str]:
    ours = {} if personal else {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.lower() in _PROXIES}
    return {
        **kept,
        **ours,
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        # A session of its own: Ctrl-C in the terminal must not stop git in the middle of a write.
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise UsageError(
            "git is not installed, or not on PATH",
            next_step="Install git 2.39 or newer: https://git-scm.com/downloads",
        ) from error
    except ValueError as error:  # a NUL in an argument
        raise UsageError("git cannot be given text with a NUL character", next_step="Check the names") from error


def _finish(process: subprocess.Popen[bytes], stdin: bytes, limit: float, what: str) -> tuple[int, bytes, bytes]:
    try:
        out, error = process.communicate(stdin, timeout=limit)
    except subprocess.TimeoutExpired as expired:
        _stop(process)
        raise OutsideError(f"{what} took longer than {limit:.0f} seconds", next_step="Try again") from expired
    except KeyboardInterrupt:
        try:
            process.communicate(timeout=limit)  # let git end its write
        except subprocess.TimeoutExpired:
            _stop(process)
        raise
    return process.returncode, out, error


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started. On SIGTERM git removes its lock files."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.communicate(timeout=5)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _problem(stderr: bytes, token: str | None) -> str:
    """The last line of stderr that says something, printable and without secrets."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", stderr.decode("utf-8", "replace"))]
    lines = [line for line in lines if line and not line.startswith(_SAYS_NOTHING)]
    line = ([line for line in lines if line.startswith(_SAYS_MUCH)] or lines or [""])[-1]
    line = line.replace(token, "…") if token else line
    return re.sub(r"//[^/\s]*@", "//…@", _UNPRINTABLE.sub(" ", line)).removeprefix("fatal: ")[:300]


_SAYS_MUCH = ("fatal:", "error:", "remote:", "!")
_SAYS_NOTHING = (
    "error: failed to push some refs",
    "fatal: Could not read from remote repository",
    "fatal: the remote end hung up",
)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a dataset's folder comes from. `url` is None if no remote has a URL that a catalog could carry."""

    url: str | None
    commit: str | None  # None before the first commit
    branch: str | None  # None if HEAD is not on a branch


def origin(folder: Path) -> Origin | None:
    """What git knows of `folder`; None unless the folder is the top of a work tree.

    The URL is that of the remote `origin`, in the catalog's form: https, no user, no secret.
    """
    folder = folder.resolve()
    # Reading names runs nothing from the repository's configuration, so its owner does not matter (containers).
    git = Git(folder=folder, options=("safe.directory=*",))
    top = git.run("rev-parse", "--show-toplevel")
    if top.code != 0 or not top.text or Path(top.text).resolve() != folder:
        return None
    remote = git.run("config", "--get", "remote.origin.url")
    commit = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    branch = git.run("symbolic-ref", "--quiet", "--short", "HEAD")
    return Origin(url=_public_url(remote.text), commit=commit.text or None, branch=branch.text or None)


def _public_url(text: str) -> str | None:
    try:
        return canonical_url(text)
    except OsdsError:  # a remote that no catalog could list, such as a relative path
        return None
