"""`codered force FOLDER --project X in|out`: what each class pays when a project is forced in or out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from app.cli.interrupt import run_until_stopped
from app.cli.progress import number
from app.cli.solve import EXITS, choose_policy
from app.cli.summary import summary_of
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import threads_option
from solver.folder import read, write_plan
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Options
from solver.solve import solve
from solver.whatif.force import Change, changes, forced


@click.command("force")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--project", required=True, metavar="X", help="The project to force.")
@click.argument("way", type=click.Choice(["in", "out"]))
@click.option("--policy", metavar="P", help="Policy to plan for; may be left out when the folder has only one.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to write that plan."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="S",
    help="For each of the two solves.",
)
@threads_option
@json_option
@click.pass_obj
def force(
    terminal: Terminal, folder: Path, project: str, way: str, policy: str | None, out: Path | None,
    time_limit: float, threads: int,
) -> int:  # fmt: skip
    """Solve the portfolio in FOLDER twice, as it is and with a project forced in or out, and compare every class."""
    problem = read(folder).problem
    chosen, name = choose_policy(problem, policy), project.lower()
    if name not in problem.project:
        raise click.BadParameter(f"{project!r} is no project of this portfolio", param_hint="--project")
    other, edits = forced(problem, name, way)
    options = Options(time_limit=time_limit, threads=threads)
    before = _solved(problem, chosen, options, terminal)
    after = _solved(other, chosen, options, terminal, before.plan)
    for outcome in (before, after):
        if outcome.plan is None:
            terminal.show(summary_of(outcome))
            terminal.answer(outcome.summary())
            return EXITS[outcome.status]
    found = changes(before, after)
    terminal.show(_table(found, f"{name} forced {way}"))
    terminal.answer({
        "edits": [e.as_dict() for e in edits], "classes": [{**asdict(c), "percent": c.percent} for c in found],
        "pauses": [before.pauses, after.pauses], "arrivals": [before.arrivals, after.arrivals],
    })  # fmt: skip
    if out:
        write_plan(after, out)
        terminal.say(f"codered: plan written to {out}")
    return Exit.DONE


def _solved(problem: Problem, policy: str, options: Options, terminal: Terminal, start: Plan | None = None) -> Outcome:
    return run_until_stopped(
        lambda should_stop: solve(problem, policy, options=options, should_stop=should_stop, start=start),
        on_stop=lambda: terminal.say("codered: stopping; what was found so far is kept"),
    )


def _table(found: list[Change], title: str) -> Table:
    """One row per class; what the gaps leave open beside it, so that nobody reads more into a change than is proven."""
    table = Table("class", box=None, header_style="bold", pad_edge=False, title=title, title_justify="left")
    for head in ("as it is", "forced", "change", "% of ideal", "not proven %"):
        table.add_column(head, justify="right")
    for c in found:
        cells = (number(c.before), number(c.after), number(c.after - c.before), number(c.percent, 2))
        table.add_row(c.name, *cells, number(c.unproven, 2))
    return table
