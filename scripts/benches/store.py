"""Publishing beside boto3's transfer manager, on one S3 server of this machine; and publishing again what did not change."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.benches.measuring import MACHINE, OSDS, PYTHON, Measurement, measure, median, run_once, table

KEY, SECRET, BUCKET = "bench-access-key", "bench-secret-key", "bench-bucket"
# What `aws s3 cp` does: the same library, with its own defaults. Run with endpoint, bucket and file.
PEER = """
import sys, boto3
client = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1")
client.upload_file(sys.argv[3], sys.argv[2], "peer/" + sys.argv[3])
"""
PEER_NAME = "boto3 upload_file"
OURS = "osds publish, a file"
LFS = "osds publish, git-lfs"
AGAIN = "osds publish, unchanged"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--megabytes", type=int, default=2000, help="size of the data file (default 2000)")
    parser.add_argument("--objects", type=int, default=10_000, help="files of the unchanged version (default 10000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default 3)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the tables; the server and its files live below `folder`."""
    yield f"{MACHINE}; median of {options.runs} runs"
    with _server(folder / "server") as endpoint:
        os.environ.update(AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_REGION="us-east-1")
        yield from _upload(folder, endpoint, options)
        yield from _unchanged(folder, endpoint, options)


def _upload(folder: Path, endpoint: str, options: argparse.Namespace) -> Iterator[str]:
    """One large content, new each time: boto3, osds, and osds from the git-lfs objects of a clone, in turns."""
    yield f"\na content of {options.megabytes:,} MB, never seen before, to {endpoint.partition('//')[0]}// on loopback\n"
    bundle = _write_bundle(folder / "bundle", 10)
    data, clone = folder / "dataset", folder / "clone"
    data.mkdir()
    subprocess.run(["git", "init", "--quiet", str(clone)], check=True)
    found: dict[str, list[Measurement]] = {PEER_NAME: [], OURS: [], LFS: []}
    for turn in range(options.runs + 1):  # the first one warms the caches
        _write_data(data, bundle, options.megabytes, turn)
        _write_clone(clone, data)
        commands: Mapping[str, Sequence[str]] = {
            PEER_NAME: [*PYTHON, "-c", PEER, endpoint, BUCKET, str(data / "data.csv")],
            OURS: _publish(data, bundle, endpoint, "large", "--publish-data", "all"),
            LFS: _publish(clone, bundle, endpoint, "lfs", "--publish-data", "all"),
        }
        for name, command in commands.items():
            measured = run_once(command, folder)
            found[name] += [measured] if turn else []
            for sent in ("peer", "large", "lfs"):
                shutil.rmtree(folder / "server" / BUCKET / sent, ignore_errors=True)
    yield from table(found)
    yield ""
    for name in (OURS, LFS):
        speed = median(found[PEER_NAME]) / median(found[name])
        peak = max(measured.megabytes for measured in found[name])
        yield f"{name}: {speed:.0%} of boto3's speed, hashing included; at most {peak:.0f} MB of memory"


def _unchanged(folder: Path, endpoint: str, options: argparse.Namespace) -> Iterator[str]:
    """Publishing again what did not change, to the server and to a folder."""
    yield f"\n{options.objects:,} files, published before and unchanged\n"
    bundle = _write_bundle(folder / "many", options.objects)
    commands = {
        f"{AGAIN} (S3)": _publish(folder, bundle, endpoint, "many"),
        f"{AGAIN} (folder)": [
            *OSDS, "publish", str(folder), "--bundle", str(bundle), "--owner", "bench", "--store", str(folder / "store"),
        ],
    }  # fmt: skip
    measured = measure(commands, runs=options.runs, cwd=folder)
    yield from table(measured)
    for name, runs in measured.items():
        yield f"{name}: {statistics.median(each.processor for each in runs):.2f} s of the processor"


def _publish(dataset: Path, bundle: Path, endpoint: str, prefix: str, *more: str) -> list[str]:
    return [
        *OSDS, "publish", str(dataset), "--bundle", str(bundle), "--owner", "bench",
        "--store", f"s3://{BUCKET}/{prefix}", "--endpoint", endpoint, *more,
    ]  # fmt: skip


def _write_bundle(folder: Path, files: int) -> Path:
    """A bundle of so many small files."""
    folder.mkdir(parents=True)
    resources = []
    for number in range(files):
        content = f"year,approved,_count\n2024,{number}.00,1\n".encode()
        name = f"by-{number}.csv"
        (folder / name).write_bytes(content)
        resources.append(
            {
                "name": f"by-{number}",
                "path": name,
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            }
        )
    _describe(folder, resources, "0" * 64)
    return folder


def _describe(folder: Path, resources: object, descriptor: str) -> None:
    osds = {"format": "1.0", "source": {"descriptor_sha256": descriptor, "tables": []}, "measures": {}}
    package = {"name": "bench", "resources": resources, "osds": osds}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


def _write_data(dataset: Path, bundle: Path, megabytes: int, turn: int) -> None:
    """A dataset with a file of so many megabytes that no turn shares with another, and a bundle made of it."""
    block = b"2024,health,%d,1234567.89\n" % turn * 40_000
    block = block[: 1_000_000 - 1] + b"\n"
    with (dataset / "data.csv").open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    descriptor = json.dumps({"name": "bench", "resources": [{"name": "data", "path": "data.csv"}]}).encode()
    (dataset / "datapackage.json").write_bytes(descriptor)
    resources = json.loads((bundle / "datapackage.json").read_bytes())["resources"]
    _describe(bundle, resources, hashlib.sha256(descriptor).hexdigest())


def _write_clone(clone: Path, dataset: Path) -> None:
    """The same dataset with a pointer in the place of its file, whose content is among the git-lfs objects."""
    shutil.rmtree(clone / ".git" / "lfs", ignore_errors=True)
    content = dataset / "data.csv"
    with content.open("rb") as file:
        oid = hashlib.file_digest(file, "sha256").hexdigest()
    place = clone / ".git" / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    place.parent.mkdir(parents=True)
    place.hardlink_to(content)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {content.stat().st_size}\n"
    (clone / "data.csv").write_text(pointer)
    shutil.copyfile(dataset / "datapackage.json", clone / "datapackage.json")


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """An S3 server over a folder: versitygw, which .ci/run compiles. Raises `SystemExit` if it is not there."""
    program = shutil.which("versitygw") or shutil.which(str(Path(__file__).parents[2] / ".cache/bin/versitygw"))
    if program is None:
        raise SystemExit("versitygw is not here: `.ci/run test` compiles it where there is Go")
    (folder / BUCKET).mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    process = subprocess.Popen(
        [program, "--port", f"127.0.0.1:{port}", "--quiet", "posix", str(folder)],
        env=environ, stdout=subprocess.DEVNULL, stderr=sys.stderr,
    )  # fmt: skip
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
