"""`codered frontier FOLDER --kind K`: a trade-off in points, each a plan that passed its check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.export import write_file
from app.cli.interrupt import run_until_stopped
from app.cli.progress import number
from app.cli.solve import choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import workers_and_dask, workers_option
from app.processes.workers import executor
from solver.folder import read, read_plan
from solver.frontier import KINDS, Ask, Curve, Kind, Point, curve_of, trace
from solver.frontier.files import frontier_csv
from solver.frontier.trace import FEWEST, MOST
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options, ShouldStop
from solver.replan import problem_from

ENDS = {"infeasible": Exit.INFEASIBLE, "invalid": Exit.INVALID}


@click.command("frontier")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--kind", type=click.Choice(list(KINDS)), required=True, help="What is traded against what.")
@click.option("--policy", metavar="P", help="Policy to plan for; may be left out when the folder has only one.")
@click.option("--points", type=click.IntRange(FEWEST, MOST), default=9, show_default=True, metavar="N")
@click.option(
    "--approved",
    type=click.Path(exists=True, path_type=Path),
    metavar="PLAN_DIR",
    help="Moves count against this plan.",
)
@click.option(
    "--from", "week", type=click.DateTime(["%Y-%m-%d"]), metavar="WEEK", help="Plan from there on, as `replan` does."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.csv", help="Where to write points."
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S",
    help="For each point.",
)  # fmt: skip
@workers_option
@json_option
@click.pass_obj
def frontier(
    terminal: Terminal, folder: Path, kind: str, policy: str | None, points: int, approved: Path | None,
    week: datetime | None, out: Path | None, time_limit: float, workers: int | None,
) -> int:  # fmt: skip
    """Vary one thing in FOLDER and show what it brings and what it takes; what this assumes is in docs/tradeoffs.md.

    Ctrl-C keeps the points found so far.
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    chosen = choose_policy(reading.problem, policy)
    problem, plan = _stands(reading.problem, approved, week)
    ask = Ask(problem, chosen, kind, points, plan, Options(time_limit=time_limit))
    by = workers_and_dask(workers)
    found = run_until_stopped(
        lambda should_stop: _traced(ask, by, terminal, should_stop),
        on_stop=lambda: terminal.say("codered: stopping; the points found so far are kept"),
    )
    curve = curve_of(found, KINDS[kind].x, KINDS[kind].y)
    terminal.show(shown(KINDS[kind], curve, f"{problem.head.portfolio}, policy {chosen}"))
    terminal.answer(facts(KINDS[kind], curve))
    if out and found:
        write_file(out, frontier_csv(KINDS[kind], curve).encode())
        terminal.say(f"codered: points written to {out}")
    if not found:
        return Exit.STOPPED
    return Exit.DONE if any(p.x is not None for p in found) else ENDS.get(found[0].status, Exit.STOPPED)


def _stands(problem: Problem, approved: Path | None, week: datetime | None) -> tuple[Problem, Plan | None]:
    """The problem to vary, and the approved plan, if there is one."""
    if approved is None:
        if week is not None:
            raise click.UsageError("--from needs --approved: the plan that was followed until then.")
        return problem, None
    plan = read_plan(approved)[1]
    return (problem if week is None else problem_from(problem, plan, week.date())), plan


def _traced(ask: Ask, by: tuple[int, str], terminal: Terminal, should_stop: ShouldStop) -> list[Point]:
    found = []
    with executor(*by) as workers:
        for point in trace(ask, workers, should_stop):
            found.append(point)
            told = f"{number(point.x)} / {number(point.y)}" if point.x is not None else point.message
            terminal.say(f"{point.seconds:6.1f} s  {point.label}: {point.status}, {told}")
    return found


def facts(kind: Kind, curve: Curve) -> dict[str, Any]:
    """The curve as plain data."""
    axes = [
        {"name": axis.name, "unit": axis.unit, "better": "more" if axis.more_is_better else "less"}
        for axis in (kind.x, kind.y)
    ]
    points = [
        {**point.as_dict(), "dominated": dominated, "knee": n == curve.knee}
        for n, (point, dominated) in enumerate(zip(curve.points, curve.dominated, strict=True))
    ]
    return {"kind": kind.kind, "x": axes[0], "y": axes[1], "knee": curve.says or None, "points": points}


def shown(kind: Kind, curve: Curve, of: str) -> RenderableType:
    """The points as a table, and the knee in a sentence."""
    table = Table("point", box=None, header_style="bold", pad_edge=False)
    for axis in (kind.x, kind.y):
        table.add_column(f"{axis.name}\n({axis.unit})", justify="right")
    table.add_column("gap %", justify="right")
    table.add_column("")
    for n, (p, dominated) in enumerate(zip(curve.points, curve.dominated, strict=True)):
        cells = (number(p.x), number(p.y), number(p.gap_percent, 2))
        table.add_row(p.label, *cells, _mark(p, dominated, n == curve.knee), style="dim" if dominated else "")
    says = f"knee: {curve.says}" if curve.says else "no knee: no point stands out"
    return Group(Text(f"{kind.title}: {of}", style="bold"), table, Text(says))


def _mark(point: Point, dominated: bool, knee: bool) -> str:
    if point.x is None:
        return point.status
    return "knee" if knee else "dominated" if dominated else ""
