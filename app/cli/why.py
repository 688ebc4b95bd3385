"""`codered why FOLDER PLAN_DIR --project P`: why a project runs as it does, and what it would take."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from app.cli.interrupt import run_until_stopped
from app.cli.solve import choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import threads_option
from solver.check import require
from solver.folder import read, read_plan
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options, ShouldStop
from solver.reasons import reasons
from solver.task import Clock
from solver.whatif.taking import Question, Take, what_it_takes

SHOWN = 0.005
"""Percent of an ideal below which nothing is said."""


@click.command("why")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.argument("plan_dir", type=click.Path(exists=True, path_type=Path))
@click.option("--project", required=True, metavar="P", help="The project asked about.")
@click.option(
    "--week", type=click.DateTime(["%Y-%m-%d"]), metavar="W", help="A day of the week in which it should run."
)
@click.option(
    "--pace",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.1,
    show_default=True,
    metavar="U",
    help="The pace that it should have then.",
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=120.0, show_default=True, metavar="S"
)
@threads_option
@json_option
@click.pass_obj
def why(
    terminal: Terminal, folder: Path, plan_dir: Path, project: str, week: datetime | None, pace: float,
    time_limit: float, threads: int,
) -> int:  # fmt: skip
    """Why a project of the plan in PLAN_DIR runs, is slow or rests; with --week, what it would take for it to run.

    Every way is proven by a plan of its own that passed the check; nothing is read off a dual.
    """
    problem = read(folder).problem
    _, plan = read_plan(plan_dir)
    policy, name = choose_policy(problem, plan.policy or None), project.lower()
    if name not in problem.project:
        raise click.BadParameter(f"{project!r} is no project of this portfolio", param_hint="--project")
    require(problem, policy, plan)
    t = None if week is None else _week(problem, week.date())
    told = _reasons(problem, policy, plan, name, t)
    for first, reason, detail in told:
        terminal.show(f"{first}  {reason}: {detail}")
    takes: list[Take] = []
    if t is not None and problem.project[name].status == "done":
        terminal.show("It is done: no change makes it run again.")
    elif t is not None:
        question = Question(problem, policy, plan, name, t, pace)
        takes = _takes(question, Options(time_limit=time_limit, threads=threads), terminal)
    terminal.answer(_facts(told, takes))
    return Exit.DONE


def _week(problem: Problem, day: date) -> int:
    t = problem.week_index(day)
    if not 0 <= t < problem.head.weeks:
        raise click.BadParameter(f"{day} lies outside the plan's weeks", param_hint="--week")
    return t


def _reasons(problem: Problem, policy: str, plan: Plan, name: str, t: int | None) -> list[tuple[date, str, str]]:
    """The reasons of a week, or the first of each run of equal ones."""
    frame = reasons(problem, policy, plan.allocation, plan.pace)
    rows = [(week, reason, detail) for week, p, reason, detail in frame.itertuples(index=False) if p == name]
    if t is not None:
        return [rows[t]]
    return [row for n, row in enumerate(rows) if n == 0 or row[1] != rows[n - 1][1]]


def _takes(question: Question, options: Options, terminal: Terminal) -> list[Take]:
    def work(should_stop: ShouldStop) -> list[Take]:
        found = []
        for take in what_it_takes(question, Clock(options, should_stop)):
            found.append(take)
            terminal.show(f"  {len(found)}. {'if ' if take.edits or take.pays else ''}{take.text}{paid(take)}")
        return found

    day = question.problem.weeks[question.week]
    terminal.show(f"It runs in the week of {day}:")
    found = run_until_stopped(work, lambda: terminal.say("codered: stopping; what was found so far is kept"))
    if not found:
        terminal.show("  no way was found among the changes tried within the time")
    return found


def paid(take: Take) -> str:
    """`: no class pays`, or which do, and how much of it a better plan might spare them as far as is proven."""
    parts = [f"{name} pays {percent:.2f} % of its ideal{_open(take, name)}" for name, percent in take.pays.items()]
    return f"; {', '.join(parts)}" if parts else "; no class pays"


def _open(take: Take, name: str) -> str:
    amount = take.unproven.get(name, 0.0)
    return f" ({amount:.2f} of it not proven)" if amount >= SHOWN else ""


def _facts(told: list[tuple[date, str, str]], takes: list[Take]) -> dict[str, Any]:
    return {
        "reasons": [{"week": str(week), "reason": reason, "detail": detail} for week, reason, detail in told],
        "takes": [
            {
                "text": t.text, "pays_percent_of_ideal": t.pays, "unproven_percent_of_ideal": t.unproven,
                "edits": [edit.as_dict() for edit in t.edits], "pins": [pin.as_dict() for pin in t.pins],
            }
            for t in takes
        ],
    }  # fmt: skip
