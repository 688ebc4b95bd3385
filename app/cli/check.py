"""`codered check FOLDER PLAN_DIR`: verify somebody's plan against the rules, without the solver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from app.cli.solve import choose_policy
from app.cli.terminal import Exit, Terminal, json_option
from solver.check import Report, check
from solver.check.people import check_orders
from solver.files.archive import files_in
from solver.files.people_files import FILES, read_orders
from solver.folder import read, read_plan
from solver.people import Orders
from solver.plan import ClassResult


@click.command("check")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.argument("plan_dir", type=click.Path(exists=True, path_type=Path))
@json_option
@click.pass_obj
def check_folder(terminal: Terminal, folder: Path, plan_dir: Path) -> int:
    """Check the plan in PLAN_DIR, and its change orders if there are any, against the portfolio in FOLDER.

    Exit codes: 0 the plan obeys every rule, 1 it does not, 2 the portfolio or the plan cannot be read.
    """
    reading = read(folder)
    terminal.faults(reading.notices, "notice")
    summary, plan = read_plan(plan_dir)
    policy = choose_policy(reading.problem, plan.policy or None)
    if summary.get("digest") not in (None, "", reading.problem.digest):
        terminal.say("notice: the plan was made from other records than this folder holds now (the digests differ)")
    report = check(reading.problem, policy, plan, classes_of(summary))
    if report.ok and (orders := orders_in(plan_dir)):
        report = replace(report, violations=tuple(check_orders(reading.problem, plan, orders)))
        terminal.say("the plan has change orders; they were followed person by person")
    tell(report, terminal)
    return Exit.DONE if report.ok else Exit.FAILED


def orders_in(plan_dir: Path) -> Orders | None:
    """The change orders beside a plan, if there are any."""
    files = files_in(plan_dir, lambda name: name in FILES)
    return read_orders({name: content.decode("utf-8", "replace") for name, content in files.items()})


def classes_of(summary: dict[str, Any]) -> tuple[ClassResult, ...]:
    """The claims of a summary.json, to be compared with what the amounts support."""
    return tuple(
        ClassResult(c["class"], c["name"], c["attained"], c["ideal"], c["bound"]) for c in summary.get("classes", ())
    )


def tell(report: Report, terminal: Terminal) -> None:
    """List the violations, or say that there are none."""
    for violation in report.violations:
        terminal.say(f"violation: {violation}")
    count = len(report.violations)
    terminal.say("the plan obeys every rule" if report.ok else f"{count} violation{'s' if count != 1 else ''}")
    terminal.answer(
        {
            "ok": report.ok,
            "violations": [violation.as_dict() for violation in report.violations],
            "attained": report.attained,
            "arrivals": report.arrivals,
            "pauses": report.pauses,
            "cost": report.cost,
        }
    )  # fmt: skip
