"""scripts/release, on a real clone of this repository: the plan, what it refuses, the commit and tag, and what is built."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from osds import __version__
from osds.errors import UsageError
from scripts.release import make_plan, news_of

ROOT = Path(__file__).parent.parent
MAJOR = int(__version__.partition(".")[0]) + 1
NEXT = f"{MAJOR}.0.0"  # the next major version: all that moves with one moves
Release = Callable[..., "subprocess.CompletedProcess[str]"]
TODAY = datetime.date(2026, 11, 24)
TEXTS = {
    "osds/__init__.py": f'__version__ = "{__version__}"\n',
    "pyproject.toml": f'[project]\nversion = "{__version__}"\n',
    "uv.lock": f'[[package]]\nname = "other"\nversion = "7"\n\n[[package]]\nname = "osds"\nversion = "{__version__}"\n',
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.0.9] - 2026-01-01\n\n- Older.\n",
    "README.md": "openspending/osds@v0 openspending/osds/.github/workflows/x.yml@v0\nopenspending/osds\n    rev: v0.0.9\n",
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of this repository, with the files as they are now."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(folder)], check=True)
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in listed:
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "As it is now")
    return folder


@pytest.fixture
def release(clone: Path) -> Release:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scripts.release", *arguments]
        return subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=300)

    return run


def test_make_plan__what_changes() -> None:
    plan = make_plan("1.2.3", TEXTS, TODAY)
    assert plan.after == {
        "osds/__init__.py": '__version__ = "1.2.3"\n',
        "pyproject.toml": '[project]\nversion = "1.2.3"\n',
        "uv.lock": TEXTS["uv.lock"].replace(__version__, "1.2.3"),
        "CHANGELOG.md": TEXTS["CHANGELOG.md"].replace(
            "## [Unreleased]\n", "## [Unreleased]\n\n## [1.2.3] - 2026-11-24\n"
        ),
        "README.md": TEXTS["README.md"].replace("@v0", "@v1").replace("v0.0.9", "v1.2.3"),
    }
    assert news_of("1.2.3", plan.after["CHANGELOG.md"]) == "### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    "version", ["0.0.1", "1.2", "v1.2.3", "1.2.3-rc1", "01.2.3", "1.2.3\n", "", '1.2.3"; exit 1 #']
)
def test_make_plan__versions_that_are_none(version: str) -> None:
    with pytest.raises(UsageError, match="is not a version from"):
        make_plan(version, TEXTS, TODAY)


def test_make_plan__refuses_to_release_nothing_or_to_guess() -> None:
    with pytest.raises(UsageError, match="nothing under Unreleased"):
        make_plan("1.0.0", {**TEXTS, "CHANGELOG.md": "## [Unreleased]\n\n## [0.0.9] - x\n\n- Older.\n"}, TODAY)
    with pytest.raises(UsageError, match=r"pyproject\.toml states its version 2 times"):
        make_plan("1.0.0", {**TEXTS, "pyproject.toml": TEXTS["pyproject.toml"] * 2}, TODAY)


def test_prepare__shows_the_plan_and_writes_nothing(clone: Path, release: Release) -> None:
    before = git(clone, "rev-parse", "HEAD")
    done = release("prepare", NEXT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"osds {NEXT}, after {__version__}"
    assert f'+__version__ = "{NEXT}"' in lines
    assert f"+    uses: openspending/osds/.github/workflows/dataset.yml@v{MAJOR}" in lines
    assert lines[-2:] == [
        f"Then one commit, and the tag v{NEXT}.",
        "Nothing is written yet: run it again with --write.",
    ]
    assert git(clone, "status", "--porcelain") == ""
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "tag")) == (before, "")


def test_prepare__one_commit_and_one_tag_that_stay_here(clone: Path, release: Release) -> None:
    done = release("prepare", NEXT, "--write")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"Done here. To release it: git push --atomic origin HEAD v{NEXT}"
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "log", "--format=%s", "-2").splitlines() == [f"Release {NEXT}", "As it is now"]
    assert git(clone, "rev-parse", f"v{NEXT}^{{commit}}") == git(clone, "rev-parse", "HEAD")
    assert f"v{NEXT}" not in git(ROOT, "tag")
    subprocess.run([sys.executable, "-m", "uv", "lock", "--check", "--quiet", "--offline"], cwd=clone, check=True)
    assert f"dataset.yml@v{MAJOR}\n" in (clone / "osds/templates/workflow.yml").read_text()
    again = release("prepare", NEXT, "--write")
    assert (again.returncode, again.stderr) == (
        2,
        f"error: There is a tag v{NEXT} already. A released version never changes: take the next\n",
    )


def test_prepare__refuses_a_work_tree_with_changes(clone: Path, release: Release) -> None:
    (clone / "new.txt").write_text("new")
    done = release("prepare", NEXT, "--write")
    assert (done.returncode, done.stderr) == (2, "error: The work tree has changes. Commit them first\n")
    assert git(clone, "tag") == ""


def test_build__packages_checksums_and_notes_of_the_tag_alone(clone: Path, release: Release, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    refused = release("build", str(folder), "--tag", "v9.9.9")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"error: The tag v9.9.9 is not that of osds {__version__}.")
    assert not folder.exists()

    assert release("prepare", NEXT, "--write").returncode == 0
    done = release("build", str(folder), "--tag", f"v{NEXT}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "The wheel, alone in an empty environment, runs the demo."
    packages = sorted(path.name for path in (folder / "packages").iterdir())
    assert packages == [f"osds-{NEXT}-py3-none-any.whl", f"osds-{NEXT}.tar.gz"]
    sums = (folder / "SHA256SUMS").read_text().splitlines()
    assert sums == [f"{hashlib.sha256((folder / 'packages' / n).read_bytes()).hexdigest()}  {n}" for n in packages]
    assert (folder / "NOTES.md").read_text().startswith("### Added\n\n- `osds validate`")
