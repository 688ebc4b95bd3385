"""`codered sweep FOLDER --vary T=a,b,c --out DIR`: many scenarios of a folder, each solved once, on all cores."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from app.actions.sweep import Tally, sweep
from app.cli.interrupt import run_until_stopped
from app.cli.solve import choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from app.cli.workers import workers_and_dask, workers_option
from app.processes.workers import hired
from solver.folder import read
from solver.plan import Status
from solver.progress import Options
from solver.sweep import Base, Scenario, grid, listed_scenarios

TELL = 2.0
"""Seconds between two lines of progress."""


@click.command("sweep")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--policy", metavar="P", help="Policy to plan for; may be left out when the folder has only one.")
@click.option(
    "--vary", multiple=True, metavar="TARGET=A,B,C", help="A target and its values, such as pools.east.factor=0.8,1."
)
@click.option(
    "--scenarios", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A CSV or JSON file of scenarios, instead of --vary.",
)  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", required=True)
@workers_option
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S",
    help="For each scenario.",
)  # fmt: skip
@click.option("--gap", type=click.FloatRange(0, 1), metavar="G", help="Proof asked for, as a share of each ideal.")
@json_option
@click.pass_obj
def sweep_folder(
    terminal: Terminal, folder: Path, policy: str | None, vary: tuple[str, ...], scenarios: Path | None, out: Path,
    workers: int | None, time_limit: float, gap: float | None,
) -> int:  # fmt: skip
    """Solve the portfolio in FOLDER in many variations and write DIR/results.csv, a row per scenario (docs/sweeps.md).

    Every result is kept in DIR: the same command after Ctrl-C or a crash solves only what is missing. With CODERED_DASK
    (tcp://host:8786) the workers are those of that Dask cluster.
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    base = Base(reading.problem, choose_policy(reading.problem, policy), Options(time_limit=time_limit, gap=gap))
    wanted, hire, progress = _wanted(vary, scenarios), hired(*workers_and_dask(workers)), _Progress(terminal)
    tally = run_until_stopped(
        lambda should_stop: sweep(base, wanted, out, hire, progress.tell, should_stop),
        on_stop=lambda: terminal.say("codered: stopping; what is done is kept"),
    )
    solved = f"{tally.done} solved now, {tally.found} kept from before"
    terminal.say(f"codered: {len(tally.rows)} of {tally.scenarios} scenarios are in {out / 'results.csv'} ({solved})")
    terminal.show(_table(tally))
    terminal.answer(_facts(tally, out))
    if tally.rows and all(result.status == Status.INVALID for _, result in tally.rows):
        terminal.say(f"codered: no scenario fits together: {tally.rows[0][1].message}")
        return Exit.INVALID
    return Exit.DONE if tally.left == 0 else Exit.STOPPED


def _wanted(vary: tuple[str, ...], scenarios: Path | None) -> list[Scenario]:
    if bool(vary) == bool(scenarios):
        raise click.UsageError("Say what to vary: either --vary TARGET=A,B,C (once or more) or --scenarios FILE.")
    if scenarios is None:
        return grid([_axis(text) for text in vary])
    try:
        text = scenarios.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{scenarios} is not UTF-8.") from None
    return listed_scenarios(text, as_json=scenarios.suffix.lower() == ".json")


def _axis(text: str) -> tuple[str, list[str]]:
    target, sign, values = text.partition("=")
    if not sign or not target.strip() or not values.strip():
        raise click.UsageError(f"--vary {text!r} is not TARGET=A,B,C, such as pools.east.factor=0.8,0.9,1.")
    return target.strip(), [value.strip() for value in values.split(",")]


class _Progress:
    """Lines of progress, one every few seconds."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal, self.started, self.told = terminal, time.monotonic(), 0.0

    def tell(self, tally: Tally) -> None:
        now = time.monotonic()
        if not tally.done:
            self.started = now
            self.terminal.say(f"codered: {tally.scenarios} scenarios")
        elif now - self.told >= TELL or not tally.left:
            self.told, speed = now, tally.done / max(now - self.started, 1e-9)
            self.terminal.say(f"{tally.done} done, {tally.left} left, {speed:.1f} a second, {tally.left / speed:.0f} s")


def _table(tally: Tally) -> Table:
    table = Table("status", box=None, header_style="bold", pad_edge=False)
    table.add_column("scenarios", justify="right")
    for status, count in sorted(Counter(result.status for _, result in tally.rows).items()):
        table.add_row(status, str(count))
    return table


def _facts(tally: Tally, out: Path) -> dict[str, Any]:
    return {
        "scenarios": tally.scenarios, "solves": tally.found + tally.done, "found": tally.found, "done": tally.done,
        "left": tally.left, "statuses": dict(Counter(result.status for _, result in tally.rows)),
        "results": str(out / "results.csv"),
    }  # fmt: skip
