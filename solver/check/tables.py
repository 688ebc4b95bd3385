"""The tables that tell of a plan: moves explain every difference, utilisation adds up, class values are right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from solver.check.ground import Ground, total
from solver.check.published import Published, numbers, places, week_index
from solver.check.report import Flags, Indices, Numbers, Violation, hits, off, say, tolerance
from solver.classes import class_name
from solver.plan import SPARE, ClassResult


def moves(plan: Published, table: pd.DataFrame) -> Iterator[Violation]:
    """sum of moves to p - sum of moves from p = sum_l x[l,r,t] - sum_l x[l,r,t-1]  for all p, r, t;
    every move goes from one project, or from spare, to another. So what one gains another, or spare, loses
    """
    g = plan.ground
    names = {**g.project_index, SPARE: len(g.projects)}
    week, pool = places(week_index(g), table["week"].to_list()), places(g.pool_index, table["pool"].to_list())
    source, target = places(names, table["from"].to_list()), places(names, table["to"].to_list())
    amount = numbers(table["amount"])
    right = (week >= 0) & (pool >= 0) & (source >= 0) & (target >= 0) & (source != target) & (amount > 0)
    for (i,) in hits(~right | ~np.isfinite(amount)):
        cells = ", ".join(str(cell) for cell in table.iloc[i])
        yield Violation("moves", f"row {i + 1} ({cells}) is no move of an amount from one to another")
    right &= np.isfinite(amount)
    to, leaving = target[right] * len(g.pools) + pool[right], source[right] * len(g.pools) + pool[right]
    yield from _unexplained(plan, (to, leaving, week[right], amount[right]))


def _unexplained(plan: Published, told: tuple[Indices, Indices, Indices, Numbers]) -> Iterator[Violation]:
    """Differences that moves do not make; places are numbers of project and pool together, of those that occur."""
    g = plan.ground
    to, leaving, week, amount = told
    held = g.pair_project * len(g.pools) + g.pair_pool
    at = np.unique(np.concatenate([held, to, leaving]))
    moved, real = np.zeros((len(at), len(g.weeks))), np.zeros((len(at), len(g.weeks)))
    np.add.at(moved, (np.searchsorted(at, to), week), amount)
    np.subtract.at(moved, (np.searchsorted(at, leaving), week), amount)
    np.add.at(real, np.searchsorted(at, held), plan.x - plan.before)
    wrong = (np.abs(moved - real) > tolerance(real)) & (at < len(g.projects) * len(g.pools))[:, None]
    for n, t in hits(wrong):
        p, r = divmod(int(at[n]), len(g.pools))
        text = f"moves give {say(moved[n, t])}, the allocation changed by {say(real[n, t])}"
        amount_off = off(moved[n, t], real[n, t])
        yield Violation("moves", text, g.projects[p].project, pool=g.pools[r], week=g.weeks[t], amount=amount_off)


def utilisation(plan: Published, table: pd.DataFrame) -> Iterator[Violation]:
    """capacity as in the portfolio (of a budget what is left of it), used = sum_l x[l,r,t], spare = capacity - used:
    one row for all r, t
    """
    g = plan.ground
    week, pool = places(week_index(g), table["week"].to_list()), places(g.pool_index, table["pool"].to_list())
    known = (week >= 0) & (pool >= 0)
    for (i,) in hits(~known):
        yield Violation("utilisation", f"row {i + 1} ({', '.join(str(cell) for cell in table.iloc[i])}) is unknown")
    rows = np.zeros(g.capacity.shape, dtype=np.intp)
    np.add.at(rows, (pool[known], week[known]), 1)
    for r, t in hits(rows != 1):
        yield g.at_pool("utilisation", f"{rows[r, t]} rows instead of one", r, t, float(rows[r, t]))
    columns = {"capacity": plan.available, "used": plan.used, "spare": plan.available - plan.used}
    for name, right in columns.items():
        yield from _column(plan, name, numbers(table[name])[known], right, (pool[known], week[known]))


def _column(
    plan: Published, name: str, given: Numbers, right: Numbers, at: tuple[Indices, Indices]
) -> Iterator[Violation]:
    wrong: Flags = ~(np.abs(given - right[at]) <= tolerance(plan.ground.capacity[at]))
    for (i,) in hits(wrong):
        r, t = int(at[0][i]), int(at[1][i])
        text = f"{name} is {say(given[i])} instead of {say(right[r, t])}"
        yield plan.ground.at_pool("utilisation", text, r, t, off(given[i], right[r, t]))


def effective(plan: Published, table: pd.DataFrame) -> Iterator[Violation]:
    """nominal = sum_r x, supply = sum_r rate * x, ramp, mentor and effective as rule 3 has them: one row for every
    need and week in which one of them is above 0. A plan without any row (an earlier version's) claims nothing
    """
    if table.empty:
        return
    g, held = plan.ground, total(plan.x, plan.ground.pair_need, len(plan.ground.problem.needs))
    keys = zip(table["project"].to_list(), table["need"].to_list(), strict=True)
    need, week = places(g.need_index, keys), places(week_index(g), table["week"].to_list())
    known = (need >= 0) & (week >= 0)
    for (i,) in hits(~known):
        yield Violation("effective", f"row {i + 1} ({', '.join(str(cell) for cell in table.iloc[i])}) is unknown")
    rows = np.zeros(plan.supply.shape, dtype=np.intp)
    np.add.at(rows, (need[known], week[known]), 1)
    asked = (held > tolerance(held)) | (plan.ramping > tolerance(held)) | (plan.mentoring > tolerance(held))
    served = np.array([(x.project, x.need) in _services(g) for x in g.problem.needs], dtype=np.bool_)[:, None]
    for n, t in hits((rows > 1) | ((rows == 0) & asked & ~served)):
        yield g.at_need("effective", f"{rows[n, t]} rows instead of one", n, t, float(rows[n, t]))
    right = {"nominal": held, "supply": plan.supply, "ramp": plan.ramping, "mentor": plan.mentoring}
    for name, figures in (right | {"effective": np.maximum(0.0, plan.effective)}).items():
        yield from _figure(plan, name, numbers(table[name])[known], figures, (need[known], week[known]))


def _services(g: Ground) -> set[tuple[str, str]]:
    """Needs that serving.csv tells about, and not effective.csv."""
    return {(row.project, row.need) for row in g.problem.services}


def _figure(
    plan: Published, name: str, given: Numbers, right: Numbers, at: tuple[Indices, Indices]
) -> Iterator[Violation]:
    slack = plan.ground.supply_tolerance[at[0]] + tolerance(right[at])
    for (i,) in hits(~(np.abs(given - right[at]) <= slack)):
        n, t = int(at[0][i]), int(at[1][i])
        text = f"{name} is {say(given[i])} instead of {say(right[n, t])}"
        yield plan.ground.at_need("effective", text, n, t, off(given[i], right[n, t]))


def classes(
    given: Iterable[ClassResult], attained: Mapping[int, float], ideal: Mapping[int, float]
) -> Iterator[Violation]:
    """attained and ideal are as recomputed, and bound >= attained  for every class"""
    seen = set()
    for row in given:
        seen.add(row.rank)
        slack = tolerance(ideal.get(row.rank, 0.0))
        for word, told, right in (
            ("attained", row.attained, attained.get(row.rank, 0.0)),
            ("ideal", row.ideal, ideal.get(row.rank, 0.0)),
        ):
            if not abs(told - right) <= slack:
                text = f"{row.name}: {word} {say(told)} instead of {say(right)}"
                yield Violation("classes", text, amount=off(told, right))
        if not row.bound >= row.attained - slack:
            text = f"{row.name}: bound {say(row.bound)} below the attained {say(row.attained)}"
            yield Violation("classes", text, amount=off(row.bound, row.attained))
    for rank in sorted({r for r, value in ideal.items() if value > 0} - seen):
        yield Violation("classes", f"{class_name(rank)}: is missing", amount=ideal[rank])
