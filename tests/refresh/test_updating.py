"""The key `update` of osds.yml, and what the command gets to see."""

from __future__ import annotations

import pytest

from osds.errors import UsageError
from osds.settings import resolve
from osds.updating import environment_for, parse_update


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ()),
        ("scripts/update.sh", ("scripts/update.sh",)),
        ("python3 scripts/update.py --since '1 January'", ("python3", "scripts/update.py", "--since", "1 January")),
        ("echo $HOME; rm -rf /", ("echo", "$HOME;", "rm", "-rf", "/")),  # words, and no shell to obey them
    ],
)
def test_parse_update__splits_as_a_shell_would(value: object, words: tuple[str, ...]) -> None:
    assert parse_update(value) == words
    assert resolve(file={"update": value}, environ={}, flags={}).update == words


@pytest.mark.parametrize("value", ["", "  ", 3, ["a"], "a\nb", "a\0", "it's", "x" * 1001, "a\u202eb", True])
def test_parse_update__refuses_by_name(value: object) -> None:
    with pytest.raises(UsageError, match=r"osds\.yml: update .*For instance"):
        parse_update(value)


def test_update__comes_from_the_file_alone() -> None:
    environ = {"OSDS_UPDATE": "evil", "INPUT_UPDATE": "evil"}
    assert resolve(file={}, environ=environ, flags={"update": "evil"}).update == ()


def test_environment_for__has_no_credential_and_no_file_of_the_runner() -> None:
    theirs = {"PATH": "/bin", "HOME": "/home/ada", "LANG": "C", "RUNNER_TEMP": "/tmp/x", "https_proxy": "http://proxy"}
    ours = dict.fromkeys(
        ("OSDS_TOKEN", "INPUT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"),
        "secret",
    )
    ours |= dict.fromkeys(("ACTIONS_RUNTIME_TOKEN", "AWS_SECRET_ACCESS_KEY", "aws_session_token", "GIT_DIR"), "secret")
    assert environment_for({**theirs, **ours}) == theirs
