"""What a runner of GitHub Actions makes of what a step prints and writes, written again from its source.

Commands are `::name key=value,…::data` at the start of a line (`ActionCommand.TryParseV2`) and `##[name key=value;…]data`
anywhere in one (`ActionCommand.TryParse`); `stop-commands` silences all until its token comes (`ActionCommandManager`).
Outputs are lines `name=value` or `name<<delimiter` (`FileCommandManager`). Where .NET and Python disagree on what a blank
is, this takes more for one. https://github.com/actions/runner/tree/main/src
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAMES = {
    *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher"),
    *("save-state", "set-env", "set-output", "stop-commands", "warning", "internal-set-repo-path"),
}
_LINE_END = re.compile(r"\r\n|\r|\n")  # .NET's StreamReader.ReadLine


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command as the runner obeys it, its values unescaped."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


class Listener:
    """Reads the lines of one step and remembers whether commands have been stopped."""

    def __init__(self) -> None:
        self._token: str | None = None

    def hear(self, text: str) -> list[Command]:
        """The commands in `text` that are obeyed, in order."""
        heard = [self._line(line) for line in _LINE_END.split(text)]
        return [command for command in heard if command is not None]

    def _line(self, line: str) -> Command | None:
        names = NAMES | ({self._token.lower()} if self._token else set())
        command = _parse_new(line, names) or _parse_old(line, names)
        if command is None or (self._token is not None and command.name != self._token.lower()):
            return None
        self._token = command.data if command.name == "stop-commands" else None
        return command


def _parse_new(line: str, names: set[str]) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, blank, rest = line[2:end].partition(" ")
    if name.lower() not in names:
        return None
    properties = _properties(rest.strip(), ",", ("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
    data = _unescape(line[end + 2 :], ("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
    return Command(name=name.lower(), properties=properties if blank else {}, data=data)


def _parse_old(line: str, names: set[str]) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, rest = line[start + 3 : end].partition(" ")
    if name.lower() not in names:
        return None
    mapping = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))
    properties = _properties(rest, ";", *mapping)
    return Command(name=name.lower(), properties=properties, data=_unescape(line[end + 1 :], *mapping))


def _properties(text: str, separator: str, *mapping: tuple[str, str]) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in text.split(separator))
    return {pair[0]: _unescape(pair[1], *mapping) for pair in pairs if len(pair) == 2 and all(pair)}


def _unescape(text: str, *mapping: tuple[str, str]) -> str:
    for escaped, plain in mapping:
        text = text.replace(escaped, plain)
    return text


def read_values(text: str) -> dict[str, str]:
    """What the file of outputs, or of environment variables, sets. Raises `ValueError` where the runner fails the step."""
    values: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if not line:
            continue
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            values[line[:equals]] = line[equals + 1 :]
            continue
        name, _, delimiter = line.partition("<<")
        if heredoc < 0 or not name or not delimiter:
            raise ValueError(f"Invalid format {line!r}")
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        else:
            raise ValueError(f"Matching delimiter not found {delimiter!r}")
        values[name] = "\n".join(value)
    return values
