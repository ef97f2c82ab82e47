"""setup/install, which both actions run: on runners with uv, without it, with one that fails, and as on Windows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from osds import __version__
from tests.small_checkout import make_checkout

ROOT = Path(__file__).parents[2]
BESIDE = Path(sys.executable).parent  # uv is there
Install = Callable[..., "subprocess.CompletedProcess[str]"]

# What uv makes on Windows, as far as a script of ours sees it.
WINDOWS_UV = """#!/bin/sh
mkdir -p "$UV_PROJECT_ENVIRONMENT/Scripts" "$UV_PROJECT_ENVIRONMENT/Lib/site-packages"
touch "$UV_PROJECT_ENVIRONMENT/Scripts/python.exe"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "my checkout")


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Runs setup/install of a checkout in an empty workspace, with an environment of nothing but what is given."""
    for name in ("temp", "workspace"):
        (tmp_path / name).mkdir()

    def run(checkout: Path, path: str, **environ: str) -> subprocess.CompletedProcess[str]:
        runner = {"RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_OUTPUT": str(tmp_path / "output"), "PATH": path}
        kept = {k: v for k, v in os.environ.items() if k.startswith("SSL_CERT") or k.lower().endswith("_proxy")}
        command = ["bash", str(checkout / "setup" / "install")]
        everything = {**kept, **runner, **environ}
        (tmp_path / "output").unlink(missing_ok=True)
        return subprocess.run(command, cwd=tmp_path / "workspace", env=everything, capture_output=True, text=True)

    return run


def output(tmp_path: Path) -> str:
    """The Python that the step names."""
    python, matcher = (tmp_path / "output").read_text().splitlines()
    assert matcher.startswith("problem-matcher=/")
    assert Path(matcher.removeprefix("problem-matcher=")).is_file()
    return python.removeprefix("python=")


def offline(checkout: Path) -> dict[str, str]:
    """What lets pip take wheels from the checkout and nothing else."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": checkout.as_uri(), "PYTHON": sys.executable, "HOME": str(checkout)}


def double(checkout: Path, text: str) -> None:
    """A program `uv` for the checkout's PATH."""
    uv = checkout / "tools" / "uv"
    uv.write_text(text)
    uv.chmod(0o755)


def test_uv__installs_the_lock_and_this_checkout_without_a_home_and_leaves_nothing_else(
    install: Install, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    for name in ("osds", "scripts", "setup"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "uv.lock", "requirements.lock"):
        shutil.copy(ROOT / name, source / name)
    before = sorted(source.rglob("*"))
    cache = subprocess.run([BESIDE / "uv", "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    done = install(source, f"{BESIDE}:{os.defpath}", UV_CACHE_DIR=cache)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    python = output(tmp_path)
    assert Path(python).is_relative_to(tmp_path / "temp")
    shutil.rmtree(source / "osds")  # what runs is a copy
    said = subprocess.run([python, "-I", "-m", "osds", "--version"], capture_output=True, text=True, env={})
    assert said.stdout == f"osds {__version__}\n"
    assert sorted(source.rglob("*")) == [path for path in before if not path.is_relative_to(source / "osds")]
    assert list((tmp_path / "workspace").iterdir()) == []


def test_uv__without_home_keeps_its_cache_with_the_runners_temporary_files(
    checkout: Path, install: Install, tmp_path: Path
) -> None:
    double(checkout, '#!/bin/sh\necho "$UV_CACHE_DIR" >&2; exit 1\n')
    environ = {name: value for name, value in offline(checkout).items() if name != "HOME"}
    assert install(checkout, str(checkout / "tools"), **environ).stderr.startswith(f"{tmp_path}/temp/osds-cache\n")


def test_pip__installs_with_hashes_where_there_is_no_uv_and_once(
    checkout: Path, install: Install, tmp_path: Path
) -> None:
    first = install(checkout, str(checkout / "tools"), **offline(checkout))
    assert first.returncode == 0, first.stderr
    assert f"Installing into {tmp_path}/temp/osds" in first.stderr
    python = output(tmp_path)
    assert subprocess.run([python, "-I", "-c", "import osds, small"], env={}).returncode == 0
    again = install(checkout, str(checkout / "tools"), **offline(checkout))
    assert (again.returncode, again.stderr, output(tmp_path)) == (0, "", python)


def test_pip__installs_where_uv_fails(checkout: Path, install: Install, tmp_path: Path) -> None:
    double(checkout, '#!/bin/sh\necho "error: no network" >&2; exit 2\n')
    done = install(checkout, str(checkout / "tools"), **offline(checkout))
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("error: no network\nuv cannot install osds here, so pip does, from the same lock\n")
    assert subprocess.run([output(tmp_path), "-I", "-c", "import osds"], env={}).returncode == 0


def test_pip__refuses_what_has_another_hash(checkout: Path, install: Install, tmp_path: Path) -> None:
    lock = checkout / "requirements.lock"
    lock.write_text(lock.read_text().strip()[:-4] + "0000\n")
    done = install(checkout, str(checkout / "tools"), **offline(checkout))
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "output").exists()


def test_windows__the_python_that_uv_makes_there(checkout: Path, install: Install, tmp_path: Path) -> None:
    (checkout / "tools" / "mkdir").symlink_to(shutil.which("mkdir") or "")
    (checkout / "tools" / "touch").symlink_to(shutil.which("touch") or "")
    double(checkout, WINDOWS_UV)
    done = install(checkout, str(checkout / "tools"), HOME="x")
    assert done.returncode == 0, done.stderr
    environment = tmp_path / "temp" / "osds"
    assert output(tmp_path) == f"{environment}/Scripts/python.exe"
    assert (environment / "Lib" / "site-packages" / "osds" / "__init__.py").is_file()


def test_outside_of_a_job__says_what_is_missing(checkout: Path) -> None:
    done = subprocess.run(["bash", str(checkout / "setup" / "install")], env={"PATH": os.defpath}, capture_output=True)
    assert done.returncode != 0
    assert b"RUNNER_TEMP: is not set: this runs in a job of GitHub Actions" in done.stderr
