"""What a re-plan changes: the moves that the approved plan does not have, by kind of supply."""

from __future__ import annotations

from collections import defaultdict

from solver.plan import Plan
from solver.problem import Problem


def moves_beyond(problem: Problem, approved: Plan, plan: Plan) -> dict[str, float]:
    """sum of max(0, (x[k,t] - x[k,t-1]) - (approved[k,t] - approved[k,t-1])) over the weeks of the problem, by kind.

    A move that the approved plan does not have counts, and so does one that it has and that is not made.
    """
    weeks = {week: t for t, week in enumerate(problem.weeks)}
    off: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0] * len(weeks))
    for sign, one in ((1.0, plan), (-1.0, approved)):
        for week, project, need, pool, amount in one.allocation.itertuples(index=False, name=None):
            if week in weeks:
                off[project, need, pool][weeks[week]] += sign * float(amount)
    found = dict.fromkeys((pool.kind for pool in problem.pools), 0.0)
    for (_, _, pool), row in off.items():
        found[problem.pool[pool].kind] += sum(
            max(0.0, now - before) for before, now in zip([0.0, *row], row, strict=False)
        )
    return {kind: round(amount, 6) for kind, amount in found.items()}
