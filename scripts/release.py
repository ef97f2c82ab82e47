"""Releases: `prepare VERSION` shows the plan, with `--write` commits and tags it; `build FOLDER` makes what is published.

Nothing is pushed by either. Pushing the tag starts .github/workflows/release.yml, which builds once more and publishes.
"""

from __future__ import annotations

import argparse
import datetime
import difflib
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from osds import __version__
from osds.edges.git.git import Git
from osds.errors import OsdsError, UsageError

ROOT = Path(__file__).parent.parent
CHANGES = "CHANGELOG.md"
_VERSION = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})")
_NUMBERED = {  # where the version stands, and how
    "osds/__init__.py": r'(?<=^__version__ = ")[^"]+(?="$)',
    "pyproject.toml": r'(?<=^version = ")[^"]+(?="$)',
    "uv.lock": r'(?<=^name = "osds"\nversion = ")[^"]+(?="$)',
}
_USED = r"(?<=openspending/osds)(?P<part>[\w./-]*)@v\d+(?![\w.])"  # how workflows name us: the moving tag of a major version
_HOOKED = (
    r"(?<=openspending/osds\n    rev: )v[0-9.]+"  # how pre-commit names us: by version, as it keeps what it fetched
)
_NEWS = re.compile(r"^## \[Unreleased\]\n(?P<text>.*?)(?=^## \[|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a release changes: the new text of each file."""

    version: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def tag(self) -> str:
        """The tag, which never moves: `v1.2.3`."""
        return f"v{self.version}"

    def lines(self) -> Iterator[str]:
        """The plan as a person reads it."""
        yield f"osds {self.version}, after {__version__}"
        for path, text in self.after.items():
            diff = difflib.unified_diff(self.before[path].splitlines(), text.splitlines(), path, path, lineterm="", n=0)
            yield from (line for line in diff if not line.startswith(("---", "@@")))
        yield f"Then one commit, and the tag {self.tag}."


def make_plan(version: str, texts: Mapping[str, str], today: datetime.date) -> Plan:
    """The plan for files with these texts. Raises `UsageError` if there is nothing to release, or the version is no step."""
    if not _VERSION.fullmatch(version) or _numbers(version) < _numbers(__version__):
        raise UsageError(f"{version!r} is not a version from {__version__} on", next_step="Write it as 1.2.3")
    if not (news := _NEWS.search(texts[CHANGES])) or not news["text"].strip():
        raise UsageError(f"{CHANGES} says nothing under Unreleased", next_step="Write there what changes for people")
    major = version.partition(".")[0]
    after = {path: re.sub(_USED, rf"\g<part>@v{major}", text) for path, text in texts.items()}
    after = {path: re.sub(_HOOKED, f"v{version}", text) for path, text in after.items()}
    for path, pattern in _NUMBERED.items():
        after[path], count = re.subn(pattern, version, after[path], flags=re.MULTILINE)
        if count != 1:
            raise UsageError(f"{path} states its version {count} times", next_step="Correct it first")
    heading = f"## [Unreleased]\n\n## [{version}] - {today.isoformat()}"
    after[CHANGES] = after[CHANGES].replace("## [Unreleased]", heading, 1)
    return Plan(version=version, before=texts, after={p: text for p, text in after.items() if text != texts[p]})


def news_of(version: str, changes: str) -> str:
    """What the changelog says of a version. Raises `UsageError` if it has no heading for it."""
    found = re.search(rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)", changes, re.MULTILINE | re.DOTALL)
    if not found:
        raise UsageError(f"{CHANGES} has no heading for {version}", next_step="scripts/release prepare makes it")
    return found[1].strip() + "\n"


def prepare(version: str, root: Path, *, write: bool) -> Iterator[str]:
    """The plan for the checkout at `root`; with `write` one commit and one tag in it.

    Raises `UsageError` for a work tree with changes, or a tag that is there already.
    """
    git = Git(folder=root, personal=True)
    if git.output("status", "--porcelain").text:
        raise UsageError("The work tree has changes", next_step="Commit them first")
    if git.run("rev-parse", "--quiet", "--verify", f"refs/tags/v{version}").code == 0:
        raise UsageError(
            f"There is a tag v{version} already", next_step="A released version never changes: take the next"
        )
    listed = git.output("grep", "--name-only", "--fixed-strings", "-I", "openspending/osds").text.splitlines()
    paths = sorted({*_NUMBERED, CHANGES, *listed} - {"scripts/release.py"})
    plan = make_plan(
        version, {path: (root / path).read_text("utf-8") for path in paths}, datetime.datetime.now(datetime.UTC).date()
    )
    yield from plan.lines()
    if not write:
        yield "Nothing is written yet: run it again with --write."
        return
    for path, text in plan.after.items():
        (root / path).write_text(text, "utf-8")
    git.output("commit", "--quiet", "--all", "--message", f"Release {version}")
    git.output("tag", "--annotate", "--message", f"osds {version}", plan.tag)
    yield f"Done here. To release it: git push --atomic origin HEAD {plan.tag}"


def build(root: Path, folder: Path, tag: str | None) -> Iterator[str]:
    """Build what is published into `folder`: packages, their checksums, the notes; and try the wheel.

    Raises `UsageError` if `tag` is not that of this version.
    """
    if tag is not None and tag != f"v{__version__}":
        raise UsageError(
            f"The tag {tag} is not that of osds {__version__}", next_step="scripts/release prepare makes both"
        )
    packages = folder / "packages"
    _uv("build", "--quiet", "--out-dir", packages, root)
    (packages / ".gitignore").unlink(missing_ok=True)  # uv's
    files = sorted(packages.iterdir())
    (folder / "SHA256SUMS").write_text("".join(f"{_sha256(file)}  {file.name}\n" for file in files), "utf-8")
    if tag is not None:
        (folder / "NOTES.md").write_text(news_of(__version__, (root / CHANGES).read_text("utf-8")), "utf-8")
    (wheel,) = packages.glob("*.whl")
    try_wheel(wheel, root / "requirements.lock")
    yield from (f"{file.name} ({file.stat().st_size:,} bytes)" for file in files)
    yield "The wheel, alone in an empty environment, runs the demo."


def try_wheel(wheel: Path, lock: Path) -> None:
    """Install the wheel into an empty environment, with the versions of the lock, and run the demo there."""
    with tempfile.TemporaryDirectory(prefix="osds-wheel-") as scratch:
        environment = Path(scratch) / "environment"
        _uv("venv", "--quiet", "--python", sys.executable, environment)
        python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        _uv("pip", "install", "--quiet", "--python", python, "--constraint", lock, wheel)
        subprocess.run(
            [python, "-I", "-m", "osds.demo"], cwd=scratch, check=True, stdout=subprocess.DEVNULL, timeout=300
        )


def _uv(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, timeout=300, stdin=subprocess.DEVNULL)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def main() -> None:
    """The command line. The exit code is 2 where something is to be corrected first."""
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    preparing = verbs.add_parser("prepare", help="show the plan for a version")
    preparing.add_argument("version", help="for instance 1.2.3")
    preparing.add_argument("--write", action="store_true", help="commit it and tag it, here only")
    building = verbs.add_parser("build", help="build packages, checksums and notes")
    building.add_argument("folder", type=Path, help="where they go")
    building.add_argument("--tag", help="refuse to build anything but this version; an empty one is none")
    given = parser.parse_args()
    try:
        if given.verb == "prepare":
            for line in prepare(given.version, ROOT, write=given.write):
                print(line)
        else:
            for line in build(ROOT, given.folder, given.tag or None):
                print(line)
    except OsdsError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
