"""The second step: a plan's amounts of engineers as change orders for people, with the least disruption proven."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from solver.check.people import check_orders
from solver.model.sheet import Floats, Ints
from solver.orders.decide import Decided, decide
from solver.orders.names import named
from solver.orders.roster import Roster, roster
from solver.orders.shares import Lent, shares
from solver.people import ORDERS, UNCOVERED, Kind, Orders, PoolOrders, dwell_of
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options, ShouldStop, never_stop
from solver.records import ENGINEER
from solver.task import Clock

Row = tuple[object, ...]


class BrokenOrders(RuntimeError):
    """Change orders that the checker refuses; they are never returned."""


def change_orders(
    problem: Problem,
    plan: Plan,
    *,
    dwell: int | None = None,
    options: Options = Options(),  # noqa: B008 - frozen
    should_stop: ShouldStop = never_stop,
) -> Orders:
    """Who moves where and when so that the plan's amounts are covered: pool by pool, which nobody leaves.

    First as little as possible stays uncovered, then as few moves as possible are made. Stopped early it is the best
    found, with the bounds proven by then. Raises BrokenOrders if the checker refuses them, a defect of this library.
    """
    clock = Clock(options, should_stop)
    weeks = dwell or dwell_of(problem, plan.policy)
    staffed = {p.pool for p in problem.people}
    engineers = [p.pool for p in problem.pools if p.kind == ENGINEER]
    rosters = [roster(problem, plan.allocation, pool, weeks) for pool in engineers if pool in staffed]
    # The small ones first: what they leave of the time is for the large ones.
    rosters.sort(key=lambda r: r.locked.size)
    found = [_pool(problem, r, clock, len(rosters) - n) for n, r in enumerate(rosters)]
    orders = sorted((row for rows, _, _ in found for row in rows), key=lambda row: (row[0], str(row[1:7])))
    uncovered = sorted((row for _, rows, _ in found for row in rows), key=str)
    answer = Orders(
        dwell=weeks,
        orders=pd.DataFrame(orders, columns=list(ORDERS), dtype=object),
        uncovered=pd.DataFrame(uncovered, columns=list(UNCOVERED)),
        pools=tuple(sorted((facts for _, _, facts in found), key=lambda p: p.pool)),
        left_out=tuple(pool for pool in engineers if pool not in staffed),
        seconds=clock.seconds,
    )
    if broken := check_orders(problem, plan, answer):
        raise BrokenOrders("; ".join(map(str, broken[:5])))
    return answer


def _pool(problem: Problem, roster: Roster, clock: Clock, pools_left: int) -> tuple[list[Row], list[Row], PoolOrders]:
    """The orders of one pool, what they leave uncovered, and what was proven; a pool may take more than its share."""
    started = clock.seconds
    decided = decide(roster, clock, clock.budget(clock.left / pools_left * 2.0))
    places = named(roster, decided.there)
    lent = shares(roster, places, decided.short)
    rows = [*_moves(problem, roster, places), *_shared(problem, roster, places, lent)]
    return rows, _uncovered(problem, roster, decided.short), _facts(roster, decided, lent, clock.seconds - started)


def _facts(roster: Roster, decided: Decided, lent: list[Lent], seconds: float) -> PoolOrders:
    return PoolOrders(
        roster.pool, len(roster.people), round(sum(p.fte for p in roster.people), 6), decided.moves,
        decided.moves_bound, round(decided.uncovered, 6), round(decided.uncovered_bound, 6),
        round(sum(sum(week.values()) for week in lent), 6), seconds,
    )  # fmt: skip


def _moves(problem: Problem, roster: Roster, places: Ints) -> list[Row]:
    """One row for each change of place, with the next one, and when the person is home again."""
    rows: list[Row] = []
    for i, line in enumerate(places):
        before = np.concatenate([[roster.home[i]], line[:-1]])
        changes = np.flatnonzero(line != before).tolist()
        for t, until in zip(changes, [*changes[1:], None], strict=False):
            later = np.flatnonzero(line[t:] == roster.home[i])
            back = t + int(later[0]) if len(later) and line[t] != roster.home[i] else None
            ends = _week(problem, until), _week(problem, back)
            who = problem.weeks[t], *_who(problem, roster, i, Kind.MOVE)
            rows.append(_row(roster, who, (int(before[t]), int(line[t])), roster.people[i].fte, ends))
    return rows


def _shared(problem: Problem, roster: Roster, places: Ints, lent: list[Lent]) -> list[Row]:
    """One row for each run of weeks in which somebody lends the same time to the same project."""
    rows: list[Row] = []
    for t, week in enumerate(lent):
        for (i, to), fte in sorted(week.items()):
            here = int(places[i, t])
            if t and places[i, t - 1] == here and abs(lent[t - 1].get((i, to), 0.0) - fte) < 1e-6:
                continue
            end = t + 1
            while end < len(lent) and places[i, end] == here and abs(lent[end].get((i, to), 0.0) - fte) < 1e-6:
                end += 1
            until = _week(problem, end if end < len(lent) else None)
            who = problem.weeks[t], *_who(problem, roster, i, Kind.SHARE)
            rows.append(_row(roster, who, (here, to), fte, (until, until)))
    return rows


def _who(problem: Problem, roster: Roster, i: int, kind: Kind) -> tuple[str, str, str, str]:
    person = roster.people[i]
    return person.person, str(kind), roster.pool, person.site or problem.pool[roster.pool].site


def _row(roster: Roster, head: Row, way: tuple[int, int], fte: float, ends: tuple[date | None, date | None]) -> Row:
    here, to = way
    return *head, roster.places[here], roster.places[to], fte, *ends


def _week(problem: Problem, t: int | None) -> date | None:
    return None if t is None else problem.weeks[t]


def _uncovered(problem: Problem, roster: Roster, short: Floats) -> list[Row]:
    return [
        (problem.weeks[t], roster.pool, roster.places[q], round(float(short[q, t]), 6))
        for q, t in np.argwhere(short > 0).tolist()
    ]


__all__ = ["BrokenOrders", "Orders", "change_orders"]
