"""Who gives what to whom: the differences between one week's allocation and the week before, as moves."""

from __future__ import annotations

import pandas as pd

from solver.model.sheet import Floats, Ints
from solver.plan import COLUMNS, SPARE
from solver.problem import Problem

Move = tuple[object, str, str, str, float]
SMALL = 1e-7


def moves(  # noqa: PLR0917 - the arrays of one plan
    problem: Problem, projects: list[str], pair_project: Ints, pair_pool: Ints, x: Floats, base: Floats
) -> pd.DataFrame:
    """Moves per week and pool that turn the baseline into week 0 and each week into the next."""
    found: list[Move] = []
    before = base
    for t, week in enumerate(problem.weeks):
        change = x[:, t] - before
        by_pool: dict[int, dict[str, float]] = {}
        for k in (abs(change) > SMALL).nonzero()[0]:
            pool = by_pool.setdefault(int(pair_pool[k]), {})
            project = projects[int(pair_project[k])]
            pool[project] = pool.get(project, 0.0) + float(change[k])
        for r, changes in sorted(by_pool.items()):
            pool_id = problem.pools[r].pool
            found += [(week, pool_id, giver, taker, amount) for giver, taker, amount in match(changes)]
        before = x[:, t]
    return pd.DataFrame(found, columns=list(COLUMNS["moves"]))


def match(changes: dict[str, float]) -> list[tuple[str, str, float]]:
    """Givers to takers, largest first; what is left over comes from or goes to `spare`."""
    givers = sorted(((p, -c) for p, c in changes.items() if c < -SMALL), key=lambda g: (-g[1], g[0]))
    takers = sorted(((p, c) for p, c in changes.items() if c > SMALL), key=lambda g: (-g[1], g[0]))
    found = []
    while givers and takers:
        (giver, has), (taker, wants) = givers[0], takers[0]
        amount = min(has, wants)
        found.append((giver, taker, round(amount, 6)))
        givers = [(giver, has - amount), *givers[1:]] if has - amount > SMALL else givers[1:]
        takers = [(taker, wants - amount), *takers[1:]] if wants - amount > SMALL else takers[1:]
    found += [(giver, SPARE, round(has, 6)) for giver, has in givers]
    found += [(SPARE, taker, round(wants, 6)) for taker, wants in takers]
    return found
