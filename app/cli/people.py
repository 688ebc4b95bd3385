"""`codered people FOLDER PLAN_DIR`: who moves where and when, so that a plan's amounts of engineers are covered."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.interrupt import run_until_stopped
from app.cli.progress import number
from app.cli.solve import choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from solver.check import require
from solver.files.people_files import write_orders
from solver.folder import read, read_plan
from solver.orders import change_orders
from solver.people import Orders
from solver.progress import Options


@click.command("people")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.argument("plan_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dwell", type=click.IntRange(min=1), metavar="W", help="Weeks nobody moves again after a move. "
              "[default: as long as engineers ramp up]")  # fmt: skip
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="[default: PLAN_DIR]")
@json_option
@click.pass_obj
def order_people(
    terminal: Terminal, folder: Path, plan_dir: Path, dwell: int | None, time_limit: float, out: Path | None
) -> int:
    """Turn the engineers of the plan in PLAN_DIR into change orders for the people in FOLDER's people.csv.

    Writes orders.csv, uncovered.csv and orders.json beside the plan. Ctrl-C keeps the best orders found so far.
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    if not reading.problem.people:
        raise click.UsageError("The portfolio has no people: people.csv is missing or empty.")
    _, plan = read_plan(plan_dir)
    require(reading.problem, choose_policy(reading.problem, plan.policy or None), plan)
    orders = run_until_stopped(
        lambda stop: change_orders(
            reading.problem, plan, dwell=dwell, options=Options(time_limit=time_limit), should_stop=stop
        ),
        on_stop=lambda: terminal.say("codered: stopping; what was found so far is kept"),
    )
    terminal.show(told(orders))
    terminal.answer(orders.summary())
    write_orders(orders, out or plan_dir)
    terminal.say(f"codered: orders written to {out or plan_dir}")
    return Exit.DONE


def told(orders: Orders) -> RenderableType:
    """What the orders take and what was proven, in all and by pool."""
    facts = orders.summary()
    lines = [
        f"{facts['moves']} moves of {facts['moved']} people (of {facts['people']}), {facts['shares']} shares of time",
        f"nobody moves again within {facts['dwell']} weeks of a move",
        "proven: no orders leave less uncovered, and none that leave as little need fewer moves"
        if facts["proven"]
        else f"stopped by a limit: no orders can do with less than {facts['moves_bound']} moves, "
        "pool by pool for what these leave uncovered",
    ]
    if facts["uncovered"]:
        lines.append(f"uncovered: {number(facts['uncovered'])} FTE-weeks (at least {number(facts['uncovered_bound'])})")
    if orders.left_out:
        lines.append("nobody is recorded for: " + ", ".join(orders.left_out))
    return Group(*map(Text, lines), pools_table(orders))


def pools_table(orders: Orders) -> Table:
    """One row per pool."""
    table = Table("pool", box=None, header_style="bold", pad_edge=False)
    for name in ("people", "FTE", "moves", "at least", "uncovered", "at least", "seconds"):
        table.add_column(name, justify="right")
    for p in orders.pools:
        cells = (p.people, number(p.fte), p.moves, p.moves_bound, number(p.uncovered), number(p.uncovered_bound))
        table.add_row(p.pool, *map(str, cells), number(p.seconds, 2))
    return table
