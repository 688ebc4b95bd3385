"""What keeps a project from running in a week whatever others do: lifted before it is asked what else it would take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from solver.edits import Edit, edited
from solver.model import build
from solver.model.variables import Setting
from solver.plan import Plan
from solver.problem import Problem
from solver.repair.edits import Step, step
from solver.repair.lever import Used
from solver.repair.levers import levers
from solver.whatif.values import values_of
from solver.words import day, name


def lifted(problem: Problem, policy: str, plan: Plan, project: str, week: int) -> list[Step]:
    """A must=out, an earliest week after it, and a stance that pauses the project in that week."""
    found = [*_own(problem, project, week)]
    own = edited(problem, found[-1].edits if found else ())
    return [*found, *_pause(own, policy, plan, project, week)]


def _own(problem: Problem, project: str, week: int) -> Iterator[Step]:
    """What the project itself says; the last edit holds all of it."""
    row, who = problem.project[project], name(problem, project)
    if row.must == "out":
        row = replace(row, must=None)
        stands, change = f"{who} is forced out (must=out)", f"no longer force {who} out"
        yield Step("must", stands, change, (Edit("projects", row),), "")
    if row.earliest is not None and problem.week_index(row.earliest) > week:
        stands = f"{who} runs from the week of {day(row.earliest)} on at the earliest"
        change = f"let {who} run from the week of {day(problem.weeks[week])} on"
        yield Step("must", stands, change, (Edit("projects", replace(row, earliest=problem.weeks[week])),), "")


def _pause(problem: Problem, policy: str, plan: Plan, project: str, week: int) -> Iterator[Step]:
    """What the policy says."""
    s = Setting(problem, problem.policy[policy])
    if s.stance[s.index[project]] == "pause" and s.in_force[week]:
        model = build(problem, policy)
        values = values_of(model, plan)
        for one in levers(model):
            if (one.kind, one.what) == ("pause", (project,)):
                yield step(model, Used(one, (0.0,)), values)
