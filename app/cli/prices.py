"""`codered prices FOLDER PLAN_DIR`: what a unit of a pool is worth in a week, indicative or confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from app.actions.outcomes import outcome_of
from app.cli.interrupt import run_until_stopped
from app.cli.progress import number
from app.cli.solve import EXITS, choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import threads_option
from solver.check import require
from solver.edits import edited
from solver.folder import read, read_plan, write_plan
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Options
from solver.solve import solve
from solver.task import Clock
from solver.whatif.prices import Price, confirmed, one_step, priced, prices, unit


@click.command("prices")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.argument("plan_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pool", metavar="R", help="Confirm the price of this pool ...")
@click.option("--week", type=click.DateTime(["%Y-%m-%d"]), metavar="W", help="... in the week of this day.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S")
@threads_option
@json_option
@click.pass_obj
def price_list(
    terminal: Terminal, folder: Path, plan_dir: Path, pool: str | None, week: datetime | None, time_limit: float,
    threads: int,
) -> int:  # fmt: skip
    """Indicative prices of the plan in PLAN_DIR, also written into its utilisation.csv.

    With --pool and --week: solve again with one unit, in whole steps, more and less of the pool in that week.
    """
    problem = read(folder).problem
    _, plan = read_plan(plan_dir)
    policy = choose_policy(problem, plan.policy or None)
    require(problem, policy, plan)
    options = Options(time_limit=time_limit, threads=threads)
    if (pool is None) != (week is None):
        raise click.UsageError("--pool and --week go together")
    if pool is not None and week is not None:
        return _confirm(terminal, problem, plan, pool.lower(), week, options)
    found = prices(problem, policy, plan, Clock(options))
    _write(plan_dir, plan, found)
    terminal.show(_table(found))
    terminal.answer({"prices": [{"week": str(p.week), "pool": p.pool, "price": p.price, "class": p.name}
                                for p in found], "indicative": True})  # fmt: skip
    return Exit.DONE


def _write(plan_dir: Path, plan: Plan, found: list[Price]) -> None:
    """The plan's files with the prices; all else stays as it is."""
    outcome = outcome_of({f.name: f.read_text(encoding="utf-8") for f in plan_dir.iterdir() if f.is_file()})
    write_plan(replace(outcome, plan=priced(plan, found)), plan_dir)


def _table(found: list[Price]) -> Table:
    """Prices by pool and class: in how many weeks, and the highest."""
    table = Table("pool", "gains", box=None, header_style="bold", pad_edge=False, title_justify="left",
                  title="indicative: value of one unit more in a week")  # fmt: skip
    for head in ("weeks", "mean", "highest", "in the week of"):
        table.add_column(head, justify="right")
    groups: dict[tuple[str, str], list[Price]] = {}
    for price in found:
        groups.setdefault((price.pool, price.name), []).append(price)
    for (pool, name), group in sorted(groups.items()):
        best = max(group, key=lambda p: p.price)
        mean = sum(p.price for p in group) / len(group)
        table.add_row(pool, name, str(len(group)), number(mean, 3), number(best.price, 3), str(best.week))
    return table


def _confirm(
    terminal: Terminal, problem: Problem, plan: Plan, pool: str, week: datetime, options: Options
) -> int:  # fmt: skip
    policy = choose_policy(problem, plan.policy or None)
    t = problem.week_index(week.date())
    if pool not in problem.pool or not 0 <= t < problem.head.weeks:
        raise click.UsageError(f"{pool} in the week of {week:%Y-%m-%d} is not in this portfolio")
    step = unit(problem, pool)
    changes = {0.0: problem, step: edited(problem, one_step(problem, pool, problem.weeks[t], step))}
    if problem.supply(pool)[t] >= step:
        changes[-step] = edited(problem, one_step(problem, pool, problem.weeks[t], -step))
    outcomes: dict[float, Outcome] = {}
    for change, one in changes.items():
        known = outcomes[0.0].plan if outcomes else plan
        outcomes[change] = run_until_stopped(
            lambda stop, one=one, known=known: solve(one, policy, options=options, should_stop=stop, start=known),  # type: ignore[misc]
            on_stop=lambda: terminal.say("codered: stopping; what was found so far is kept"),
        )
    if outcomes[0.0].plan is None:
        return EXITS[outcomes[0.0].status]
    facts: list[dict[str, Any]] = []
    for change in (c for c in changes if c):
        after = outcomes[change]
        terminal.show(f"{change:+g} of {pool} in the week of {problem.weeks[t]}: {after.status}")
        for name, gain, unproven in confirmed(outcomes[0.0], after):
            facts.append({"step": change, "class": name, "change": gain, "unproven": unproven})
            terminal.show(f"  {name}: {gain:+.3f} value (the proofs leave {unproven:.3f} open)")
    terminal.answer({"pool": pool, "week": str(problem.weeks[t]), "confirmed": facts})
    return Exit.DONE
