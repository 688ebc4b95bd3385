"""`codered solve FOLDER`: plan a folder of CSV files without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from app.cli.interrupt import run_until_stopped
from app.cli.progress import ProgressDisplay
from app.cli.summary import summary_of
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import threads_option
from solver.folder import read, write_folder, write_plan
from solver.plan import Outcome, Status
from solver.problem import Problem
from solver.progress import Options
from solver.records import RISKS
from solver.risks import FUTURES, draw, hedged
from solver.serving.pit_crew import PitCrew, pit_crews
from solver.solve import solve

EXITS = {
    Status.OPTIMAL: Exit.DONE,
    Status.FEASIBLE: Exit.DONE,
    Status.INVALID: Exit.INVALID,
    Status.INFEASIBLE: Exit.INFEASIBLE,
    Status.STOPPED: Exit.STOPPED,
}
HEDGED = "portfolio"
"""The folder, beside a robust plan, of the portfolio that it answers."""


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
@threads_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="K")
@click.option(
    "--robust",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="Q",
    help="Plan against risks.csv: for what a share Q of simulated futures have at least; 1 is the worst of them.",
)
@click.option(
    "--futures",
    type=click.IntRange(1, 100_000),
    default=FUTURES,
    show_default=True,
    metavar="N",
    help="How many futures --robust draws (with --seed).",
)
@click.option(
    "--against",
    type=click.Choice(RISKS),
    multiple=True,
    help="Only these kinds of risk for --robust; may be given more than once. [default: all]",
)
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
    robust: float | None,
    futures: int,
    against: tuple[str, ...],
) -> int:
    """Plan the portfolio in FOLDER (or a zip of it). No database is needed.

    Ctrl-C stops the search and keeps the best plan found so far. With --robust the plan answers a portfolio with less
    capacity, more demand and longer builds, which is written beside it (OUT/portfolio).
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    chosen = choose_policy(reading.problem, policy)
    problem = reading.problem if robust is None else worse(reading.problem, robust, futures, seed, against)
    options = Options(time_limit=time_limit, gap=gap, threads=threads, seed=seed)
    with ProgressDisplay(terminal.messages) as display:
        outcome = run_until_stopped(
            lambda should_stop: solve(
                problem, chosen, options=options, on_progress=display.report, should_stop=should_stop
            ),
            on_stop=lambda: terminal.say("codered: stopping; what was found so far is kept"),
        )
    crews = pit_crews(problem, chosen, outcome.plan) if outcome.plan is not None else ()
    if robust is None:
        return publish(outcome, out, terminal, crews)
    how = {"robust": robust, "futures": futures, "against": list(against or RISKS), "seed": seed}
    code = publish(replace(outcome, options={**outcome.options, **how}), out, terminal, crews)
    if out and outcome.plan is not None:
        write_folder(problem, out / HEDGED)
        terminal.say(
            f"codered: the portfolio that it answers is in {out / HEDGED}; `codered risks` shows what it is worth"
        )
    return code


def worse(problem: Problem, share: float, futures: int, seed: int, against: tuple[str, ...] = ()) -> Problem:
    """The portfolio to plan for, so that a share of the futures is no worse. Raises click.UsageError, InvalidInput."""
    risks = [risk for risk in problem.risks if risk.kind in (against or RISKS)]
    if not risks:
        what = f" of kind {' or '.join(against)}" if against and problem.risks else ""
        raise click.UsageError(f"There is nothing to be robust against: risks.csv of this portfolio has no risk{what}.")
    return hedged(problem, draw(problem.replace(risks=risks), futures, seed), share)


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
