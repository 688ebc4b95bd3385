"""`codered risks FOLDER PLAN_DIR`: what becomes of a plan in simulated futures."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.progress import number
from app.cli.solve import HEDGED, choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import workers_and_dask, workers_option
from app.processes.futures import executor_for
from solver.files.archive import write_files
from solver.folder import read, read_plan
from solver.problem import Problem
from solver.risks import FUTURES, Chances, assess, chances_files
from solver.risks.chances import FloorChance
from solver.risks.files import SUMMARY, summary


@click.command("risks")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.argument("plan_dir", type=click.Path(exists=True, path_type=Path))
@click.option("--futures", type=click.IntRange(1, 100_000), default=FUTURES, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="K")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to write tables.")
@workers_option
@json_option
@click.pass_obj
def risks(
    terminal: Terminal, folder: Path, plan_dir: Path, futures: int, seed: int, out: Path | None, workers: int | None
) -> int:
    """Simulate futures of the plan in PLAN_DIR, drawn from the risks.csv in FOLDER.

    The same folder, plan, number and seed give the same answer. What is assumed is on the page docs/risks.md.
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    told, plan = read_plan(plan_dir)
    policy = choose_policy(reading.problem, plan.policy or None)
    if not reading.problem.risks:
        terminal.say("notice: this portfolio has no risks.csv, so that every future is the plan itself")
    began = time.perf_counter()
    made_for = answered(told, plan_dir)
    with executor_for(futures, *workers_and_dask(workers)) as by:
        chances = assess(reading.problem, policy, plan, count=futures, seed=seed, made_for=made_for, executor=by)
    seconds = time.perf_counter() - began
    terminal.show(chances_shown(chances, reading.problem))
    terminal.say(f"codered: {futures:,} futures in {seconds:.1f} s")
    terminal.answer({**summary(chances), "seconds": seconds})
    if out:
        write_files(out, chances_files(chances), seal=SUMMARY)
        terminal.say(f"codered: tables written to {out}")
    return Exit.DONE


def answered(told: dict[str, Any], plan_dir: Path) -> Problem | None:
    """The portfolio that a robust plan answers; None for a plan of the portfolio itself."""
    options = told.get("options")
    if not isinstance(options, dict) or "robust" not in options:
        return None
    beside = plan_dir / HEDGED
    if not beside.is_dir():
        raise click.UsageError(f"This plan is a robust one: the portfolio that it answers is missing ({beside}).")
    return read(beside).problem


def chances_shown(chances: Chances, problem: Problem) -> RenderableType:
    """Classes, goals and floors, as three tables."""
    risks_ = f"{chances.risks} risk{'s' if chances.risks != 1 else ''}"
    parts: list[RenderableType] = [
        Text(f"{chances.portfolio}, policy {chances.policy}", style="bold"),
        Text(f"{chances.futures:,} futures of {risks_}, seed {chances.seed}"),
        class_table(chances),
    ]
    if chances.goals:
        parts += [Text(""), goal_table(chances)]
    parts += [Text(""), *floor_lines(chances, problem)]
    return Group(*parts)


def class_table(chances: Chances) -> Table:
    """One row per class: what nine in ten, half and one in ten of the futures attain at least."""
    table = Table("class", box=None, header_style="bold", pad_edge=False)
    for name in ("planned", "P10", "P50", "P90", "as planned %"):
        table.add_column(name, justify="right")
    for c in chances.classes:
        v = c.value
        table.add_row(
            c.name, number(v.planned), number(v.p10), number(v.p50), number(v.p90), number(100 * v.reached, 0)
        )
    return table


def goal_table(chances: Chances) -> Table:
    """One row per build: its week of completion, and how likely it is in time."""
    table = Table("build", box=None, header_style="bold", pad_edge=False)
    for name in ("deadline", "planned", "P10", "P50", "P90", "in time %", "done %"):
        table.add_column(name, justify="right")
    for g in chances.goals:
        weeks = [_day(day) for day in (g.planned, g.p10, g.p50, g.p90)]
        in_time = number(None if g.in_time is None else 100 * g.in_time, 0)
        table.add_row(
            g.project, g.deadline.isoformat() if g.deadline else "-", *weeks, in_time, number(100 * g.within, 0)
        )
    return table


def floor_lines(chances: Chances, problem: Problem) -> list[Text]:
    """How likely each floor breaks, and in which week most."""
    if not chances.floors:
        return [Text("floors: the policy promises none")]
    return [Text(f"chance that some floor breaks: {100 * chances.any_floor:.1f} %")] + [
        Text(f"  {f.project}/{f.need}{f'/{f.pool}' if f.pool else ''}: {_worst(f, problem)}") for f in chances.floors
    ]


def _worst(floor: FloorChance, problem: Problem) -> str:
    if floor.ever == 0:
        return "kept in every week of every future"
    worst = max(range(len(floor.weeks)), key=lambda t: floor.weeks[t])
    weekly = f"{100 * floor.weeks[worst]:.1f} % in the week of {problem.weeks[worst]}"
    return f"breaks in {100 * floor.ever:.1f} % of the futures, at worst {weekly}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "later"
