"""Seconds from a fresh clone to the demo page served, and from a fresh clone to green tests."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POLL = 0.1


def main(words: list[str]) -> int:
    """Clone, run one of the two README commands, tell the seconds; once for each."""
    asked = _arguments().parse_args(words)
    figures: dict[str, float | int | str | None] = {"load_before": os.getloadavg()[0]}
    if asked.what in ("demo", "both"):
        figures["seconds_to_page"] = _in_clone(lambda clone: until_served(clone, asked.patience))
    if asked.what in ("test", "both"):
        figures["seconds_to_green_tests"] = _in_clone(lambda clone: until_green(clone, asked.patience))
    figures["load_after"] = os.getloadavg()[0]
    print(json.dumps(figures, indent=1))
    return 1 if None in figures.values() else 0


def _in_clone(measure: Callable[[Path], bool]) -> float | None:
    """A measurement in a clone that is thrown away; cloning counts."""
    with tempfile.TemporaryDirectory(prefix="codered-clone-") as folder:
        begin, clone = time.perf_counter(), Path(folder) / "codered"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        return time.perf_counter() - begin if measure(clone) else None


def until_served(clone: Path, patience: float) -> bool:
    """Whether `python3 -m app demo` answers with the first page in time; it is stopped afterwards."""
    port = free_port()
    command = ["python3", "-m", "app", "demo", "--port", str(port)]
    demo = subprocess.Popen(command, cwd=clone, env=_environment(), stderr=sys.stderr, start_new_session=True)
    try:
        return answers(f"http://127.0.0.1:{port}/", demo, patience)
    finally:
        stop(demo)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server that was started in a session of its own, with its workers."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(url: str, server: subprocess.Popen[bytes], patience: float) -> bool:
    """Whether a page is served in time by a server that is still there."""
    end = time.monotonic() + patience
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=30) as page:
                return page.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(POLL)
    return False


def until_green(clone: Path, patience: float) -> bool:
    """Whether `python3 -m app test` ends with 0 in time."""
    command = ["python3", "-m", "app", "test"]
    return subprocess.run(command, cwd=clone, env=_environment(), timeout=patience, check=False).returncode == 0


def _environment() -> dict[str, str]:
    """This process's environment without the virtual environment it may run in and settings of an installation."""
    mine = str(Path(sys.prefix) / "bin")
    kept = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "DATABASE_URL")}
    kept = {k: v for k, v in kept.items() if not k.startswith("CODERED_")}
    return kept | {"PATH": os.pathsep.join(p for p in kept["PATH"].split(os.pathsep) if p != mine)}


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fresh_clone", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("demo", "test", "both"), default="both")
    parser.add_argument("--patience", type=float, default=1800.0, help="seconds after which a measurement is given up")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
