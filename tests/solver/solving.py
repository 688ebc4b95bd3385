"""How tests call the solver, with a short limit and by either of its two ways, and look at what it has so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import numpy as np
import pytest

from solver.model.sheet import Floats
from solver.plan import Outcome, Plan
from solver.progress import Options
from solver.search.large.pieces import Held
from solver.search.stages import Stages

LIMITS = Options(time_limit=20)


@contextmanager
def class_after_class() -> Iterator[None]:
    """The way of large portfolios, for small ones: no portfolio counts as small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.solve"), "SMALL", 0)
        yield


def plan_in(outcome: Outcome) -> Plan:
    """The plan of an outcome that has one."""
    assert outcome.plan is not None, outcome.status
    return outcome.plan


def is_plan(stages: Stages, values: Floats) -> bool:
    """Whether values meet every row, lie within all bounds, and are whole where they have to be."""
    model = stages.model
    sums = Held(model, values).sums
    met = (sums >= model.low - 1e-6).all() and (sums <= model.high + 1e-6).all()
    within = (values >= stages.lower - 1e-6).all() and (values <= stages.upper + 1e-6).all()
    return bool(met and within and np.allclose(values[model.discrete], np.round(values[model.discrete])))
