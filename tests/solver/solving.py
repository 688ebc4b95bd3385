"""How tests call the solver: with a short limit, and by either of its two ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest

from solver.plan import Outcome, Plan
from solver.progress import Options

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
