"""What a hostile dataset is, in these tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.samples import ROWS, SCHEMA, descriptor

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456\n".encode()
HEADER = b"year,code,label,amount\n"

Make = Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A hostile dataset, the exit code it must end with (-1: 0 or 1), and the code of a check that must be told.

    `make` does to the folder what bytes cannot; `raw` stands in place of a descriptor.
    """

    name: str
    exit: int
    told: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    raw: bytes | None = None
    package: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    make: Make | None = None
    arguments: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        folder.mkdir()
        whole = {"name": "budget", "path": "budget.csv", "schema": SCHEMA, **self.resource}
        whole = {key: value for key, value in whole.items() if value is not None}
        text = json.dumps(descriptor(**{"resources": [whole], **self.package})).encode()
        files = {"budget.csv": ROWS.encode(), "datapackage.json": text if self.raw is None else self.raw, **self.files}
        for name, content in files.items():
            (folder / name).write_bytes(content)
        if self.make is not None:
            self.make(folder)


def one(name: str, told: str, code: int, **more: Any) -> Case:
    return Case(name=f"{name}-{told or 'ok'}", told=told, exit=code, **more)
