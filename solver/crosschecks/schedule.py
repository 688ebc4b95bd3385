"""Checks of builds with a fixed schedule: what they are, and what their profiles say."""

from __future__ import annotations

from collections.abc import Iterator

from solver.columns import plain
from solver.crosschecks.view import TOLERANCE, View, check, fault, some
from solver.faults import Fault
from solver.records import VALUE, Profile, Project

NO_BREAK = "its schedule is fixed, so that it never has a break"


@check()
def fixed_without_build(view: View) -> Iterator[Fault]:
    for p in view.rows["projects"]:
        if p.schedule == "fixed" and p.kind != "build":
            yield fault("projects", p, "schedule", "is fixed for a run project", "free, or kind build")


@check()
def fixed_without_whole_weeks(view: View) -> Iterator[Fault]:
    """Duration, and what is done of it, are whole weeks; what is not running has nothing behind it."""
    for p in view.fixed:
        if p.duration is not None and not _whole(p.duration):
            near = plain(max(1, round(p.duration)))
            yield fault("projects", p, "duration", "is not whole weeks for a fixed schedule", f"such as {near}")
        elif p.status == "candidate" and p.progress > 0:
            yield fault("projects", p, "progress", "is made, but the build has not started", "0, or status running")
        elif p.status == "running" and p.duration is not None and not _behind(p):
            right = f"a multiple of 1/{plain(p.duration)} below 1"
            yield fault("projects", p, "progress", "is not whole weeks of a fixed schedule", right)


@check(whole=("portfolio",))
def fixed_but_paused(view: View) -> Iterator[Fault]:
    for p in view.fixed:
        if p.status == "paused":
            yield fault("projects", p, "status", f"is paused, but {NO_BREAK}", "candidate, running or done")
        elif p.status == "running" and p.must == "out":
            yield fault("projects", p, "must", f"is out for a build that runs, but {NO_BREAK}", "blank or in")
        elif p.status == "running" and p.earliest is not None and view.index(p.earliest) > 0:
            yield fault("projects", p, "earliest", f"is after the first week, but the build runs; {NO_BREAK}", "blank")


@check()
def pauses_what_is_fixed(view: View) -> Iterator[Fault]:
    """A build that runs on a fixed schedule goes on to its end; one that has not started can wait."""
    for s in view.rows["stances"]:
        p, policy = view.project.get(s.project), view.policy.get(s.policy)
        if s.stance != "pause" or p is None or policy is None or p not in view.fixed or p.status != "running":
            continue
        first, last = view.window(policy)
        end = round((1.0 - p.progress) * (p.duration or 1.0))
        if first < min(last, end):
            yield fault("stances", s, "stance", f"pauses {p.project}, but {NO_BREAK}", "another stance")


@check()
def fixed_need_with_less(view: View) -> Iterator[Fault]:
    """A fixed schedule takes what it takes: there is no less, and no pause."""
    for n in view.rows["needs"]:
        p = view.project.get(n.project)
        for column, amount in (("minimum", n.minimum), ("standby", n.standby)):
            if p is not None and p in view.fixed and amount > 0:
                message = f"is given, but {n.project} has a fixed schedule, which profiles.csv tells week by week"
                yield fault("needs", n, column, message, "blank or 0")


@check()
def need_called_value(view: View) -> Iterator[Fault]:
    for n in view.known["needs"]:
        p = view.project.get(n.project)
        if n.need == VALUE and p is not None and p in view.fixed:
            message = "is what profiles.csv calls the yield of a build with a fixed schedule"
            yield fault("needs", n, "need", message, "another name")


@check(keys=("needs",), whole=("projects",))
def profile_of_what_is_not_there(view: View) -> Iterator[Fault]:
    for row in view.rows["profiles"]:
        p = view.project.get(row.project)
        if p is None:
            continue
        needs = view.needs_of[row.project]
        if p not in view.fixed:
            yield fault("profiles", row, "project", "has no fixed schedule", "a build with schedule=fixed")
        elif row.item != VALUE and row.item not in needs:
            right = f"one of {some([*needs, VALUE])}"
            yield fault("profiles", row, "item", f"is not a need of {row.project}", right)
        else:
            yield from _beyond(view, row, p)


def _beyond(view: View, row: Profile, p: Project) -> Iterator[Fault]:
    """What a need takes lies within the build's weeks and within its full."""
    need = view.need.get((row.project, row.item))
    if row.item == VALUE or need is None or need.full is None or p.duration is None:
        return
    if row.elapsed >= p.duration:
        message = f"is beyond the {plain(p.duration)} weeks that {row.project} takes"
        yield fault("profiles", row, "elapsed", message, f"0 to {plain(round(p.duration) - 1)}")
    if row.amount > need.full + TOLERANCE:
        message = f"is above what {row.item} takes at most ({plain(need.full)})"
        yield fault("profiles", row, "amount", message, f"at most {plain(need.full)}, or a larger full in needs.csv")


def _whole(weeks: float) -> bool:
    return weeks >= 1 and abs(weeks - round(weeks)) <= TOLERANCE


def _behind(p: Project) -> bool:
    weeks = p.progress * (p.duration or 1.0)
    return abs(weeks - round(weeks)) <= TOLERANCE * (p.duration or 1.0) and round(weeks) < round(p.duration or 1.0)
