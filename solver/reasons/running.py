"""Why a project that runs does not run at full pace: the scarcest need, and what keeps it from more."""

from __future__ import annotations

import numpy as np

from solver.reasons.facts import CLOSE, Facts
from solver.reasons.holding import held_by, room
from solver.records import ENGINEER, GPU, Need, Project
from solver.serving.services import demand_by_week
from solver.words import day, listed, number, of_need, of_pool, share

Reason = tuple[str, str]
FULL = 0.9995
NOTICEABLE = 0.002


def running(facts: Facts, project: Project, t: int) -> Reason:
    """The reason of a week in which the project runs."""
    _, pace, progress = facts.weeks_of[project.project][t]
    if pace >= FULL:
        return "full pace", "Every need has all it can use."
    needs = [n for n in facts.problem.needs_of[project.project] if n.full is None or n.full > 0]
    shares = {n.need: float(facts.effective(n)[t] / n.full) if n.full else pace for n in needs}
    if not needs or min(shares.values()) > pace + NOTICEABLE:
        return _enough(project, pace, progress)
    scarce = min(needs, key=lambda n: shares[n.need])
    if scarce.full is None:
        return _served(facts, project, scarce, t)
    start = f"Runs at {share(pace)}: its scarcest need is {scarce.need}"
    got, useful = float(facts.supply(scarce)[t]), float(facts.effective(scarce)[t])
    start += f", {number(got)} of {of_need(facts.problem, project.project, scarce.need, scarce.full)}"
    if got - useful >= 0.5 * (scarce.full - useful):
        lost = "newcomers are ramping up" + (" and being mentored" if scarce.kind == ENGINEER else "")
        return "ramping up", f"{start}, of which {number(useful)} count: {lost}."
    reason, detail = _short(facts, project, scarce, t)
    return reason, f"{start}. {detail}"


def _served(facts: Facts, project: Project, need: Need, t: int) -> Reason:
    """The reason of a service whose nodes do not serve all that users ask for."""
    _, pace, _ = facts.weeks_of[project.project][t]
    rows = (row for row in facts.problem.demand if row.project == project.project)
    asked = demand_by_week(rows, facts.problem.weeks)[t]
    reason, detail = _short(facts, project, need, t)
    return reason, f"Serves {number(pace * asked)} of the {number(asked)} tokens/s asked of it. {detail}"


def _enough(project: Project, pace: float, progress: float) -> Reason:
    if project.kind == "build" and progress >= 1.0 - 1e-5:
        return "last work", f"Runs at {share(pace)}: no more than that of a week's work was left."
    return "held back", f"Runs at {share(pace)}, which is less than its supply allows; more would add nothing."


def _short(facts: Facts, project: Project, need: Need, t: int) -> Reason:
    """What keeps a need from more: full pools, a pin, or a limit of the policy."""
    problem = facts.problem
    pools = [e.pool for e in problem.pools_of[need.project, need.need]]
    week = problem.weeks[t]
    pinned = [p for p in problem.pins if p.project == need.project and p.need == need.need and p.since <= week]
    pinned = [p for p in pinned if p.until is None or week <= p.until]
    if {p.pool for p in pinned} >= set(pools):
        return "pinned", f"Pinned there: {listed([of_pool(problem, p.pool, p.amount) for p in pinned])}."
    free = {pool: facts.spare(pool, t) for pool in pools}
    if not any(amount > CLOSE for amount in free.values()):
        return "scarce", f"All it may use is given out: {held_by(facts, project, pools, t)}."
    if facts.moves_left(need.kind, t) < min(max(problem.step(p), CLOSE) for p in pools):
        limit = {GPU: facts.policy.gpu_moves, ENGINEER: facts.policy.engineer_moves}[need.kind]
        return "move limit", f"{room(facts, free)}, but all {number(limit or 0)} arrivals of that week are used."
    if need.kind == ENGINEER and (most := _growth(facts, project, t)) is not None:
        return "growth limit", f"{room(facts, free)}, but its engineers may grow to {number(most)} in that week only."
    if facts.money_left(t) < min(problem.pool[p].cost * max(problem.step(p), CLOSE) for p in pools):
        return "cost limit", f"{room(facts, free)}, but the week's cost limit is used up."
    return "spare left", f"{room(facts, free)}, which the plan does not give it in the week of {day(week)}."


def _growth(facts: Facts, project: Project, t: int) -> float | None:
    """The most engineers that it may have in a week, where it has them all."""
    if facts.policy.growth is None:
        return None
    needs = [n for n in facts.problem.needs_of[project.project] if n.kind == ENGINEER]
    pairs = [(e.project, e.need, e.pool) for n in needs for e in facts.problem.pools_of[n.project, n.need]]
    now = sum(float(facts.given(*pair)[t]) for pair in pairs)
    baseline = sum(facts.problem.baseline_of.get(pair, 0.0) for pair in pairs)
    before = baseline if t == 0 else sum(float(facts.given(*pair)[t - 1]) for pair in pairs)
    most = (1.0 + facts.policy.growth) * max(before, sum(n.minimum for n in needs))
    step = min((max(facts.problem.step(pool), CLOSE) for _, _, pool in pairs), default=np.inf)
    return most if now > most - step - CLOSE else None
