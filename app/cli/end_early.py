"""`codered end-early PORTFOLIO WEEK`: end the code red in force before its date, and see the new way back."""

from __future__ import annotations

import time
from datetime import datetime

import click

from app.actions import recompute, work
from app.actions.end_early import end_early
from app.actions.recompute import Job
from app.cli.database import database_option, open_database
from app.cli.interrupt import run_until_stopped
from app.cli.progress import ProgressDisplay
from app.cli.terminal import Exit, Terminal, json_option, who_option
from app.config import Settings
from app.db import Database
from solver.progress import Options, Progress, ShouldStop

LOOK_EVERY = 0.1
"""Seconds between two looks at a job."""


@click.command("end-early")
@click.argument("portfolio")
@click.argument("week", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--reason", required=True, help="Which exit criterion holds; goes into the audit trail.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for the solve.")
@database_option
@who_option
@json_option
@click.pass_obj
def end_code_red(
    terminal: Terminal, portfolio: str, week: datetime, reason: str, time_limit: float | None, url: str, who: str
) -> int:
    """End the code red of PORTFOLIO's plan of record in WEEK instead of on its date.

    A scenario with that end is made and solved. The plan of record stays until the new plan is approved.
    """
    db, settings = open_database(url), Settings()
    options = Options(time_limit=time_limit or settings.time_limit, threads=settings.threads)
    try:
        number = end_early(db, portfolio, week.date(), reason, who, options)
        with ProgressDisplay(terminal.messages) as display:
            job = run_until_stopped(
                lambda should_stop: _followed(db, number, who, display, should_stop),
                on_stop=lambda: terminal.say("codered: stopping; the scenario stays"),
            )
    finally:
        work.shut_down()
    return _tell(terminal, job)


def _followed(db: Database, number: int, who: str, display: ProgressDisplay, should_stop: ShouldStop) -> Job:
    """The job when it ended, its reports shown as they come; cancelled when that is asked for."""
    told, cancelled = 0, False
    while not (job := recompute.get_job(db, number)).ended:
        for report in job.progress[told:]:
            display.report(Progress(**report))
        told = max(told, len(job.progress))
        if should_stop() and not cancelled:
            recompute.cancel(db, number, who)
            cancelled = True
        time.sleep(LOOK_EVERY)
    return job


def _tell(terminal: Terminal, job: Job) -> int:
    facts = {"job": job.id, "state": job.state, "scenario": job.scenario, "plan": job.plan_id, "message": job.message}
    terminal.answer(facts)
    if job.plan_id is None:
        terminal.say(f"codered: scenario {job.scenario} is stored, without a plan: {job.message or job.state}")
        return Exit.STOPPED if job.state == "cancelled" else Exit.FAILED
    terminal.show(f"scenario {job.scenario}, plan {job.plan_id}: the way back after an early end, to be approved")
    return Exit.DONE
