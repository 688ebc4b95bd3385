"""`codered demo`: the example company in a database of its own, served on this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from app.actions import approve, recompute
from app.actions.import_data import import_portfolio
from app.actions.plans import plan_of_record
from app.actions.portfolios import list_portfolios
from app.cli import server
from app.cli.database import open_database
from app.cli.terminal import Terminal
from app.config import Settings
from app.db import Database
from solver.progress import Options

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "code-red"
PORTFOLIO = "code-red"
ORDINARY = "normal"
WHO = "demo"
PATIENCE = 30.0


@click.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, metavar="PORT")
@click.option("--fresh", is_flag=True, help="Import the example again over what the demo was changed to.")
@click.pass_obj
def demo(terminal: Terminal, host: str, port: int, fresh: bool) -> None:
    """Serve the example: a company in trouble, ready for you to declare a code red.

    It keeps its own database, instance/demo.db; nothing leaves this machine.
    """
    path = (Settings().instance / "demo.db").absolute()
    url = f"sqlite:///{path}"
    db = open_database(url)
    fill(db, terminal, fresh)
    db.close()
    os.environ["CODERED_DATABASE_URL"] = url
    port = server.free_port(host, port)
    where = server.address(host, port)
    server.when_ready(where, lambda: _tell(terminal, where, path))
    server.run(host, port, threads=8)


def fill(db: Database, terminal: Terminal, fresh: bool = False) -> None:
    """Import the example unless it is there, and give it the plan of an ordinary week to compare with."""
    if fresh or PORTFOLIO not in {info.portfolio for info in list_portfolios(db)}:
        imported = import_portfolio(db, EXAMPLE, WHO)
        terminal.faults(imported.notices, "notice")
        terminal.say(f"codered: imported examples/code-red, {sum(imported.counts.values())} records")
    if plan_of_record(db, PORTFOLIO) is None:
        plan_ordinary_weeks(db, terminal)


def plan_ordinary_weeks(db: Database, terminal: Terminal) -> None:
    """Plan under the ordinary policy and approve it: what would happen if nobody declared anything."""
    job_id = recompute.start(db, PORTFOLIO, None, ORDINARY, WHO, Options(time_limit=PATIENCE))
    until = time.monotonic() + 2 * PATIENCE
    job = recompute.get_job(db, job_id)
    while job.state in {"queued", "running"} and time.monotonic() < until:
        time.sleep(0.05)
        job = recompute.get_job(db, job_id)
    if job.plan_id is None:
        terminal.say(f"codered: the demo starts without a plan of record: {job.message or job.state}")
        return
    approve.approve(db, job.plan_id, "The plan before the code red", WHO)


def _tell(terminal: Terminal, where: str, path: Path) -> None:
    terminal.say("")
    terminal.say(f"  codered demo   {where}")
    terminal.say("  A local demonstration with illustrative figures: no sign-in, for this machine only.")
    terminal.say(f"  What you change is kept in {path}; delete that file to start over. Ctrl-C stops.")
    terminal.say("")
