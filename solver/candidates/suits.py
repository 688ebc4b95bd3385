"""Whether a portfolio is one of candidates alone, so that their starts say everything."""

from __future__ import annotations

import numpy as np

from solver.model.variables import Setting
from solver.records import ENGINEER, GPU, KINDS
from solver.schedule import takes

WHOLE = 1e-9


def suits(s: Setting) -> bool:
    """Candidates with a fixed schedule in one class, each need from one pool in whole steps, no other rule in force."""
    return (
        len(s.projects) > 0
        and len(s.fixed) == len(s.projects)
        and all(p.status == "candidate" for p in s.projects)
        and len(np.unique(s.rank)) == 1
        and not s.forced_on.any()
        and not (s.problem.pins or s.problem.floors_of(s.policy.policy) or s.base.any())
        and s.policy.max_cost is None
        and not _limited(s)
        and np.array_equal(s.pair_need, np.arange(len(s.needs)))
        and _in_whole_steps(s)
    )


def _limited(s: Setting) -> bool:
    """Whether arrivals of a kind that is needed are limited."""
    limits = {GPU: s.policy.gpu_moves, ENGINEER: s.policy.engineer_moves}
    return any(limit is not None and KINDS.index(kind) in s.need_kind for kind, limit in limits.items())


def _in_whole_steps(s: Setting) -> bool:
    """Whether steps divide all that the schedules take."""
    for k, n in enumerate(s.pair_need):
        if s.step[k] > 0:
            parts = np.array(takes(s.problem, s.needs[n])) / (s.step[k] * s.rate[k])
            if (np.abs(parts - np.round(parts)) > WHOLE).any():
                return False
    return True
