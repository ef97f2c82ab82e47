"""The parts of `action.yml` and of the README that follow from settings and outputs; what stands around them stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from osds.action import COMMANDS, DEFAULT, INPUTS, SETTINGS
from osds.edges.runner import OUTPUTS
from osds.inputs import variable
from osds.settings import OPTIONS, Option

ROOT = Path(__file__).parent.parent

_PATH = "Folder of the dataset, or its descriptor"


def render_action() -> str:
    """`action.yml` with today's inputs and outputs."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    text = _replace(r"^inputs:\n(?:(?: .*)?\n)*", _inputs(), text)
    text = _replace(r"^outputs:\n(?:(?: .*)?\n)*", _outputs(), text)
    return _replace(r"(?:^        INPUT_.*\n)+", _environment(), text)


def render_readme() -> str:
    """The README with today's tables of inputs and outputs."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = _replace(r"(?<=^\| input \| \| file \|\n\|---\|---\|---\|\n)(?:\|.*\n)+", _input_rows(), text)
    return _replace(r"(?<=^\| output \| \|\n\|---\|---\|\n)(?:\|.*\n)+", _output_rows(), text)


def _replace(pattern: str, lines: Iterator[str], text: str) -> str:
    """`text` with these lines in the one place that the pattern finds."""
    block = "".join(f"{line}\n" for line in lines)
    text, count = re.subn(pattern, lambda _: block, text, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{pattern!r} is found {count} times")
    return text


def _inputs() -> Iterator[str]:
    yield "inputs:"
    yield from _input("command", f"What to do, one of {', '.join(COMMANDS)}", DEFAULT)
    yield from _input("path", _PATH, ".")
    for option in SETTINGS:
        commands = ", ".join(command for command in option.commands if command in COMMANDS)
        default = "" if option.default is None else f" (default {option.default})"
        yield from _input(option.name, f"{option.about}{default}. For {commands}", "")
    yield ""


def _input(name: str, description: str, default: str) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    description: {json.dumps(description, ensure_ascii=False)}"
    yield f"    default: {json.dumps(default)}"


def _outputs() -> Iterator[str]:
    yield "outputs:"
    for name, about in OUTPUTS.items():
        yield f"  {name}:"
        yield f"    description: {json.dumps(about, ensure_ascii=False)}"
        yield f"    value: ${{{{ steps.osds.outputs.{name} }}}}"
    yield ""


def _environment() -> Iterator[str]:
    for name in INPUTS:
        yield f"        {variable(name)}: ${{{{ inputs.{name} }}}}"


def _input_rows() -> Iterator[str]:
    words = [f"`{command}`{' (default)' if command == DEFAULT else ''}" for command in COMMANDS]
    yield f"| `command` | What to do: {', '.join(words[:-1])} or {words[-1]} | |"
    yield f"| `path` | {_PATH} (default `.`) | |"
    for option in OPTIONS:
        yield _input_row(option)


def _input_row(option: Option) -> str:
    default = "" if option.default is None else f" (default `{option.default}`)"
    where = "input only" if option.secret else "`osds.yml`" if option.in_file else ""
    return f"| `{option.name}` | {option.about}{default} | {where} |".replace("|  |", "| |")


def _output_rows() -> Iterator[str]:
    for name, about in OUTPUTS.items():
        yield f"| `{name}` | {about} |"
