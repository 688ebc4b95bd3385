"""`codered demo` and `serve`: a page on a port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from app.cli import main, server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken() -> int:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_taken_is_passed_over(taken: int) -> None:
    assert taken < server.free_port("127.0.0.1", taken) < taken + server.TRIES


def test_the_address_is_one_that_a_browser_opens() -> None:
    assert server.address("0.0.0.0", 8000) == "http://127.0.0.1:8000/"
    assert server.address("::1", 8001) == "http://[::1]:8001/"


def test_serve_does_not_wander_to_another_port(taken: int, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(taken), "--database", url]) == 1
    assert "is taken" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_the_demo_serves_the_example_and_stops_at_ctrl_c(tmp_path: Path) -> None:
    port = server.free_port("127.0.0.1", 18000)
    call = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "demo", "--port", str(port)]
    environ = {**os.environ, "CODERED_INSTANCE": str(tmp_path)}
    messages = tmp_path / "messages.txt"
    with messages.open("wb") as stderr:
        demo = subprocess.Popen(call, cwd=ROOT, env=environ, stderr=stderr)
        try:
            page = page_of(f"http://127.0.0.1:{port}/", demo)
            demo.send_signal(signal.SIGINT)
            demo.wait(20)
        finally:
            demo.kill()
    said = messages.read_text(encoding="utf-8")
    assert "<html" in page
    assert (tmp_path / "demo.db").exists()
    assert "signed in by itself, as demo" in said
    assert "has signed you in by itself" in page
    assert "Needs a decision" in page
    assert "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="gunicorn serves with several processes")
def test_several_processes_serve_one_database_and_count_together(tmp_path: Path, url: str) -> None:
    port = server.free_port("127.0.0.1", 18100)
    call = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "serve", "--processes", "2"]
    environ = {**os.environ, "CODERED_INSTANCE": str(tmp_path), "CODERED_WORKER": "no", "CODERED_LOG_LEVEL": "warning"}
    address = f"http://127.0.0.1:{port}"
    serving = subprocess.Popen(
        [*call, "--port", str(port), "--database", url], cwd=ROOT, env=environ, stderr=subprocess.PIPE
    )
    try:
        page_of(f"{address}/healthz", serving)
        for _ in range(40):
            page_of(f"{address}/sign-in", serving, settle=0)
        told = [page_of(f"{address}/metrics", serving, settle=0) for _ in range(6)]
    finally:
        serving.send_signal(signal.SIGTERM)
        _, said = serving.communicate(timeout=20)
    counts = [line for text in told for line in text.splitlines() if "seconds_count" in line and "sign_in.show" in line]
    assert [line.rsplit(" ", 1)[1] for line in counts] == ["40.0"] * 6, told[0]
    assert b"Traceback" not in said


def page_of(address: str, process: subprocess.Popen[bytes], settle: float = 1) -> str:
    """The page, once the server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                page = str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(settle)
            return page
    raise AssertionError(f"nothing was served (exit code {process.poll()})")
