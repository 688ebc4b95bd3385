"""`codered demo`: the example company in a database of its own, served on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.actions import demo_account
from app.actions.approve import approve
from app.actions.import_data import import_portfolio
from app.actions.plans import plan_of_record, store_plan
from app.actions.portfolios import list_portfolios
from app.actions.snapshot import snapshot
from app.cli import server
from app.cli.database import open_database
from app.cli.terminal import Terminal
from app.config import Settings
from app.db import Database
from app.origin import is_this_machine
from solver.progress import Options
from solver.solve import solve

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "code-red"
PORTFOLIO = "code-red"
ORDINARY = "normal"
WHO = demo_account.NAME
QUICKLY = Options(gap=0.005)
"""The ordinary weeks are there to compare with: a proof within 0.5 % will do, and is found sooner."""


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
    if not host or not is_this_machine(host):
        raise click.ClickException(f"the demo signs in by itself, so it is not served on {host}; use `codered serve`")
    db = open_database(url)
    demo_account.ensure(db)
    fill(db, terminal, fresh)
    db.close()
    os.environ |= {"CODERED_DATABASE_URL": url, "CODERED_DEMO": "1"}
    os.environ.setdefault("CODERED_LOG_LEVEL", "warning")
    port = server.free_port(host, port)
    where = server.address(host, port)
    server.run(host, port, 8, lambda: _tell(terminal, where, path))


def fill(db: Database, terminal: Terminal, fresh: bool = False) -> None:
    """Import the example unless it is there, and give it the plan of an ordinary week to compare with."""
    if fresh or PORTFOLIO not in {info.portfolio for info in list_portfolios(db)}:
        imported = import_portfolio(db, EXAMPLE, WHO)
        terminal.faults(imported.notices, "notice")
        terminal.say(f"codered: imported examples/code-red, {sum(imported.counts.values())} records")
    if plan_of_record(db, PORTFOLIO) is None:
        plan_ordinary_weeks(db, terminal)


def plan_ordinary_weeks(db: Database, terminal: Terminal) -> None:
    """Plan under the ordinary policy and approve it: what happens when nobody declares anything."""
    problem = snapshot(db, PORTFOLIO)
    terminal.say("codered: planning the ordinary weeks before the code red (once; some 20 seconds)")
    outcome = solve(problem, ORDINARY, options=QUICKLY)
    if outcome.plan is None:
        terminal.say(f"codered: the demo starts without a plan of record ({outcome.status})")
        return
    approve(db, store_plan(db, problem, outcome, None, WHO), "The plan before the code red", WHO)


def _tell(terminal: Terminal, where: str, path: Path) -> None:
    terminal.say("")
    terminal.say(f"  codered demo   {where}")
    terminal.say("  A local demonstration with illustrative figures, for this machine only.")
    terminal.say(f"  Your browser is signed in by itself, as {demo_account.NAME}, password: {demo_account.PASSWORD}")
    terminal.say(f"  What you change is kept in {path}; delete that file to start over. Ctrl-C stops.")
    terminal.say("")
