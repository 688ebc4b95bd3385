"""Builds with a fixed schedule: what each week since their start takes and yields."""

from __future__ import annotations

import numpy as np

from solver.problem import Problem
from solver.records import VALUE, Need, Project


def is_fixed(project: Project) -> bool:
    """Whether a project, once started, runs at full pace without a break to its end."""
    return project.kind == "build" and project.schedule == "fixed"


def length(project: Project) -> int:
    """Weeks from the start of a fixed build to its end."""
    return round(project.duration or 1.0)


def elapsed(project: Project) -> int:
    """Weeks of its work that a fixed build has behind it before the first week of the horizon; all when it is done."""
    return length(project) if project.status == "done" else round(project.progress * length(project))


def takes(problem: Problem, need: Need) -> tuple[float, ...]:
    """What a need of a fixed build takes in each week since its start: its profile, or `full` where there is none."""
    weeks = length(problem.project[need.project])
    profile = problem.profile_of.get((need.project, need.need))
    return tuple((need.full or 0.0) if profile is None else profile.get(e, 0.0) for e in range(weeks))


def yields(problem: Problem, project: Project) -> tuple[float, ...]:
    """What a fixed build yields in each week since its start, undiscounted, to the end of the horizon or beyond.

    Its `value` profile; without one, what other builds yield: `value` in every week after completion, or by progress
    through its curve.
    """
    weeks, last = length(project), problem.head.weeks + elapsed(project)
    profile = problem.profile_of.get((project.project, VALUE))
    if profile is not None:
        return tuple(profile.get(e, 0.0) for e in range(max(last, max(profile) + 1)))
    if project.benefit == "completion":
        return tuple(project.value if e >= weeks else 0.0 for e in range(last))
    xs, ys = zip(*project.curve, strict=True)
    return tuple(project.value * float(np.interp((e + 1) / weeks, xs, ys)) for e in range(last))
