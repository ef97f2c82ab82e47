"""Cut GitHub's own OpenAPI description down to what the tests hold the GitHub double to.

    python -m scripts.github_contract [--output FILE]

npm fetches the package that carries it (29 MB); one member of it is read and written without prose as JSON Schema, about
3 MB, into .cache, and never into a commit. The second run finds the file and does nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@octokit/openapi@23.0.2"  # MIT
SHA512 = "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="
OUTPUT = Path(__file__).parent.parent / ".cache" / "github-contract.json"

_MEMBER = "package/generated/api.github.com.json"
_KEPT = ("schemas", "parameters", "responses", "requestBodies", "headers")
_PROSE = frozenset({"description", "example", "examples", "summary", "externalDocs", "tags", "callbacks"})


def main() -> None:
    """Write the description, unless this version of it is there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--output", type=Path, default=OUTPUT)
    output = parser.parse_args().output
    if not is_current(output):
        write(fetch(), output)
        print(f"Wrote {output.stat().st_size:,} bytes of {PACKAGE} to {output}")


def is_current(path: Path) -> bool:
    """True if `path` was cut from this version of the package by this version of the script."""
    return path.is_file() and path.read_bytes()[:300].startswith(json.dumps({"cut": _cut_name()})[:-1].encode())


def _cut_name() -> str:
    """Which package, and cut by which version of this file."""
    return f"{PACKAGE} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}"


def fetch() -> dict[str, Any]:
    """The OpenAPI document, from the package that npm fetches. Raises `ValueError` if it is another than expected."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, PACKAGE]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=300)
        (archive,) = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != SHA512:
            raise ValueError(f"{PACKAGE} has the SHA-512 {found}")
        with tarfile.open(archive) as tar:
            member = tar.extractfile(_MEMBER)
            assert member is not None
            document: dict[str, Any] = json.load(member)
            return document


def write(document: dict[str, Any], output: Path) -> None:
    """Write paths and components as JSON Schema, in one move."""
    components = {kind: _cut(document["components"].get(kind, {})) for kind in _KEPT}
    cut = {"cut": _cut_name(), "paths": _cut(document["paths"]), "components": components}
    output.parent.mkdir(parents=True, exist_ok=True)
    (output.parent / ".gitignore").write_text("*\n")
    beside = output.with_suffix(".new")
    beside.write_text(json.dumps(cut))
    beside.replace(output)


def _cut(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """`value` without prose, and with OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if not isinstance(value, dict):
        return value
    # GitHub's alternatives overlap, so that more than `oneOf` them may be right.
    named = {"anyOf" if key == "oneOf" else key: item for key, item in value.items()}
    kept = {key: _cut(item) for key, item in named.items() if not _is_prose(key, item) and not key.startswith("x-")}
    return _nullable(kept) if kept.pop("nullable", False) is True else kept


def _is_prose(key: str, value: Any) -> bool:  # noqa: ANN401
    """True for a remark; a property of a schema may have the same name, and is a schema."""
    is_schema = isinstance(value, dict) and bool({"type", "$ref", "oneOf", "anyOf", "allOf", "nullable"} & value.keys())
    return key in _PROSE and not is_schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


if __name__ == "__main__":
    main()
