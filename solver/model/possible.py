"""What is possible at all, known before anything is decided: when a build can start, and when it can be complete."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solver.classes import starts
from solver.model.sheet import Bools, Floats
from solver.records import Project


def can_complete(forced_off: Bools, remaining: Floats, is_build: Bools) -> Bools:
    """complete[p,t] <= 1 only from the week in which full pace from the earliest week on has done the work."""
    possible = np.cumsum(~forced_off, axis=1)
    done = possible >= remaining[:, None] - 1e-9
    first = (remaining <= 1e-9) & is_build
    return np.concatenate([first[:, None], done & is_build[:, None]], axis=1)


def can_begin(builds: Sequence[Project], forced_off: Bools) -> Bools:
    """begin[f,t] <= 1 only in weeks from which a fixed build can run without a break; what runs does not begin."""
    possible = np.zeros(forced_off.shape, dtype=bool)
    for f, p in enumerate(builds):
        if p.status == "candidate":
            possible[f, starts(p, [not off for off in forced_off[f]])] = True
    return possible
