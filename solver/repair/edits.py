"""What a lever means to the user: the rule in words, the records that change, and what the change costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from solver.classes import class_name
from solver.edits import Edit
from solver.model import Model
from solver.model.sheet import Floats
from solver.problem import Problem
from solver.records import Capacity, Floor, Policy, Project
from solver.repair.lever import Used
from solver.words import day, listed, name, number, of_need, of_pool, pool_name

DIGITS = 1e-6


@dataclass(frozen=True, slots=True)
class Step:
    """A lever put into practice: the rule as it stands, what changes, the records to change, and what that costs.

    `by` is how much is lacking, where that is an amount.
    """

    rule: str
    stands: str
    change: str
    edits: tuple[Edit, ...]
    cost: str
    by: str = ""


def step(model: Model, used: Used, values: Floats) -> Step:
    """A used lever as a change of records; `values` is a plan in which it is used."""
    return _OF[used.lever.kind](model, used, values)


def _up(amount: float) -> float:
    return float(np.ceil(amount / DIGITS - 1e-3) * DIGITS)


def _share(amount: float, whole: float) -> str:
    return f"{number(100.0 * amount / whole, 1)} % of it" if whole > 0 else ""


def _floor(model: Model, used: Used, values: Floats) -> Step:
    problem = model.setting.problem
    row, stood = used.lever.what
    less = min(stood, _up(used.amount))
    own = replace(row, amount=round(stood - less, 6), share=None)
    where = f" on {pool_name(problem, row.pool)}" if row.pool else ""
    since = f" from the week of {day(row.week)}" if row.week else ""
    amount = _of(problem, row)
    stands = f"{name(problem, row.project)}'s floor of {amount(stood)}{where}{since}"
    change = f"lower {name(problem, row.project)}'s floor{where} by {amount(less)}, to {amount(own.amount)}"
    return Step("floors", stands, change, (Edit("floors", own),), _share(less, stood), amount(less))


def _of(problem: Problem, row: Floor) -> Callable[[float], str]:
    pool = row.pool
    if pool is not None:
        return lambda a: of_pool(problem, pool, a)
    return lambda a: of_need(problem, row.project, row.need, a)


def _minimum(model: Model, used: Used, values: Floats) -> Step:
    """The least that the need gets in weeks that are on, and in weeks of pause, in the plan found."""
    s, v = model.setting, model.variables
    project, need = used.lever.what
    n = next(k for k, row in enumerate(s.needs) if (row.project, row.need) == (project, need))
    pairs = np.flatnonzero(s.pair_need == n)
    given = (s.rate[pairs, None] * values[v.x[pairs]] * model.scale[v.x[pairs]]).sum(axis=0)
    on = values[v.on[s.need_project[n]]] > 0.5
    paused = ~on & (values[v.been[s.need_project[n]]] > 0.5) & (values[v.complete[s.need_project[n], :-1]] < 0.5)
    row, problem, parts, edits = s.needs[n], s.problem, [], s.needs[n]
    for column, weeks, label in (("minimum", on, "minimum"), ("standby", paused, "standby")):
        stood = float(getattr(row, column))
        least = float(np.floor(given[weeks].min(initial=np.inf) / DIGITS + 1e-3) * DIGITS) if weeks.any() else stood
        if least < stood - 1e-9:
            edits = replace(edits, **{column: least})  # type: ignore[arg-type]
            parts.append((label, stood, least))
    stood = parts[0][1] if parts else row.minimum
    who, label = name(problem, project), parts[0][0] if parts else "minimum"
    stands = f"{who}'s {label} of {of_need(problem, project, need, stood)} for {need}"
    changes = [f"its {a} of {need} from {number(b)} to {number(c)}" for a, b, c in parts]
    change = f"lower {listed([c.replace('its', who + chr(39) + 's', 1) for c in changes])}"
    cost = _share(sum(b - c for _, b, c in parts), sum(b for _, b, _ in parts))
    return Step("viable", stands, change, (Edit("needs", edits),), cost)


def _capacity(model: Model, used: Used, values: Floats) -> Step:
    s = model.setting
    problem, pool = s.problem, used.lever.what[0]
    amounts, step_ = np.array(used.amounts), problem.step(pool)
    if step_ > 0:
        amounts = np.ceil(amounts / step_ - 1e-6) * step_
    extra, shared = np.zeros(s.weeks), np.array(problem.budget_weeks(pool))
    extra[[give.week for give in used.lever.gives]] = amounts
    extra = extra[shared]
    weeks = np.flatnonzero(extra > DIGITS)
    first, last, most = int(weeks[0]), int(weeks[-1]), float(extra.max())
    more = np.where((np.arange(s.weeks) >= first) & (np.arange(s.weeks) <= last), most, 0.0)
    where, when = pool_name(problem, pool), _spell(problem, first, last)
    least = min(problem.supply(pool)[first : last + 1])
    stands = f"the {of_pool(problem, pool, least)} of {where}"
    times, per_week = len(np.unique(shared[first : last + 1])), problem.pool[pool].period == "week"
    spent = most * times * problem.pool[pool].cost
    cost = (
        f"{number(spent, 0)} {problem.head.currency}"
        if spent
        else f"{number(most * times)} {problem.unit(pool)}{'-weeks' if per_week else ''}"
    )
    change = f"add {of_pool(problem, pool, most)} to {where} {when}"
    return Step("capacity", stands, change, with_more(problem, pool, more), cost, of_pool(problem, pool, most))


def _delivery(model: Model, used: Used, values: Floats) -> Step:
    s = model.setting
    problem = s.problem
    pool, t, amount = used.lever.what
    weeks = int(used.amount)
    more = np.where((np.arange(s.weeks) >= t - weeks) & (np.arange(s.weeks) < t), amount, 0.0)
    where, ahead = pool_name(problem, pool), "1 week" if weeks == 1 else f"{weeks} weeks"
    what = f"delivery of {of_pool(problem, pool, amount)} to {where}"
    stands = f"the {what} on {day(problem.weeks[t])}"
    change = f"bring the {what} forward by {ahead}, from {day(problem.weeks[t])} to {day(problem.weeks[t - weeks])}"
    return Step("capacity", stands, change, with_more(problem, pool, more), f"{ahead} earlier")


def with_more(problem: Problem, pool: str, more: Iterable[float]) -> tuple[Edit, ...]:
    """The rows of capacity.csv with which a pool has so much more in each week; a budget, in all of its weeks."""
    was, more = problem.supply(pool), list(more)
    if problem.pool[pool].period == "horizon":
        return tuple(_budgets(problem, pool, more))
    known = {row.week: row.amount for row in problem.capacity if row.pool == pool}
    edits, before = [], was[0]
    for t, (week, extra) in enumerate(zip(problem.weeks, more, strict=True)):
        now = round(was[t] + extra, 6)
        if known.get(week, before) != now:
            edits.append(Edit("capacity", Capacity(pool=pool, week=week, amount=now)))
        before = now
    return tuple(edits)


def _budgets(problem: Problem, pool: str, more: list[float]) -> Iterator[Edit]:
    """The budgets of a pool with what is added in any of their weeks; a row between would begin another one."""
    shared = problem.budget_weeks(pool)
    for first in sorted(set(shared)):
        extra = max((m for m, own in zip(more, shared, strict=True) if own == first), key=abs)
        if extra:
            amount = round(problem.supply(pool)[first] + extra, 6)
            yield Edit("capacity", Capacity(pool=pool, week=problem.weeks[first], amount=amount))


def _spell(problem: Problem, first: int, last: int) -> str:
    weeks: tuple[date, ...] = problem.weeks
    if first == last:
        return f"in the week of {day(weeks[first])}"
    if last == len(weeks) - 1:
        return f"from {day(weeks[first])} on"
    return f"from the week of {day(weeks[first])} to that of {day(weeks[last])}"


def _limit(model: Model, used: Used, values: Floats) -> Step:
    """A limit of the policy is raised, or left out where it is a factor."""
    policy: Policy = model.setting.policy
    column, stood = used.lever.what
    who, said = policy.name or policy.policy, _LIMITS[column]
    if column == "growth":
        stands = f"{who}'s limit of {number(100.0 * stood)} % {said}"
        edit = Edit("policies", replace(policy, growth=None))
        return Step("change", stands, f"leave out {stands}", (edit,), "the limit")
    more = _up(used.amount)
    changes: Any = {column: round(stood + more, 6)}
    stands = f"{who}'s limit of {number(stood)} {said}"
    change = f"raise {stands} by {number(more)}, to {number(stood + more)}"
    edit = Edit("policies", replace(policy, **changes))
    return Step("money" if column == "max_cost" else "change", stands, change, (edit,), _share(more, stood))


_LIMITS = {
    "gpu_moves": "GPU arrivals a week", "engineer_moves": "engineer arrivals a week",
    "growth": "growth of a project's engineers a week", "max_cost": "cost a week",
}  # fmt: skip


def _pin(model: Model, used: Used, values: Floats) -> Step:
    problem, pin = model.setting.problem, used.lever.what[0]
    less, more = used.amounts
    own = replace(pin, amount=round(pin.amount - (less if less > more else -more), 6))
    where = f"on {pool_name(problem, pin.pool)} from {day(pin.since)}"
    stands = f"{name(problem, pin.project)}'s pin of {of_pool(problem, pin.pool, pin.amount)} {where}"
    change = f"change {stands} to {of_pool(problem, pin.pool, own.amount)}"
    return Step("pins", stands, change, (Edit("pins", own),), _share(max(less, more), pin.amount))


def _deadline(model: Model, used: Used, values: Floats) -> Step:
    s = model.setting
    row = s.problem.project[used.lever.what[0]]
    done = int(np.argmax(values[model.variables.complete[s.index[row.project]]] > 0.5))
    later = s.problem.weeks[min(max(done - 1, 0), s.weeks - 1)]
    late = (later - (row.deadline or later)).days // 7
    who = name(s.problem, row.project)
    stands = f"{who}'s deadline of {day(row.deadline or later)}"
    change = f"move {stands} to {day(later)}"
    cost = "1 week later" if late == 1 else f"{late} weeks later"
    return Step("must", stands, change, (Edit("projects", replace(row, deadline=later)),), cost)


def _must(model: Model, used: Used, values: Floats) -> Step:
    row: Project = model.setting.problem.project[used.lever.what[0]]
    who = name(model.setting.problem, row.project)
    what = "that it is complete in time" if row.kind == "build" else "that it runs"
    stands = f"{who} is forced in (must=in)"
    edit = Edit("projects", replace(row, must=None))
    return Step("must", stands, f"no longer force {who} in", (edit,), f"the promise {what}")


def _stance(model: Model, used: Used, values: Floats) -> Step:
    s, problem = model.setting, model.setting.problem
    project = used.lever.what[0]
    row = problem.stances_of(s.policy.policy)[project]
    who, protected = name(problem, project), used.lever.kind == "protect"
    stands = f"{who} is {'protected' if protected else 'paused'} by {s.policy.name or s.policy.policy}"
    change = f"no longer {'protect' if protected else 'pause'} {who}"
    edit = Edit("stances", replace(row, stance="normal"))
    return Step("stances", stands, change, (edit,), "the stance")


def _link(model: Model, used: Used, values: Floats) -> Step:
    problem, link = model.setting.problem, used.lever.what[0]
    stands = f"{name(problem, link.project)} {link.relation} {name(problem, link.other)}"
    change = f"give up that {stands}"
    return Step("links", stands, change, (Edit("links", link, gone=True),), "the link")


def _value(model: Model, used: Used, values: Floats) -> Step:
    """A class that pays; nothing of the portfolio changes."""
    rank, ideal = used.lever.what
    paid = f"{class_name(rank)} pays {number(100.0 * used.amount / ideal, 2)} % of its ideal"
    return Step("value", f"what {class_name(rank)} has", paid, (), paid)


_OF: dict[str, Callable[[Model, Used, Floats], Step]] = {
    "floors": _floor, "minimum": _minimum, "capacity": _capacity, "delivery": _delivery, "change": _limit,
    "money": _limit, "pins": _pin, "deadline": _deadline, "must": _must, "protect": _stance, "pause": _stance,
    "links": _link, "value": _value,
}  # fmt: skip
