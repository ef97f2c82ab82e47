"""Making a registry: once, in a place that is free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from osds.cli import cli
from osds.commands.registry.init import init_registry
from osds.errors import OsdsError
from osds.registry.template import registry_files
from tests.commands.registering import FILES, TIME, enter, is_clean
from tests.edges.git_backend import git, tip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's git configuration."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def test_init_registry__is_a_repository_with_one_commit(tmp_path: Path) -> None:
    made = init_registry(tmp_path / "new/registry", title="Ours", core_organisation="os-data", time=TIME)
    assert made.made
    assert made.commit == tip(made.folder, "main")
    assert is_clean(made.folder)
    assert {p: (made.folder / p).read_bytes() for p in FILES} == registry_files(
        title="Ours", core_organisation="os-data"
    )
    again = init_registry(made.folder, title="Other", core_organisation="x", time=TIME)
    assert (again.made, again.commit) == (False, made.commit)
    assert int(git(made.folder, "rev-list", "--count", "HEAD")) == 1


def test_init_registry__takes_an_empty_clone_and_heals_a_killed_run(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "clone")
    assert init_registry(tmp_path / "clone", title="T", core_organisation="o", time=TIME).made
    for path in FILES:
        (tmp_path / "clone" / path).unlink()
    (tmp_path / "clone/.git/index").unlink()
    assert not init_registry(tmp_path / "clone", title="T", core_organisation="o", time=TIME).made
    assert is_clean(tmp_path / "clone")


def test_init_registry__refuses_what_is_in_use(tmp_path: Path) -> None:
    def refused(folder: Path) -> None:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(OsdsError, match=r"not empty|is a file"):
            init_registry(folder, title="T", core_organisation="o", time=TIME)
        assert sorted(tmp_path.rglob("*")) == before

    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file")
    refused(tmp_path)
    git(tmp_path, "init", "--quiet", "used")
    git(tmp_path / "used", "commit", "--quiet", "--allow-empty", "--message", "x")
    refused(tmp_path / "used")


def test_init_registry__a_dry_run_makes_nothing(tmp_path: Path) -> None:
    planned = init_registry(tmp_path / "new", title="T", core_organisation="o", time=TIME, dry_run=True)
    assert "data/catalog.csv" in planned.lines
    assert not (tmp_path / "new").exists()


def test_init_registry__osds_validates_its_own_registry(tmp_path: Path) -> None:
    made = init_registry(tmp_path / "registry", title="T", core_organisation="o", time=TIME)
    runner = CliRunner()
    for _ in range(2):
        done = runner.invoke(cli, ["validate", str(made.folder)], standalone_mode=False)
        assert (done.return_value, done.exception) == (0, None), done.output
        assert "is valid" in done.stdout
        enter(made.folder)
    refused = runner.invoke(cli, ["aggregate", str(made.folder)], standalone_mode=False)
    assert "holds no money" in str(refused.exception)


def test_init_registry__a_policy_in_a_dataset_is_still_refused(
    tmp_path: Path, make_dataset: Callable[..., Path]
) -> None:
    dataset = make_dataset(files={"osds.yml": "waiting-hours: 1\n"})
    done = CliRunner().invoke(cli, ["validate", str(dataset)], standalone_mode=False)
    assert "waiting-hours" in str(done.exception)
