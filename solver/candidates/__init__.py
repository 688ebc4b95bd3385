"""Portfolios of candidates alone: which to start, and when; solved by their starts, without a model of every week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.candidates.choices import Choices, choices_of
from solver.candidates.search import Search, Tell
from solver.candidates.suits import suits
from solver.classes import class_name, ideals
from solver.model import Model, columns_only
from solver.model.sheet import Floats, Ints
from solver.model.variables import Setting
from solver.progress import OnProgress, Progress
from solver.schedule import length, takes
from solver.task import Clock

__all__ = ["Decided", "decide", "suits"]


@dataclass(frozen=True, slots=True)
class Decided:
    """The best starts as values of a model without rows, and the bound of their class."""

    model: Model
    values: Floats
    bounds: dict[int, float]


def decide(s: Setting, clock: Clock, share: float, on_progress: OnProgress | None) -> Decided | None:
    """The best starts of a portfolio that `suits`, to a gap of a share of the ideal; None if none were found."""
    model = columns_only(s)
    rank, ideal = int(s.rank[0, 0]), ideals(s.problem, s.policy.policy)
    constant = model.constants.get(rank, 0.0)
    choices = choices_of(s)
    search = Search(choices, clock, share * ideal[rank], _teller(rank, ideal[rank], constant, clock, on_progress))
    search.run()
    if search.chosen is None:
        return None
    most = ideal[rank] - constant
    return Decided(model, _values(model, choices, search.chosen), {rank: min(search.bound, most)})


def _values(model: Model, c: Choices, chosen: Ints) -> Floats:
    """The starts as values of every column: who runs, who is complete, and what they take."""
    s, v = model.setting, model.variables
    values = np.zeros(model.size)
    place = {int(i): f for f, i in enumerate(s.fixed)}
    for i, t in zip(c.project[chosen], c.start[chosen], strict=True):
        end = int(t) + length(s.projects[i])
        values[v.begin[place[int(i)], t]] = values[v.ever[i]] = 1.0
        values[v.on[i, t:end]] = values[v.pace[i, t:end]] = values[v.been[i, t:]] = values[v.complete[i, end:]] = 1.0
    begun = np.full(len(s.projects), -1)
    begun[c.project[chosen]] = c.start[chosen]
    for k, n in enumerate(s.pair_need):
        t = int(begun[s.need_project[n]])
        if t >= 0:
            asked = np.array(takes(s.problem, s.needs[n]))[: s.weeks - t] / s.rate[k]
            values[v.x[k, t : t + len(asked)]] = asked / model.scale[v.x[k, t : t + len(asked)]]
    return values


def _teller(rank: int, ideal: float, constant: float, clock: Clock, on_progress: OnProgress | None) -> Tell:
    """Turns value and bound into progress of the class."""

    def tell(value: float | None, bound: float | None) -> None:
        if on_progress is not None:
            best = None if value is None else value + constant
            most = None if bound is None else min(bound + constant, ideal)
            gap = None if best is None or most is None or ideal <= 0 else 100.0 * max(0.0, most - best) / ideal
            on_progress(Progress(rank, class_name(rank), best, most, gap, clock.seconds))

    return tell
