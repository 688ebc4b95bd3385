"""Priority classes: which class a project-week counts for, what a class is called, and what it could attain at best."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from solver.problem import Problem
from solver.records import Project
from solver.schedule import elapsed, is_fixed, length, yields

COMPLETE_AT = 1.0 - 1e-6
"""The progress from which a build counts as complete; the rest is rounding of published figures."""


def class_name(rank: int) -> str:
    """`focus` for rank 0, else `priority n`."""
    return "focus" if rank == 0 else f"priority {rank - 1}"


def ranks(problem: Problem, policy: str) -> dict[str, list[int]]:
    """The class of each project in each week: 0 for `focus` inside the window, else 1 + the priority in force."""
    first, last = problem.window(policy)
    stances = problem.stances_of(policy)
    found = {}
    for project in problem.projects:
        outside, inside = 1 + project.priority, 1 + project.priority
        stance = stances.get(project.project)
        if stance is not None:
            inside = 1 + stance.priority if stance.priority is not None else inside
            inside = 0 if stance.stance == "focus" else inside
        found[project.project] = [inside if first <= t < last else outside for t in range(problem.head.weeks)]
    return found


def ideals(problem: Problem, policy: str) -> dict[int, float]:
    """What each class would attain if every project of it were alone: value * benefit, summed over project-weeks.

    Alone means full pace from its `earliest` week on, except in weeks in which the policy pauses it; a project that is
    forced out, or done, gets no pace and keeps what it has. A build with a fixed schedule counts with the start that
    is best for the class.
    """
    found: dict[int, float] = {}
    for project, classes in ranks(problem, policy).items():
        row = problem.project[project]
        may_run = _may_run(problem, policy, row)
        if is_fixed(row):
            for rank, value in _best_starts(problem, row, classes, may_run).items():
                found[rank] = found.get(rank, 0.0) + value
            continue
        for rank, benefit, worth in zip(classes, _benefits(row, may_run), problem.worth, strict=True):
            found[rank] = found.get(rank, 0.0) + row.value * benefit * worth
    return dict(sorted(found.items()))


def _best_starts(
    problem: Problem, project: Project, classes: Sequence[int], may_run: Sequence[bool]
) -> dict[int, float]:
    """What a fixed build alone gives to each class at most."""
    found = dict.fromkeys(classes, 0.0)
    for start in starts(project, may_run):
        given = dict.fromkeys(classes, 0.0)
        for week, value in enumerate(yields(problem, project)[max(0, -start) :], max(0, start)):
            if week < len(classes):
                given[classes[week]] += value * problem.worth[week]
        found = {rank: max(value, given[rank]) for rank, value in found.items()}
    return found


def starts(project: Project, may_run: Sequence[bool]) -> list[int]:
    """The weeks in which a fixed build may start, so that no week of its work is one in which it may not run.

    One that runs or is done started before the first week (negative), and has no other choice. Work may go on beyond
    the horizon.
    """
    weeks = length(project)
    first = range(len(may_run)) if project.status == "candidate" else [-elapsed(project)]
    return [start for start in first if all(may_run[max(0, start) : max(0, start + weeks)])]


def curve_at(curve: Sequence[tuple[float, float]], x: float) -> float:
    """The value of a curve of break points at x, interpolated."""
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x <= x1:
            return y0 + (y1 - y0) * max(0.0, x - x0) / (x1 - x0)
    return curve[-1][1]


def _may_run(problem: Problem, policy: str, project: Project) -> list[bool]:
    """The weeks in which a project alone would run at full pace."""
    first, last = problem.window(policy)
    stance = problem.stances_of(policy).get(project.project)
    paused = stance is not None and stance.stance == "pause"
    earliest = problem.week_index(project.earliest) if project.earliest else 0
    barred = project.must == "out" or project.status == "done"
    return [
        not barred and t >= earliest and not (paused and first <= t < last) for t in range(problem.head.weeks)
    ]  # fmt: skip


def _benefits(project: Project, running: Sequence[bool]) -> list[float]:
    """The benefit of each week of a project at full pace in the weeks given and at none in the others."""
    if project.kind == "run":
        return [curve_at(project.curve, 1.0) if on else 0.0 for on in running]
    progress = 1.0 if project.status == "done" else project.progress
    found, weekly = [], 1.0 / (project.duration or 1.0)
    for on in running:
        before, progress = progress, min(1.0, progress + weekly * on)
        complete = 1.0 if before >= COMPLETE_AT else 0.0
        found.append(complete if project.benefit == "completion" else curve_at(project.curve, progress))
    return found
