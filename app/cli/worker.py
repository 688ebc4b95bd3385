"""`codered worker`: does jobs in a process of its own, beside the one that serves or on another host."""

from __future__ import annotations

import threading

import click

from app import logs
from app.actions import work
from app.actions.work.kinds import LANES
from app.cli.database import database_option, open_database
from app.cli.interrupt import stop_signals
from app.cli.terminal import Terminal
from app.config import Settings


@click.command("worker")
@click.option("--lane", "lanes", multiple=True, type=click.Choice(list(LANES)), help="Only these jobs. [all]")
@database_option
@click.pass_obj
def worker(terminal: Terminal, lanes: tuple[str, ...], url: str) -> None:
    """Do jobs until stopped; any number of workers, on any host that reaches the database.

    A stopped worker puts its job back; one that is killed loses it to another after CODERED_LEASE seconds, at once on
    the same host.
    """
    db, settings, stop = open_database(url), Settings(), threading.Event()
    logs.configure(settings)
    doer = work.Worker(lanes=lanes or LANES, lease=settings.lease)
    with stop_signals(stop, lambda: terminal.say("codered: putting back what is not done")):
        doer.watch(db)
        terminal.say(f"codered: worker {doer.name} does {' and '.join(doer.lanes)} (Ctrl-C stops)")
        while not stop.wait(0.2):
            pass
        doer.close()
    db.close()
