"""Why a project does not run in a week: what forbids it, what it waits for, or what is missing."""

from __future__ import annotations

import math

from solver.plan import State
from solver.reasons.facts import CLOSE, Facts
from solver.reasons.holding import by_class
from solver.records import Need, Project
from solver.words import day, kind_name, listed, name, number, of_need, pool_name

Reason = tuple[str, str]


def resting(facts: Facts, project: Project, t: int) -> Reason:
    """The reason of a week in which the project is paused or waits: the first that applies."""
    for why in (_forbidden, _linked, _dwell, _too_late, _no_room, _limits):
        found = why(facts, project, t)
        if found is not None:
            return found
    if project.value <= 0:
        return "no value", "It adds no value to the plan."
    fits = "Its minimum would fit into this week alone, and no limit of the week forbids it."
    return "not chosen", f"{fits} Ask what it would take."


def _needs(facts: Facts, project: Project) -> tuple[Need, ...]:
    return facts.problem.needs_of[project.project]


def _forbidden(facts: Facts, project: Project, t: int) -> Reason | None:
    """Stance, must, earliest."""
    policy = facts.policy
    if project.must == "out":
        return "forced out", "It is forced out (must=out): it never runs."
    if facts.stance(project.project, t) == "pause":
        until = f"until {day(policy.end)}" if policy.end else "to the end of the plan"
        back = facts.next_on(project.project, t)
        returns = f"; it runs again in the week of {day(facts.problem.weeks[back])}" if back is not None else (
            "; it does not run again within this plan"
        )  # fmt: skip
        return "paused by policy", f"{policy.name or policy.policy} pauses it {until}{returns}."
    if project.earliest is not None and facts.problem.week_index(project.earliest) > t:
        return "too early", f"It may not run before {day(project.earliest)}."
    return None


def _linked(facts: Facts, project: Project, t: int) -> Reason | None:
    """Projects that it requires and that are not complete, or that exclude it."""
    problem, missing = facts.problem, []
    for link in problem.links_of[project.project]:
        other = link.other if link.project == project.project else link.project
        weeks = facts.weeks_of[other]
        if link.relation == "requires" and link.project == project.project and weeks[t][0] is not State.COMPLETE:
            done = next((n for n, (state, _, _) in enumerate(weeks) if state is State.COMPLETE), None)
            when = f"complete in the week of {day(problem.weeks[done - 1])}" if done else "not complete in this plan"
            missing.append(f"{name(problem, other)} ({when})")
        if link.relation == "excludes":
            began = problem.project[other].status in ("running", "paused", "done")
            if began or any(state in (State.RUNNING, State.COMPLETE) for state, _, _ in weeks):
                return "excluded", f"It excludes {name(problem, other)}, which runs in this plan."
    return ("requires", f"It waits for {listed(missing)}.") if missing else None


def _dwell(facts: Facts, project: Project, t: int) -> Reason | None:
    """A pause lasts min_pause weeks, unless a week in which it may not run cuts it short."""
    weeks, first = facts.weeks_of[project.project], t
    while first > 0 and weeks[first - 1][0] is not State.RUNNING:
        first -= 1
    was_on = weeks[first - 1][0] is State.RUNNING if first else project.status == "running"
    inside = t - first < project.min_pause
    if was_on and inside and project.min_pause > 1 and not any(facts.closed(project, n) for n in range(first, t + 1)):
        since = day(facts.problem.weeks[first])
        return "dwell", f"Paused in the week of {since}; a pause of it lasts at least {project.min_pause} weeks."
    return None


def _too_late(facts: Facts, project: Project, t: int) -> Reason | None:
    """A build that pays when complete, and could not be complete a week before the plan ends."""
    if project.kind != "build" or project.benefit != "completion":
        return None
    done = facts.weeks_of[project.project][t][2]
    takes = (1.0 - done) * (project.duration or 0.0)
    left = facts.problem.head.weeks - t
    if math.ceil(takes - CLOSE) < left:
        return None
    return (
        "too late",
        f"{number(takes, 1)} weeks of work are left and {left} weeks of the plan: it would yield nothing.",
    )


def _no_room(facts: Facts, project: Project, t: int) -> Reason | None:
    """The need whose minimum lacks most of what is its own or spare."""
    worst: tuple[float, Need, float, float] | None = None
    for need in _needs(facts, project):
        own = float(facts.supply(need)[t])
        spare = sum(e.rate * facts.spare(e.pool, t) for e in facts.problem.pools_of[need.project, need.need])
        if own + spare < need.minimum - CLOSE:
            lack = (need.minimum - own - spare) / need.minimum
            worst = max(worst or (0.0, need, own, spare), (lack, need, own, spare), key=lambda w: w[0])
    if worst is None:
        return None
    _, need, own, spare = worst
    pools = [e.pool for e in facts.problem.pools_of[need.project, need.need]]
    held = [f"{who} hold {number(a)}" for who, a in by_class(facts, project, pools, t).items() if a > CLOSE]
    least = of_need(facts.problem, project.project, need.need, need.minimum)
    where = listed([pool_name(facts.problem, p) for p in pools], "or")
    mine = f"it holds {number(own)}, {number(spare)} are spare"
    taken = f"; of {where} {listed(held)}" if held else ""
    return "no room", f"Its minimum of {least} for {need.need} is not there: {mine}{taken}."


def _limits(facts: Facts, project: Project, t: int) -> Reason | None:
    """What would have to arrive for its minimums, beside the arrivals and the money that are left."""
    kinds: dict[str, float] = {}
    cost = 0.0
    for need in _needs(facts, project):
        rows = facts.problem.pools_of[need.project, need.need]
        lack = max(0.0, need.minimum - float(facts.supply(need)[t]))
        if rows and lack > CLOSE:
            kinds[need.kind] = kinds.get(need.kind, 0.0) + lack / max(e.rate for e in rows)
            cost += lack * min(facts.problem.pool[e.pool].cost / e.rate for e in rows)
    for kind, lack in kinds.items():
        if (left := facts.moves_left(kind, t)) < lack - CLOSE:
            said = f"{number(lack)} {kind_name(kind)} arrivals for its minimum; {number(max(0.0, left))} are left"
            return "move limit", f"It would take {said} in that week."
    if (money := facts.money_left(t)) < cost - CLOSE:
        currency = facts.problem.head.currency
        return "cost limit", f"Its minimum costs {number(cost)} {currency}; {number(max(0.0, money))} are left."
    return None
