"""Mutation testing of the registry's decision: `python -m scripts.mutate`. How many small faults do its tests notice?

Each mutant is a copy of osds in which one operator, constant, condition or statement of a module is changed. A mutant
is killed when the tests of the decision fail, or do not end. What survives is printed: a test is missing there, or the
code says the same in two ways.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ("decision", "rules", "planning", "voices", "asking", "names")
TESTS = ("decision", "asking", "voices", "names", "oracle", "hostile_rows")
# The oracle comes first, without pytest: it notices most mutants within a second.
ORACLE_RUN = "from random import Random; from scripts.fuzzes.registry import one; [one(Random(n)) for n in range(400)]"
ORACLE = (sys.executable, "-c", ORACLE_RUN)
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-n0", *(f"tests/registry/test_{name}.py" for name in TESTS))
SECONDS = 120.0  # a mutant that takes longer is killed

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitOr: ast.BitAnd,
}


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Every mutant of a module: the line, what was done, and the changed tree."""
    idle = set(map(id, _idle(tree)))
    for at, node in enumerate(list(ast.walk(tree))):
        if id(node) in idle:
            continue
        for number, (told, _) in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            list(_changes(list(ast.walk(changed))[at]))[number][1]()
            yield getattr(node, "lineno", 0), told, changed


def _idle(tree: ast.Module) -> Iterator[ast.AST]:
    """What does nothing when it runs: annotations, and the flags of dataclasses."""
    for node in ast.walk(tree):
        fields = ("annotation", "returns", "decorator_list")
        for part in (getattr(node, name, None) for name in fields):
            for root in part if isinstance(part, list) else [part]:
                if isinstance(root, ast.AST):
                    yield from ast.walk(root)


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], object]]]:
    """What can be done to one node: words, and a function that does it in place."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            if type(operator) in _SWAPS:
                yield _name(operator), partial(node.ops.__setitem__, at, _SWAPS[type(operator)]())
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in _SWAPS:
        yield _name(node.op), partial(setattr, node, "op", _SWAPS[type(node.op)]())
    elif isinstance(node, ast.comprehension | ast.If | ast.IfExp | ast.UnaryOp):
        yield from _conditions(node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        value = (not node.value) if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} -> {value}", partial(setattr, node, "value", value)
    elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield "drop statement", partial(setattr, node, "value", ast.Constant(None))


def _conditions(node: ast.AST) -> Iterator[tuple[str, Callable[[], object]]]:
    """What can be done to a condition."""
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield f"if {value}", partial(setattr, node, "test", ast.Constant(value))
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "drop the filter", partial(setattr, node, "ifs", [])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "drop not", partial(setattr, node, "operand", ast.UnaryOp(op=ast.Not(), operand=node.operand))


def _name(operator: ast.AST) -> str:
    return f"{type(operator).__name__} -> {_SWAPS[type(operator)].__name__}"


def survives(folder: Path, module: str, tree: ast.Module) -> bool:
    """True if no test notices. `folder` is the mutant's own copy of the project."""
    target = folder / "osds/registry" / f"{module}.py"
    original = target.read_text("utf-8")
    target.write_text(ast.unparse(ast.fix_missing_locations(tree)), "utf-8")
    try:
        return all(_passes(folder, target, command) for command in (ORACLE, PYTEST))
    finally:
        target.write_text(original, "utf-8")


def _passes(folder: Path, target: Path, command: tuple[str, ...]) -> bool:
    for stale in target.parent.glob(
        f"__pycache__/{target.stem}.*"
    ):  # two mutants of one second look the same to Python
        stale.unlink()
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> None:
    """Try every mutant, print the survivors and the score."""
    parser = argparse.ArgumentParser(prog="python -m scripts.mutate", description=__doc__)
    parser.add_argument("--modules", nargs="*", default=MODULES, metavar="NAME", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time (default 2)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="osds-mutants-") as temporary:
        folders = [_copy(Path(temporary) / str(number)) for number in range(options.jobs)]
        total = killed = 0
        for module in options.modules:
            found, died = _try_all(folders, module)
            print(f"{module}: {died} of {found} killed", flush=True)
            total, killed = total + found, killed + died
    print(f"{killed} of {total} mutants killed: {100 * killed / total:.1f} %")


def _try_all(folders: list[Path], module: str) -> tuple[int, int]:
    """How many mutants a module has, and how many of them were killed; each survivor is printed."""
    found = list(mutants(ast.parse((ROOT / "osds/registry" / f"{module}.py").read_text("utf-8"))))
    with ThreadPoolExecutor(len(folders)) as pool:
        alive = list(pool.map(partial(_try, folders, module), found))
    for (line, told, _), survived in zip(found, alive, strict=True):
        if survived:
            print(f"survived: {module}.py:{line}: {told}", flush=True)
    return len(found), alive.count(False)


def _try(folders: list[Path], module: str, one: tuple[int, str, ast.Module]) -> bool:
    folder = folders.pop()
    try:
        return survives(folder, module, one[2])
    finally:
        folders.append(folder)


def _copy(folder: Path) -> Path:
    for name in ("osds", "tests", "scripts"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


if __name__ == "__main__":
    main()
