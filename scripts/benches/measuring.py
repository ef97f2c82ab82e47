"""Measuring commands as whole processes, in turns, so that a busy moment of the machine meets all of them."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MACHINE = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
PYTHON = (sys.executable, "-I")
OSDS = (*PYTHON, "-m", "osds")
FRICTIONLESS = (*PYTHON, "-m", "frictionless")


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One process, from its start to its end."""

    seconds: float
    processor: float  # seconds of all cores: what it costs, however busy the machine
    megabytes: float  # at its peak
    said: str  # on its output

    @property
    def last_line(self) -> str:
        """The last thing it said."""
        return self.said.strip().rpartition("\n")[-1]


def measure(
    commands: Mapping[str, Sequence[str]], *, runs: int, cwd: Path, codes: Sequence[int] = (0,), warm: bool = True
) -> dict[str, list[Measurement]]:
    """Run every command once to `warm` the caches of the machine, then `runs` times, in turns.

    Raises `SystemExit` with the command's own words when one ends with another exit code than one of `codes`: a figure for a
    failure says nothing.
    """
    measured: dict[str, list[Measurement]] = {name: [] for name in commands}
    for turn in range(0 if warm else 1, runs + 1):
        for name, command in commands.items():
            measurement = run_once(command, cwd, codes)
            if turn > 0:
                measured[name].append(measurement)
    return measured


def run_once(command: Sequence[str], cwd: Path, codes: Sequence[int] = (0,)) -> Measurement:
    """One run of a command. Raises `SystemExit` with its own words if it ends with none of the `codes`."""
    # On a runner osds would write annotations and a summary, which is not what is measured here.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "OSDS_", "INPUT_"))}
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=environ, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
        if process.returncode not in codes:
            raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{said}")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes there and KiB elsewhere
    return Measurement(
        seconds=seconds,
        processor=usage.ru_utime + usage.ru_stime,
        megabytes=usage.ru_maxrss * unit / 1e6,
        said=said,
    )


def table(measured: Mapping[str, Sequence[Measurement]]) -> Iterator[str]:
    """The lines of a table: medians, the spread of the seconds, the processor's time, and the peak of memory."""
    yield f"{'command':<40}{'seconds':>10}{'from':>10}{'to':>10}{'processor':>11}{'peak MB':>10}"
    for name, measurements in measured.items():
        seconds = [m.seconds for m in measurements]
        peak = statistics.median(m.megabytes for m in measurements)
        spread = f"{median(measurements):>10.3f}{min(seconds):>10.3f}{max(seconds):>10.3f}"
        yield f"{name:<40}{spread}{processor(measurements):>11.3f}{peak:>10.0f}"


def median(measurements: Sequence[Measurement]) -> float:
    """The median of the seconds."""
    return statistics.median(m.seconds for m in measurements)


def processor(measurements: Sequence[Measurement]) -> float:
    """The median of the seconds of processor time."""
    return statistics.median(m.processor for m in measurements)
