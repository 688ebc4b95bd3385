"""From the click on Recompute to the plan stored: examples/code-red in a fresh database, over HTTP as browsers do."""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fresh_clone import answers, free_port, stop

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "code-red"
NAME, PASSWORD = "clicker", "a click on recompute"
LOOK = 0.02
"""Seconds between two looks at the job; the page itself looks less often."""


class NoPlanError(Exception):
    """The job ended without a plan."""


def main(words: list[str]) -> int:
    """Recompute several times, each from the plan before; print each and the median."""
    asked = _arguments().parse_args(words)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="codered-click-") as folder, served(Path(folder)) as url:
        clicks = [click(url, asked.policy, asked.patience) for _ in range(asked.times)]
    stored = [c["stored"] for c in clicks]
    figures = {
        "policy": asked.policy, "clicks": clicks, "first_stored": stored[0],
        "p50_stored_from_a_plan": statistics.median(stored[1:]) if len(stored) > 1 else None,
        "p50_stored": statistics.median(stored), "worst_stored": max(stored),
        "load_before": load, "load_after": os.getloadavg()[0],
    }  # fmt: skip
    print(json.dumps(figures, indent=1))
    return 0


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server on a database that holds nothing but the example."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CODERED_") and k != "DATABASE_URL"}
    env = kept | {"CODERED_INSTANCE": str(folder), "CODERED_DATABASE_URL": f"sqlite:///{folder / 'codered.db'}"}
    command = [sys.executable, "-m", "app"]
    subprocess.run([*command, "import", str(EXAMPLE)], cwd=ROOT, env=env, check=True, stdout=sys.stderr)
    add = [*command, "account", "add", NAME, "--role", "admin", "--password-stdin"]
    subprocess.run(add, cwd=ROOT, env=env, check=True, input=PASSWORD.encode())
    serve = [*command, "serve", "--port", str(port)]
    server = subprocess.Popen(serve, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        if not answers(url + "/", server, 60):
            raise NoPlanError("the server did not answer")
        sign_in(url)
        yield url
    finally:
        stop(server)


def sign_in(url: str) -> None:
    """Keep the cookie of a session for every request that follows."""
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPCookieProcessor()))
    form = urllib.parse.urlencode({"name": NAME, "password": PASSWORD}).encode()
    with urllib.request.urlopen(f"{url}/sign-in", form, timeout=60) as page:
        page.read()


def click(url: str, policy: str, patience: float) -> dict[str, Any]:
    """One recompute: seconds to the job's page, to the plan stored, and to the plan's page read to its end."""
    begin = time.perf_counter()
    form = urllib.parse.urlencode({"policy": policy}).encode()
    with urllib.request.urlopen(f"{url}/recompute", form, timeout=60) as page:
        page.read()
    job = re.search(r"/jobs/(\d+)", page.url)
    seconds = {"answered": time.perf_counter() - begin}
    plan = urllib.parse.urljoin(url, _plan(f"{url}/jobs/{job[1]}", begin + patience) if job else page.url)
    seconds["stored"] = time.perf_counter() - begin
    with urllib.request.urlopen(plan, timeout=60) as shown:
        shown.read()
    return {**seconds, "shown": time.perf_counter() - begin, "plan": plan.removeprefix(url)}


def _plan(job: str, end: float) -> str:
    """Where the plan is, as soon as the job says so."""
    while time.perf_counter() < end:
        with urllib.request.urlopen(f"{job}/progress", timeout=60) as fragment:
            target = fragment.headers.get("HX-Redirect")
            text = fragment.read().decode()
        if target:
            return str(target)
        if "hx-trigger" not in text:
            raise NoPlanError(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip())
        time.sleep(LOOK)
    raise NoPlanError(f"no plan in time at {job}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.click_to_plan", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--policy", default="code-red")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds after which a click is given up")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
