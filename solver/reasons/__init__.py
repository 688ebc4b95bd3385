"""Why each project runs, is slow, waits or is paused in each week, from the published plan and the problem alone."""

from __future__ import annotations

import pandas as pd

from solver.plan import COLUMNS, State
from solver.problem import Problem
from solver.reasons.facts import Facts
from solver.reasons.resting import resting
from solver.reasons.running import running
from solver.records import Project

__all__ = ["REASONS", "reasons"]

REASONS = {
    "full pace": "every need has all it can use",
    "scarce": "the pools of the scarcest need are given out; it says who holds them",
    "ramping up": "most of what is missing is what newcomers do not yet bring",
    "last work": "a build whose last bit of work takes less than a week",
    "held back": "more pace would add nothing",
    "pinned": "a pin says exactly how much it gets",
    "move limit": "the policy's arrivals of that week are used up",
    "growth limit": "its engineers may not grow faster",
    "cost limit": "the week's cost limit is used up",
    "spare left": "something is spare that the plan does not give it",
    "paused by policy": "the policy pauses it; it says until when, and when it runs again",
    "forced out": "must=out",
    "too early": "before its earliest week",
    "requires": "what it requires is not complete",
    "excluded": "a project that it excludes runs",
    "dwell": "a pause lasts at least min_pause weeks",
    "too late": "a build that would yield nothing before the plan ends",
    "no room": "the minimum of a need is not there; it says which classes hold the pools",
    "no value": "it adds no value",
    "not chosen": "its minimum would fit into the week alone, and no limit of the week forbids it",
    "complete": "the work is done",
}
"""Every reason that reasons.csv gives, and what it claims."""


def reasons(problem: Problem, policy: str, allocation: pd.DataFrame, pace: pd.DataFrame) -> pd.DataFrame:
    """One row per project and week, from the tables of a plan."""
    facts = Facts(problem, policy, allocation, pace)
    rows = [(problem.weeks[t], p.project, *_reason(facts, p, t)) for p, t in facts.rows()]
    return pd.DataFrame(rows, columns=list(COLUMNS["reasons"]))


def _reason(facts: Facts, project: Project, t: int) -> tuple[str, str]:
    state = facts.weeks_of[project.project][t][0]
    if state is State.COMPLETE:
        return "complete", "The work is done; it holds nothing any more."
    return running(facts, project, t) if state is State.RUNNING else resting(facts, project, t)
