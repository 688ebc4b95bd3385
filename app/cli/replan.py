"""`codered replan FOLDER PLAN_DIR --from WEEK`: plan again from a later week, with the plan's past as it was."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from app.cli.interrupt import run_until_stopped
from app.cli.progress import ProgressDisplay, number
from app.cli.solve import choose_policy, publish
from app.cli.terminal import Terminal, json_option
from app.cli.workers import threads_option
from solver.folder import read, read_plan, write_folder
from solver.progress import Options
from solver.replan import frozen, problem_from
from solver.replan.changes import moves_beyond
from solver.solve import solve

PORTFOLIO = "portfolio"
"""The folder, beside a re-plan, of the portfolio that it answers."""


@click.command("replan")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.argument("plan_dir", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--from", "week", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="WEEK", help="First new week."
)
@click.option("--freeze", type=click.IntRange(min=0), default=0, metavar="N", help="Weeks that stay as approved.")
@click.option("--policy", metavar="P", help="Policy to plan for. [default: the plan's]")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to write the plan.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S")
@threads_option
@json_option
@click.pass_obj
def replan(
    terminal: Terminal, folder: Path, plan_dir: Path, week: datetime, freeze: int, policy: str | None,
    out: Path | None, time_limit: float, threads: int,
) -> int:  # fmt: skip
    """Plan FOLDER again from a week on, after the approved plan in PLAN_DIR was followed until then.

    The portfolio that the new plan answers, with its new baseline and its frozen weeks as pins, is in OUT/portfolio.
    """
    reading, (_, plan) = read(folder), read_plan(plan_dir)
    chosen = choose_policy(reading.problem, policy or plan.policy)
    problem = frozen(problem_from(reading.problem, plan, week.date()), plan, freeze)
    with ProgressDisplay(terminal.messages) as display:
        outcome = run_until_stopped(
            lambda should_stop: solve(
                problem, chosen, options=Options(time_limit=time_limit, threads=threads), on_progress=display.report,
                should_stop=should_stop, start=plan,
            ),
            on_stop=lambda: terminal.say("codered: stopping; what was found so far is kept"),
        )  # fmt: skip
    code = publish(outcome, out, terminal)
    if outcome.plan is not None:
        moved = moves_beyond(problem, plan, outcome.plan)
        said = ", ".join(f"{number(amount)} {kind}" for kind, amount in moved.items() if amount)
        terminal.say(f"codered: moves that the approved plan does not have: {said or 'none'}")
    if out and outcome.plan is not None:
        write_folder(problem, out / PORTFOLIO)
        terminal.say(f"codered: the portfolio that it answers is in {out / PORTFOLIO}")
    return code
