"""More engine or better pit crew: what a plan's service level takes in nodes with its levers, and without them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from solver.classes import COMPLETE_AT
from solver.plan import Plan
from solver.problem import Problem
from solver.records import ENGINEER
from solver.serving.services import Serving, Yield, levers_in, services_of

Row = tuple[str, str, float, float]
"""Of serving.csv in one week: pool, levers, nodes, served."""


@dataclass(frozen=True, slots=True)
class ServiceWeek:
    """A service in one week. `without`: nodes that the same tokens/s take on the same pools with today's levers.

    `beyond`: that is more than one of these pools has. `freed` says by lever how many of the difference each took away,
    in the order of delivery. MFU is the mean over nodes, memory the highest of all; None in a week without nodes.
    """

    week: date
    demand: float
    served: float
    nodes: float
    without: float
    beyond: bool
    freed: dict[str, float]
    mfu: float | None
    mfu_before: float | None
    memory: float | None

    @property
    def saved(self) -> float:
        """Nodes that the levers make unnecessary."""
        return self.without - self.nodes


@dataclass(frozen=True, slots=True)
class Effort:
    """What a lever took of the engineers, in FTE-weeks within the horizon, and when it was complete (None: never)."""

    lever: str
    engineer_weeks: float
    complete: date | None


@dataclass(frozen=True, slots=True)
class PitCrew:
    """A service over the horizon, with its levers; costs are of the nodes alone, in the portfolio's currency."""

    project: str
    memory_cap: float
    weeks: tuple[ServiceWeek, ...]
    efforts: tuple[Effort, ...]
    cost: float
    cost_without: float

    @property
    def node_weeks(self) -> float:
        """Nodes times weeks that the plan takes."""
        return sum(week.nodes for week in self.weeks)

    @property
    def node_weeks_without(self) -> float:
        """Nodes times weeks that the same service level takes with today's levers."""
        return sum(week.without for week in self.weeks)

    @property
    def engineer_weeks(self) -> float:
        """FTE-weeks that all levers took."""
        return sum(effort.engineer_weeks for effort in self.efforts)

    @property
    def freed(self) -> dict[str, float]:
        """Node-weeks that each lever freed."""
        found = {effort.lever: 0.0 for effort in self.efforts}
        for week in self.weeks:
            for lever, nodes in week.freed.items():
                found[lever] += nodes
        return found


def pit_crews(problem: Problem, policy: str, plan: Plan) -> list[PitCrew]:
    """Every service of a plan, in the order of their names."""
    found = services_of(problem, policy)
    return [_crew(problem, policy, plan, serving) for _, serving in sorted(found.items(), key=lambda item: item[0])]


def delivered(plan: Plan, levers: Iterable[str]) -> dict[str, date]:
    """The week at whose end each lever is complete, in the order of delivery; those that are not are missing."""
    wanted, found = set(levers), {}
    for week, project, progress in zip(plan.pace["week"], plan.pace["project"], plan.pace["progress"], strict=True):
        if project in wanted and progress >= COMPLETE_AT and project not in found:
            found[project] = week
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0])))


def _crew(problem: Problem, policy: str, plan: Plan, serving: Serving) -> PitCrew:
    project, order = serving.service.project, delivered(plan, serving.levers)
    mine, rows = plan.serving[plan.serving["project"] == project], defaultdict[date, list[Row]](list)
    columns = (mine[name] for name in ("week", "pool", "levers", "nodes", "served"))
    for week, pool, label, nodes, served in zip(*columns, strict=True):
        rows[week].append((pool, str(label), float(nodes), float(served)))
    weeks = [_week(problem, serving, t, rows[week], list(order)) for t, week in enumerate(problem.weeks)]
    costs = [_costs(problem, serving, rows[week]) for week in problem.weeks]
    return PitCrew(
        project, problem.policy[policy].memory_cap, tuple(weeks), tuple(_efforts(problem, plan, serving, order)),
        sum(now for now, _ in costs), sum(before for _, before in costs),
    )  # fmt: skip


def _week(problem: Problem, serving: Serving, t: int, rows: list[Row], order: list[str]) -> ServiceWeek:
    freed: dict[str, float] = {}
    without: dict[str, float] = {}
    for pool, label, count, _ in rows:
        without[pool] = without.get(pool, 0.0) + count * _factor(serving, pool, label, ())
        _share_out(serving, pool, label, count, [x for x in order if x in levers_in(label)], freed)
    now = [(_yield(serving, pool, label), count) for pool, label, count, _ in rows]
    before = [(_yield(serving, pool, serving.today), count) for pool, _, count, _ in rows]
    return ServiceWeek(
        problem.weeks[t], serving.demand[t], sum(row[3] for row in rows), sum(row[2] for row in rows),
        sum(without.values()), any(count > problem.supply(pool)[t] + 1e-6 for pool, count in without.items()), freed,
        _mean_mfu(now), _mean_mfu(before), max((one.memory for one, _ in now if one), default=None),
    )  # fmt: skip


def _yield(serving: Serving, pool: str, label: str) -> Yield | None:
    return serving.yields.get((label, serving.sku_of.get(pool, "")))


def _mean_mfu(nodes: list[tuple[Yield | None, float]]) -> float | None:
    """The mean over nodes; those that cannot serve at all do not count."""
    able = [(one.mfu, count) for one, count in nodes if one]
    total = sum(count for _, count in able)
    return sum(mfu * count for mfu, count in able) / total if total > 0 else None


def _share_out(  # noqa: PLR0917 - the facts of one row
    serving: Serving, pool: str, label: str, count: float, order: list[str], freed: dict[str, float]
) -> None:
    """What each lever frees when they come one after the other: the steps from today's nodes down to the plan's."""
    for n, lever in enumerate(order):
        before, after = (_factor(serving, pool, label, order[:m]) for m in (n, n + 1))
        freed[lever] = freed.get(lever, 0.0) + count * (before - after)


def _factor(serving: Serving, pool: str, label: str, levers: Iterable[str]) -> float:
    """Nodes that do the work of one node of a set of levers when only some levers are there; 1 where none can."""
    inside = {*levers, *levers_in(serving.today)} & set(levers_in(label))
    less = serving.supply(serving.best_label(pool, inside), pool)
    return max(1.0, serving.supply(label, pool) / less) if less > 0 else 1.0


def _costs(problem: Problem, serving: Serving, rows: list[Row]) -> tuple[float, float]:
    """What the nodes of a week cost, and what those would that do the same with today's levers."""
    now = [(count * problem.pool[pool].cost, _factor(serving, pool, label, ())) for pool, label, count, _ in rows]
    return sum(cost for cost, _ in now), sum(cost * factor for cost, factor in now)


def _efforts(problem: Problem, plan: Plan, serving: Serving, order: dict[str, date]) -> Iterable[Effort]:
    """The levers in the order of delivery, those not delivered last."""
    people = {pool.pool for pool in problem.pools if pool.kind == ENGINEER}
    table = plan.allocation[plan.allocation["pool"].isin(people)]
    taken = {str(name): float(amount) for name, amount in table.groupby("project")["amount"].sum().items()}
    for lever in [*order, *(x for x in serving.levers if x not in order)]:
        yield Effort(lever, taken.get(lever, 0.0), order.get(lever))
