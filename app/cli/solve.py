"""`codered solve FOLDER`: plan a folder of CSV files without a database."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from app.cli.interrupt import run_until_stopped
from app.cli.progress import ProgressDisplay
from app.cli.summary import summary_of
from app.cli.terminal import Exit, Terminal, json_option
from solver.folder import read, write_plan
from solver.pit_crew import PitCrew, pit_crews
from solver.plan import Outcome, Status
from solver.problem import Problem
from solver.progress import Options
from solver.solve import solve

EXITS = {
    Status.OPTIMAL: Exit.DONE,
    Status.FEASIBLE: Exit.DONE,
    Status.INVALID: Exit.INVALID,
    Status.INFEASIBLE: Exit.INFEASIBLE,
    Status.STOPPED: Exit.STOPPED,
}


@click.command("solve")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--policy", metavar="P", help="Policy to plan for; may be left out when the folder has only one.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to write the plan.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S")
@click.option(
    "--gap",
    type=click.FloatRange(0, 1),
    metavar="G",
    help="Proof asked for, as a share of each class's ideal: 0.002 is 0.2 %. [default: the policy's tolerance]",
)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="K")
@json_option
@click.pass_obj
def solve_folder(
    terminal: Terminal,
    folder: Path,
    policy: str | None,
    out: Path | None,
    time_limit: float,
    gap: float | None,
    threads: int,
    seed: int,
) -> int:
    """Plan the portfolio in FOLDER (or a zip of it). No database is needed.

    Ctrl-C stops the search and keeps the best plan found so far.
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    chosen = choose_policy(reading.problem, policy)
    options = Options(time_limit=time_limit, gap=gap, threads=threads, seed=seed)
    with ProgressDisplay(terminal.messages) as display:
        outcome = run_until_stopped(
            lambda should_stop: solve(
                reading.problem, chosen, options=options, on_progress=display.report, should_stop=should_stop
            ),
            on_stop=lambda: terminal.say("codered: stopping; what was found so far is kept"),
        )
    crews = pit_crews(reading.problem, chosen, outcome.plan) if outcome.plan is not None else ()
    return publish(outcome, out, terminal, crews)


def choose_policy(problem: Problem, asked: str | None) -> str:
    """The policy asked for, or the only one. Raises click.UsageError with the list."""
    known = sorted(problem.policy)
    if asked is None and len(known) == 1:
        return known[0]
    if asked is not None and asked.lower() in known:
        return asked.lower()
    if not known:
        raise click.UsageError("policies.csv of this portfolio has no policy.")
    wrong = f"There is no policy {asked!r}." if asked else "Name the policy to plan for."
    raise click.UsageError(f"{wrong} --policy is one of: {', '.join(known)}")


def publish(outcome: Outcome, out: Path | None, terminal: Terminal, crews: Iterable[PitCrew] = ()) -> int:
    """Write the plan's files and tell what was found."""
    terminal.faults(outcome.faults)
    terminal.show(summary_of(outcome, crews))
    terminal.answer(outcome.summary())
    if out and outcome.plan is not None:
        write_plan(outcome, out)
        terminal.say(f"codered: plan written to {out}")
    return EXITS[outcome.status]
