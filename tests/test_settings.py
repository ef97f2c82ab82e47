from __future__ import annotations

import pytest

from osds.errors import UsageError
from osds.settings import OPTIONS, Settings, resolve, size_of


def test_resolve__defaults() -> None:
    assert resolve(file={}, environ={}, flags={}) == Settings()


def test_resolve__later_sources_win() -> None:
    file = {"limit-errors": 1}
    assert resolve(file=file, environ={}, flags={}).limit_errors == 1
    environ = {"OSDS_LIMIT_ERRORS": "2"}
    assert resolve(file=file, environ=environ, flags={}).limit_errors == 2
    environ["INPUT_LIMIT_ERRORS"] = "3"
    assert resolve(file=file, environ=environ, flags={}).limit_errors == 3
    assert resolve(file=file, environ=environ, flags={"limit_errors": "4"}).limit_errors == 4


def test_resolve__empty_inputs_are_not_given() -> None:
    assert (
        resolve(file={"store": "./a"}, environ={"INPUT_STORE": "", "OSDS_STORE": ""}, flags={"store": None}).store
        == "./a"
    )


@pytest.mark.parametrize("key", ["token", "owner", "endpoint", "bundle", "no-such", "limit_errors"])
def test_resolve__keys_that_a_dataset_may_not_set(key: str) -> None:
    with pytest.raises(UsageError, match=key):
        resolve(file={key: "x"}, environ={}, flags={})


@pytest.mark.parametrize("value", [0, -1, "abc", "", True, 1.5, "1" * 20, "٣", None, [1]])
def test_resolve__counts_are_whole_numbers_above_zero(value: object) -> None:
    with pytest.raises(UsageError, match="whole number"):
        resolve(file={"limit-errors": value}, environ={}, flags={})


@pytest.mark.parametrize("value", ["", "a\nb", "a\0", 7, None, ["x"], {"a": 1}])
def test_resolve__texts_are_one_line(value: object) -> None:
    with pytest.raises(UsageError, match="one line of text"):
        resolve(file={"store": value}, environ={}, flags={})


def test_settings__a_secret_does_not_print_itself() -> None:
    settings = resolve(file={}, environ={"OSDS_TOKEN": "ghp_secret"}, flags={})
    assert settings.token == "ghp_secret"
    assert "ghp_secret" not in repr(settings)
    assert "ghp_secret" not in str(settings)


def test_options__secrets_never_stand_in_a_file() -> None:
    assert [o.name for o in OPTIONS if o.secret] == ["token"]
    assert not [o.name for o in OPTIONS if o.secret and o.in_file]


@pytest.mark.parametrize(("text", "size"), [("2GB", 2 * 10**9), ("256mb", 256 * 10**6), ("1 TB", 10**12)])
def test_size_of__sizes(text: str, size: int) -> None:
    assert size_of(text, "max-memory") == size


@pytest.mark.parametrize("text", ["", "2", "GB", "255MB", "-1GB", "1.5GB", "2GB\n", "٣GB", "1" * 20 + "GB"])
def test_size_of__anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="max-memory"):
        size_of(text, "max-memory")


def test_options__a_dataset_cannot_raise_the_limits_that_protect_from_it() -> None:
    assert not [o.name for o in OPTIONS if o.name in {"max-seconds", "max-memory"} and o.in_file]
