"""How long pages take: the server's answer over HTTP, and until a page in Chromium is drawn and idle."""

from __future__ import annotations

import argparse
import json
import os
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

from app.actions.snapshot import snapshot
from app.db import Database
from benchmarks import standing
from benchmarks.fresh_clone import answers, free_port, stop

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
GOAL = 1000.0
"""Milliseconds."""
IDLE = "() => new Promise(done => requestIdleCallback(() => done(performance.now())))"
"""Milliseconds from the start of the navigation until nothing is left to do, asked for after `load`."""
PAGES = {
    "situation": "/", "plans": "/plans", "plan": "/plans/2", "plan of record": "/plans/1", "why": "/plans/2/why",
    "moves": "/plans/2/moves", "ledger": "/plans/2/ledger", "people": "/plans/2/people", "brief": "/plans/2/brief",
    "brief.png": "/plans/2/brief.png", "approve": "/plans/2/approve", "risks": "/plans/2/risks",
    "compare": "/compare?plan=1&plan=2", "compare all": "/compare?plan=1&plan=2&all=1", "scenarios": "/scenarios",
    "scenario": "/scenarios/1", "portfolio": "/portfolio", "eligible": "/portfolio?table=eligible",
    "eligible found": "/portfolio?table=eligible&q=p0042", "capacity": "/capacity",
    "record": "/records/projects/edit?k={project}", "new need": "/records/needs/new", "declare": "/declare",
    "export": "/export",
}  # fmt: skip
OF_DEMO = ("situation", "plans", "plan of record", "scenarios", "portfolio", "capacity", "declare", "export")
"""What the demo has from the beginning."""


def main(words: list[str]) -> int:
    """Print a line per page: the first answer, the least of the next ones, and until the page is idle."""
    asked = _arguments().parse_args(words)
    with tempfile.TemporaryDirectory(prefix="codered-pages-") as made:
        folder = Path(asked.keep or made).absolute()
        project = "core-chat" if asked.demo else prepare(folder, asked)
        with served(folder, demo=asked.demo) as url:
            names = asked.only or list(OF_DEMO if asked.demo else PAGES)
            found = [measured(url, name, project, asked.times) for name in names]
            if not asked.no_browser:
                drawn(url, project, found, asked.times, demo=asked.demo)
    print(json.dumps({"load": os.getloadavg()[0], "pages": found}, indent=1) if asked.json else table(found))
    return 0


def prepare(folder: Path, asked: argparse.Namespace) -> str:
    """The database, made unless it was kept; the id of a project in it."""
    folder.mkdir(parents=True, exist_ok=True)
    known = (folder / "codered.db").exists()
    db = Database(f"sqlite:///{folder / 'codered.db'}")
    if not known:
        db.upgrade()
        size = tuple(int(n) for n in asked.size.split("x"))
        portfolio = standing.fill(db, (size[0], size[1], size[2]), folder / "portfolio", asked.plan)
        standing.reader(db)
        (folder / "portfolio.txt").write_text(portfolio, encoding="utf-8")
    problem = snapshot(db, (folder / "portfolio.txt").read_text(encoding="utf-8"))
    db.close()
    return problem.projects[len(problem.projects) // 2].project


@contextmanager
def served(folder: Path, *, demo: bool = False) -> Iterator[str]:
    """The address of `codered serve` on the database of a folder, or of the demo, which signs in by itself."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CODERED_") and k != "DATABASE_URL"}
    env = kept | {
        "CODERED_INSTANCE": str(folder), "CODERED_DATABASE_URL": f"sqlite:///{folder / 'codered.db'}",
        "CODERED_LOG_LEVEL": "warning",
    }  # fmt: skip
    serve = [sys.executable, "-m", "app", "demo" if demo else "serve", "--port", str(port)]
    server = subprocess.Popen(serve, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPCookieProcessor()))
        if not answers(url + ("/" if demo else "/sign-in"), server, 300):
            raise RuntimeError("the server did not answer")
        if demo:
            yield url
            return
        form = urllib.parse.urlencode({"name": standing.NAME, "password": standing.PASSWORD}).encode()
        with urllib.request.urlopen(f"{url}/sign-in", form, timeout=60) as page:
            page.read()
        yield url
    finally:
        stop(server)


def measured(url: str, name: str, project: str, times: int) -> dict[str, Any]:
    """Milliseconds over HTTP: the first answer since the server started, and the least of the next."""
    seconds, size = [], 0
    for _ in range(times + 1):
        begin = time.perf_counter()
        with urllib.request.urlopen(url + PAGES[name].format(project=project), timeout=300) as page:
            size = len(page.read())
        seconds.append(1000 * (time.perf_counter() - begin))
    return {"page": name, "first": seconds[0], "again": min(seconds[1:]), "kilobytes": size / 1024}


def drawn(url: str, project: str, found: list[dict[str, Any]], times: int, *, demo: bool) -> None:
    """Add until when each page is loaded, drawn and idle in a browser of 1440 by 900, as the least of several times."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = os.environ.get("CODERED_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(url + ("/" if demo else "/sign-in"))
        if not demo:
            page.fill("input[name=name]", standing.NAME)
            page.fill("input[name=password]", standing.PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_load_state()
        for one in found:
            if one["page"] != "brief.png":
                address = url + PAGES[one["page"]].format(project=project)
                one["idle"] = min(_idle(page, address) for _ in range(times))
                one["elements"] = page.evaluate("document.querySelectorAll('*').length")
        browser.close()


def _idle(page: Any, address: str) -> float:
    page.goto(address, wait_until="load", timeout=300_000)
    return float(page.evaluate(IDLE))


def table(found: list[dict[str, Any]]) -> str:
    """The figures as text, with what misses the goal marked."""
    head = f"{'page':16}{'first ms':>10}{'again ms':>10}{'KB':>8}{'idle ms':>10}{'elements':>10}"
    lines = [f"load of the machine {os.getloadavg()[0]:.1f}", head]
    for one in found:
        slow = " *" if one["again"] > GOAL or one.get("idle", 0) > GOAL else ""
        idle, elements = (f"{one[k]:.0f}" if k in one else "-" for k in ("idle", "elements"))
        figures = f"{one['first']:>10.0f}{one['again']:>10.0f}{one['kilobytes']:>8.0f}{idle:>10}{elements:>10}"
        lines.append(f"{one['page']:16}{figures}{slow}")
    return "\n".join(lines)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--size", default="2000x200x52", help="projects x pools x weeks")
    parser.add_argument("--times", type=int, default=3, help="how often each is measured")
    parser.add_argument("--only", action="append", choices=list(PAGES), help="this page; may be given more than once")
    parser.add_argument("--keep", help="a folder whose database is made once and used again")
    parser.add_argument("--plan", type=Path, help="a plan of the same portfolio that `codered solve` wrote")
    parser.add_argument("--demo", action="store_true", help="the demo instead of a generated portfolio")
    parser.add_argument("--no-browser", action="store_true", help="only the server")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
