"""Frozen weeks: the next weeks keep to the approved plan, as pins that everybody can see, check and lift again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from solver.columns import plain
from solver.faults import Fault, InvalidInput
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Capacity, Pin, key_of

Key = tuple[str, str, str]
TOLERANCE = 1e-6


def frozen(problem: Problem, plan: Plan, weeks: int) -> Problem:
    """The problem with every amount of its first weeks pinned to the plan's; other pins hold from there on.

    Raises InvalidInput with every reason why the plan cannot be kept in those weeks that shows at once: a pool that no
    longer has as much, or a pin of somebody's that says otherwise. What else contradicts, the solver finds.
    """
    span = problem.weeks[:weeks]
    if not span:
        return problem
    if plan.start > span[0] or plan.start + timedelta(weeks=plan.weeks) <= span[-1]:
        last = plan.start + timedelta(weeks=plan.weeks - 1)
        message = f"cannot be frozen: the plan has the weeks from {plan.start} to {last} only"
        raise InvalidInput([Fault("pins", message, "fewer frozen weeks", column="from", value=str(span[-1]))])
    amounts = amounts_in(problem, plan, span)
    if faults := [*_beyond(problem, amounts, span), *_against(problem, amounts, span)]:
        raise InvalidInput(faults)
    own = [pin for key, row in amounts.items() for pin in _pins(key, row, span)]
    return problem.replace(pins=[*own, *_later(problem, span[-1] + timedelta(weeks=1))])


def amounts_in(problem: Problem, plan: Plan, span: tuple[date, ...]) -> dict[Key, list[float]]:
    """What the plan gives in some weeks, for every eligible pool of what is not done."""
    index = {week: t for t, week in enumerate(span)}
    done = {p.project for p in problem.projects if p.status == "done"}
    found = {(e.project, e.need, e.pool): [0.0] * len(span) for e in problem.eligible if e.project not in done}
    for week, project, need, pool, amount in plan.allocation.itertuples(index=False, name=None):
        if week in index and (project, need, pool) in found:
            found[project, need, pool][index[week]] = float(amount)
    return found


def _pins(key: Key, row: list[float], span: tuple[date, ...]) -> Iterator[Pin]:
    """One pin for each run of equal amounts."""
    first = 0
    for t in range(1, len(row) + 1):
        if t == len(row) or row[t] != row[first]:
            project, need, pool = key
            yield Pin(project=project, need=need, pool=pool, since=span[first], until=span[t - 1], amount=row[first])
            first = t


def _later(problem: Problem, free: date) -> Iterator[Pin]:
    """The pins of the weeks after."""
    for pin in problem.pins:
        if pin.until is None or pin.until >= free:
            yield replace(pin, since=max(pin.since, free))


def _beyond(problem: Problem, amounts: dict[Key, list[float]], span: tuple[date, ...]) -> Iterator[Fault]:
    """Pools of which the plan gives more in a frozen week than there is now."""
    given: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(span))
    for (_, _, pool), row in amounts.items():
        given[pool] = [a + b for a, b in zip(given[pool], row, strict=True)]
    for pool, row in given.items():
        if problem.pool[pool].period == "horizon":
            continue
        for week, amount, there in zip(span, row, problem.supply(pool), strict=False):
            if amount > there + TOLERANCE:
                key = key_of(Capacity(pool=pool, week=week, amount=there))
                message = f"is less of {pool} in the frozen week of {week} than the plan gives ({plain(amount)})"
                right = f"{plain(amount)}, or fewer frozen weeks"
                yield Fault("capacity", message, right, key, "amount", plain(there))


def _against(problem: Problem, amounts: dict[Key, list[float]], span: tuple[date, ...]) -> Iterator[Fault]:
    """Pins of frozen weeks that say something else than the plan."""
    for pin in problem.pins:
        row = amounts.get((pin.project, pin.need, pin.pool))
        for week, amount in zip(span, row or (), strict=False):
            within = pin.since <= week and (pin.until is None or week <= pin.until)
            if within and abs(amount - pin.amount) > TOLERANCE:
                message = f"is in the frozen week of {week}, in which the plan gives {plain(amount)}"
                yield Fault("pins", message, "the same amount, or fewer frozen weeks", key_of(pin), "amount",
                            plain(pin.amount))  # fmt: skip
                break
