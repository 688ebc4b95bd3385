"""A database with a portfolio as large as asked for and two checked plans in it, made without a solver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.actions.accounts import add_account
from app.actions.approve import approve
from app.actions.import_data import import_portfolio
from app.actions.outcomes import outcome_of
from app.actions.plans import store_plan
from app.actions.scenarios import add_scenario
from app.actions.snapshot import snapshot
from app.db import Database
from app.roles import EVERYWHERE, Role
from benchmarks.generate import generate
from benchmarks.witness import witness
from solver.check import check
from solver.classes import class_name
from solver.effective import effective
from solver.folder import write_folder
from solver.ledger import ledger
from solver.plan import ClassResult, Outcome, Plan, Status
from solver.problem import Problem
from solver.reasons import reasons

NAME, PASSWORD = "reader", "a page within a second"
WHO = "benchmark"


def fill(db: Database, size: tuple[int, int, int], folder: Path, plan: Path | None = None) -> str:
    """Import a generated portfolio, approve its ordinary plan, and store its code red (or that of a folder)."""
    write_folder(generate(*size), folder)
    portfolio = import_portfolio(db, folder, WHO).portfolio
    problem = snapshot(db, portfolio)
    approve(db, store_plan(db, problem, standing_still(problem, "normal"), None, WHO), "the year's first plan", WHO)
    scenario = add_scenario(db, portfolio, "the code red", "code-red", (), WHO)
    red = stored_in(plan, problem) if plan else standing_still(problem, "code-red")
    store_plan(db, problem, red, scenario, WHO)
    return portfolio


def reader(db: Database) -> None:
    """An account that may see every page."""
    add_account(db, NAME, PASSWORD, {EVERYWHERE: Role.ADMIN}, WHO)


def standing_still(problem: Problem, policy: str) -> Outcome:
    """The witness as an outcome with all its tables. Raises ValueError where the checker finds anything."""
    found = witness(problem, policy)
    plan = Plan(
        found.portfolio, policy, found.start, found.weeks,
        **found.tables() | {
            "effective": effective(problem, policy, found.allocation),
            "reasons": reasons(problem, policy, found.allocation, found.pace),
            "ledger": ledger(problem, policy, found.pace, found.moves),
        },
    )  # fmt: skip
    report = check(problem, policy, plan)
    if not report.ok:
        raise ValueError(f"the plan is none: {report.violations[0]}")
    classes = tuple(
        ClassResult(rank, class_name(rank), value, report.ideal[rank], report.ideal[rank])
        for rank, value in report.attained.items()
    )
    return Outcome(
        Status.FEASIBLE, problem.head.portfolio, policy, plan, classes, arrivals=report.arrivals,
        pauses=report.pauses, cost=report.cost, digest=problem.digest,
    )  # fmt: skip


def stored_in(folder: Path, problem: Problem) -> Outcome:
    """A plan that `codered solve` wrote. Raises ValueError where it answers another portfolio."""
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
    outcome = outcome_of(files)
    if outcome.digest != problem.digest:
        raise ValueError(f"{folder} answers another portfolio")
    return replace(outcome)
