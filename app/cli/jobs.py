"""`codered jobs ...`: what waits, runs and ended, who does it, and what an operator can do about it."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table

from app.actions import operate, recompute, work
from app.cli.database import database_option, open_database
from app.cli.terminal import Terminal, json_option, this_user


@click.group("jobs")
def jobs_group() -> None:
    """See jobs and workers; cancel a job, or start it again."""


@jobs_group.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(operate.STATES), help="Only these. [all]")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@database_option
@click.pass_obj
def listing(terminal: Terminal, states: tuple[str, ...], limit: int, url: str) -> None:
    """The newest jobs of every portfolio, and the workers that are there."""
    db = open_database(url)
    found, present = operate.tasks(db, states, limit), operate.present(db)
    terminal.answer({
        "jobs": [_facts(task) for task in found],
        "workers": [asdict(one) for one in present],
    })  # fmt: skip
    table = Table("job", "kind", "portfolio", "policy", "state", "tries", "seconds", "by", "message")
    for task in found:
        job = task.job
        table.add_row(str(job.id), job.kind, job.portfolio, job.policy, job.state, str(task.attempts),
                      f"{job.seconds:.1f}", task.owner, job.message)  # fmt: skip
    terminal.show(table)
    terminal.show("\n".join(f"worker {w.name}: {' and '.join(w.lanes)}" for w in present) or "no worker is there")


@jobs_group.command("cancel")
@click.argument("job", type=int)
@database_option
@click.pass_obj
def cancel(terminal: Terminal, job: int, url: str) -> None:
    """Stop a job: at once when it waits, within a second when it runs."""
    with work.elsewhere():
        recompute.cancel(open_database(url), job, this_user())
    terminal.say(f"codered: job {job} is to stop")


@jobs_group.command("again")
@click.argument("job", type=int)
@database_option
@click.pass_obj
def again(terminal: Terminal, job: int, url: str) -> None:
    """Start a job again that was parked, failed or cancelled; a worker takes it."""
    with work.elsewhere():
        operate.start_again(open_database(url), job, this_user())
    terminal.say(f"codered: job {job} waits for a worker")


def _facts(task: operate.Task) -> dict[str, object]:
    job = task.job
    return {
        "job": job.id, "kind": job.kind, "portfolio": job.portfolio, "scenario": job.scenario, "policy": job.policy,
        "state": job.state, "who": job.who, "attempts": task.attempts, "owner": task.owner,
        "lease_until": task.lease_until, "created_at": job.created_at, "seconds": job.seconds, "plan": job.plan_id,
        "message": job.message,
    }  # fmt: skip
