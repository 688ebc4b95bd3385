"""Runs a plan through futures, week by week: what is short is cut from the lowest class up, and builds take longer.

The recourse assumed, in full, is on the page docs/risks.md; each function below is one sentence of it.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from solver.check.ground import Ground
from solver.check.published import Published
from solver.check.report import Flags, Indices, Numbers
from solver.classes import COMPLETE_AT
from solver.risks.course import Course
from solver.risks.futures import Futures
from solver.risks.serve import serve

SMALL = 1e-9
PART = 500
"""Futures that are walked through side by side."""
AT_ONCE = 4_000_000
"""Amounts (pairs times futures) that are held in memory at once."""


@dataclass(frozen=True)
class Outcomes:
    """What became of the plan in every future: P projects, J floors, T weeks, F futures."""

    values: Numbers
    """value * benefit summed over the weeks, by class [C,F]; class c counts for rank c"""
    projects: Numbers
    """the same by project [P,F]"""
    ends: Indices
    """the week at whose end a build is complete; T where that is not within the horizon, -1 where before it [P,F]"""
    broken: Flags
    """whether a floor is not kept in a week [J,T,F]"""
    cut: Indices
    """weeks in which a project gets less than it asks for [P,F]"""


def simulate(plan: Published, futures: Futures, executor: Executor | None = None) -> Outcomes:
    """The plan in every future; where nothing is drawn, it is the plan itself.

    The futures are walked through in the same parts, whoever does it: here, or the workers of an executor.
    """
    most = max(1, min(PART, AT_ONCE // max(1, len(plan.x))))
    portions = [futures.of(slice(first, min(first + most, futures.count))) for first in range(0, futures.count, most)]
    parts = _all_walked(plan, portions, executor)
    names = ("values", "projects", "ends", "broken", "cut")
    return Outcomes(**{name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names})


def _all_walked(plan: Published, parts: list[Futures], executor: Executor | None) -> list[Outcomes]:
    if executor is not None and len(parts) > 1:
        with suppress(BrokenExecutor, CancelledError):  # its workers are gone: then this process does it
            return [*executor.map(partial(_walked, plan), parts)]
    return [_walked(plan, part) for part in parts]


def _walked(plan: Published, futures: Futures) -> Outcomes:
    return _Walk(Course(plan), futures).outcomes()


class _Walk:
    """One way through the weeks, all futures side by side: what was, and what has come of it so far."""

    def __init__(self, course: Course, futures: Futures) -> None:
        self.course, self.plan, self.futures = course, course.plan, futures
        g, count = course.ground, futures.count
        self.before = np.repeat(g.baseline[:, None], count, axis=1)
        self.arrived: list[Numbers] = []
        self.behind = np.zeros((len(g.projects), count))
        self.complete = np.repeat(self.plan.complete[:, :1], count, axis=1)
        self.support = course.supported(course.effective, g.full)
        self.values = np.zeros((int(course.ranks.max(initial=0)) + 1, count))
        self.projects = np.zeros((len(g.projects), count))
        self.ends: Indices = np.where(self.complete, -1, len(g.weeks))
        self.broken = np.zeros((len(course.promises), len(g.weeks), count), dtype=np.bool_)
        self.cut = np.zeros((len(g.projects), count), dtype=np.intp)

    @property
    def ground(self) -> Ground:
        return self.course.ground

    def outcomes(self) -> Outcomes:
        """Walk through all weeks."""
        for t in range(len(self.ground.weeks)):
            self.week(t)
        return Outcomes(self.values, self.projects, self.ends, self.broken, self.cut)

    def week(self, t: int) -> None:
        """Ask, serve, work, and count what it was worth."""
        asked, on = self.asked(t)
        room = {r: values[t] for r, values in self.futures.capacity.items()}
        given = serve(self.course, t, asked, on, room)
        self.promises(t, given)
        if given is not asked:
            short = asked - given > SMALL
            for p, pairs in enumerate(self.course.pairs_of):
                self.cut[p] += short[pairs].any(axis=0)
        pace = self.paces(t, given, on)
        progress = self.progress(t, pace)
        self.count(t, pace, progress)
        self.complete |= progress >= COMPLETE_AT
        self.before = given

    def asked(self, t: int) -> tuple[Numbers, Flags]:
        """What the plan gives [K,F], and who runs [P,F]: a late build goes on with what it had last, a build that is
        complete asks for nothing, and nobody starts before what it requires is complete.
        """
        plan, course, count = self.plan, self.course, self.futures.count
        asked, on = np.repeat(plan.x[:, t, None], count, axis=1), np.repeat(plan.on[:, t, None], count, axis=1)
        for p in np.flatnonzero(self.ground.builds).tolist():
            pairs, late = course.pairs_of[p], ~self.complete[p]
            if course.may_stay[p, t]:
                asked[pairs], on[p] = course.stay[pairs, None] * late, late
            elif not plan.complete[p, t]:
                asked[pairs] *= late
                on[p] &= late
        for p, others in course.requires.items():
            ready = self.complete[others].all(axis=0)
            if not (self.ground.was_started[p] and plan.resting[p, t]):
                asked[course.pairs_of[p]] *= ready
                on[p] &= ready
        return asked, on

    def promises(self, t: int, given: Numbers) -> None:
        """A floor breaks where less is kept than promised, unless its project is complete."""
        for j, promise in enumerate(self.course.promises):
            least = promise.least[t] - promise.slack[t]
            self.broken[j, t] = (promise.weight @ given[promise.pairs] < least) & ~self.complete[promise.place]

    def paces(self, t: int, given: Numbers, on: Flags) -> Numbers:
        """The plan's pace, or less where the scarcest need's effective supply supports less; a build that is behind
        works as fast as its amounts support [P,F].
        """
        planned, support = self.plan.pace[:, t, None], self.support[:, t, None]
        supported = self.course.supported(self.effective(t, given), self.full(t))
        pace = np.where(supported >= support - SMALL, planned, np.minimum(planned, supported))
        for p in {int(self.ground.need_project[n]) for n in self.futures.full}:
            # A plan made for more demand than there is runs faster, in proportion.
            more = (supported[p] > support[p] + SMALL) & (support[p] > 0)
            scaled = np.minimum(1.0, planned[p] * supported[p] / np.maximum(support[p], SMALL))
            pace[p] = np.where(more, scaled, pace[p])
        pace = np.where((self.behind > SMALL) & self.ground.builds[:, None], supported, pace)
        return np.where(on, pace, 0.0)

    def effective(self, t: int, given: Numbers) -> Numbers:
        """Supply less what the ramp and mentoring of this future's own arrivals take [L,F]."""
        losses = self.course.losses
        self.arrived = [np.maximum(0.0, given - self.before), *self.arrived][: len(losses)]
        useful = given.copy()
        for loss, new in zip(losses, self.arrived, strict=False):
            useful -= loss[:, None] * new
        return self.course.supply(useful, self.course.rates(t, self.complete))

    def full(self, t: int) -> Numbers:
        """Supply at full pace in this week [L,F]."""
        found = np.repeat(self.ground.full[:, t, None], self.futures.count, axis=1)
        for n, values in self.futures.full.items():
            found[n] = values[t]
        return found

    def progress(self, t: int, pace: Numbers) -> Numbers:
        """What is done by the end of the week [P,F]: as published, less what the future is behind; 0 for runs."""
        g, found = self.ground, np.zeros_like(pace)
        for p in np.flatnonzero(g.builds).tolist():
            if g.done[p]:
                found[p] = 1.0
                continue
            duration = self.futures.duration[p][t] if p in self.futures.duration else g.duration[p]
            planned = self.plan.pace[p, t] * self.plan.on[p, t]
            gain, goal = pace[p] / duration, planned / g.duration[p] + self.behind[p]
            # Who is behind catches up with the plan, and does not overtake it by that.
            caught = np.minimum(gain, np.maximum(goal, planned / duration))
            self.behind[p] = goal - np.where(self.behind[p] > SMALL, caught, gain)
            found[p] = np.where(self.complete[p], 1.0, np.clip(self.plan.progress[p, t] - self.behind[p], 0.0, 1.0))
        return found

    def count(self, t: int, pace: Numbers, progress: Numbers) -> None:
        """value * benefit of the week, by project and class; and which builds are complete with it."""
        g = self.ground
        for p, row in enumerate(g.projects):
            if row.kind == "build" and row.benefit == "completion":
                worth = row.value * self.complete[p]
            else:
                xs, ys = zip(*row.curve, strict=True)
                worth = row.value * np.interp(progress[p] if row.kind == "build" else pace[p], xs, ys)
            self.projects[p] += worth
            self.values[self.course.ranks[p, t]] += worth
        self.ends[(progress >= COMPLETE_AT) & (self.ends == len(g.weeks))] = t
