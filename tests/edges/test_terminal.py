from __future__ import annotations

import io
import time

import pytest

from osds.edges import terminal
from osds.progress import Silent


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "PATIENCE", 0.05)
    monkeypatch.setattr(terminal, "INTERVAL", 0.05)
    monkeypatch.setenv("TERM", "xterm")


def test_open_progress__suits_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(terminal.open_progress(Screen()), terminal.Bars)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(terminal.open_progress(Screen()), terminal.Lines)
    assert isinstance(terminal.open_progress(io.StringIO()), terminal.Lines)
    assert isinstance(terminal.open_progress(Screen(), quiet=True), Silent)


def test_lines__short_work_says_nothing() -> None:
    stream = io.StringIO()
    with terminal.open_progress(stream).task("Checking a.csv", 10) as task:
        task.advance(10)
    assert stream.getvalue() == ""


def test_lines__long_work_goes_on_saying_how_far() -> None:
    stream = io.StringIO()
    with terminal.open_progress(stream).task("Checking a.csv", 10) as task:
        task.advance(5)
        time.sleep(0.3)
    lines = stream.getvalue().splitlines()
    assert len(lines) >= 2
    assert lines[0] == "Checking a.csv … 50 %, 0 s"


def test_lines__the_text_is_harmless() -> None:
    stream = io.StringIO()
    with terminal.open_progress(stream).task("Checking ::error::\n##[x]"):
        time.sleep(0.2)
    assert "::" not in stream.getvalue()
    assert "##[" not in stream.getvalue()


def test_bars__a_bar_with_the_text() -> None:
    stream = Screen()
    with terminal.open_progress(stream).task("Checking [bold]a.csv", 10) as task:
        task.advance(5)
        end = time.monotonic() + 20  # a busy machine takes its time to import what draws the bar
        while "50%" not in stream.getvalue() and time.monotonic() < end:
            time.sleep(0.05)
    assert "Checking [bold]a.csv" in stream.getvalue()
    assert "50%" in stream.getvalue()


@pytest.mark.parametrize(("actions", "written"), [("", b"? caf\xe9"), ("true", "✗ café".encode())])
def test_speak_plainly__a_stream_without_a_character_does_not_fail(
    monkeypatch: pytest.MonkeyPatch, actions: str, written: bytes
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", actions)
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")  # that of a redirected stream on Windows
    with pytest.raises(UnicodeEncodeError):
        stream.write("✗")
    terminal.speak_plainly(stream, io.StringIO())  # a stream without an encoding has no need
    stream.write("✗ café")
    stream.flush()
    assert raw.getvalue() == written
