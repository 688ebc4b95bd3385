"""The what-ifs of each trade-off: one figure varied in even steps, said in words and as changed records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

from solver.edits import Edit
from solver.faults import InvalidInput
from solver.frontier.points import Variant
from solver.frontier.reading import Measured
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Floor, key_of
from solver.replan.freeze import frozen
from solver.serving.pit_crew import delivered
from solver.serving.services import services_of
from solver.words import listed, name, number

Make = Callable[[Measured, int], Iterator[Variant]]
"""From the plan of the policy as it stands and a number of points, the variants beside it."""


def fewer_moves(base: Measured, count: int) -> Iterator[Variant]:
    """Arrivals per week limited to a share of the busiest week's; more of the shares are small, where it bends."""
    policy = base.problem.policy[base.situation.policy]
    gpu, people = (float(base.weekly_arrivals(kind).max(initial=0.0)) for kind in (GPU, ENGINEER))
    for share in ((n / (count - 1)) ** 2 for n in range(count - 1)):
        nodes, fte = float(int(share * gpu + 0.5)), round(share * people, 1)
        label = (
            f"at most {number(nodes)} nodes and {number(fte, 1)} FTE a week" if share else "nobody and nothing moves"
        )
        yield Variant(label, share, (Edit("policies", replace(policy, gpu_moves=nodes, engineer_moves=fte)),))


def kept_weeks(base: Measured, count: int) -> Iterator[Variant]:
    """The approved plan kept for its next weeks, as pins. Weeks that it cannot be kept in are not proposed."""
    approved, problem = base.situation.approved, base.problem
    if approved is None:
        return
    for weeks in steps(1, problem.head.weeks, count - 1):
        try:
            pinned = frozen(problem, approved, weeks)
        except InvalidInput:
            return
        yield Variant(f"keeps the approved plan for {_weeks(weeks)}", weeks, difference(problem, pinned, "pins"))


def spared_donors(base: Measured, count: int) -> Iterator[Variant]:
    """Donors keep a share of today's amounts as floors, instead of being paused."""
    donors, problem, policy = base.situation.donors, base.problem, base.situation.policy
    stances = [s for s in problem.stances if s.policy == policy and s.project in donors and s.stance == "pause"]
    held = {(f.project, f.need) for f in problem.floors_of(policy)}
    needs = sorted({(b.project, b.need) for b in problem.baseline if b.project in donors and b.amount > 0})
    with_today = {project for project, _ in needs}
    for n in range(1, count):
        share = _down(n / (count - 1))
        freed = [Edit("stances", replace(s, stance="normal")) for s in stances if s.project in with_today]
        floors = [
            Edit("floors", Floor(policy=policy, project=p, need=need, share=share))
            for p, need in needs if (p, need) not in held
        ]  # fmt: skip
        yield Variant(f"donors keep {number(100 * share, 0)} % of today", share, (*freed, *floors))


def lower_floors(base: Measured, count: int) -> Iterator[Variant]:
    """The floors of what is protected at a share of their size; without floors, at a share of today's nodes."""
    problem, policy, protected = base.problem, base.situation.policy, base.situation.protected
    floors = [f for f in problem.floors_of(policy) if f.project in protected]
    floors = floors or [
        Floor(policy=policy, project=n.project, need=n.need, share=1.0)
        for n in problem.needs if n.project in protected and n.kind == GPU
    ]  # fmt: skip
    for n in range(count - 1):
        share = _down(n / (count - 1))
        label = f"{_names(problem, protected)} keeps {number(100 * share, 0)} % of its floor"
        yield Variant(label, share, tuple(Edit("floors", _at(f, share)) for f in floors))


def fewer_levers(base: Measured, count: int) -> Iterator[Variant]:
    """Levers left out: all sets where there are few, else from the last delivered to the first, then each alone."""
    problem, policy = base.problem, base.situation.policy
    known = levers_left(problem, policy)
    order = [*delivered(base.plan, known)]
    order += [x for x in known if x not in order and problem.project[x].must != "out"]
    for left in _sets(order, count - 1):
        edits = tuple(Edit("projects", replace(problem.project[x], must="out")) for x in order if x not in left)
        label = f"with {listed([name(problem, x) for x in left])}" if left else "without any of the levers"
        yield Variant(label, len(left), edits)


def other_ends(base: Measured, count: int) -> Iterator[Variant]:
    """A code red of one week up to one of twice its length."""
    problem, policy = base.problem, base.problem.policy[base.situation.policy]
    first, last = problem.window(policy.policy)
    now, start = last - first, problem.weeks[first]
    for weeks in steps(1, min(problem.head.weeks - first, max(4, 2 * now)), count - 1, without=now):
        end = start + timedelta(weeks=weeks)
        yield Variant(f"in force for {_weeks(weeks)}", weeks, (Edit("policies", replace(policy, end=end)),))


def levers_left(problem: Problem, policy: str) -> list[str]:
    """Levers that services could still get."""
    return [x for serving in services_of(problem, policy).values() for x in serving.levers]


def steps(first: int, last: int, count: int, without: int | None = None) -> list[int]:
    """Up to `count` whole numbers from first to last, evenly spread; one of them may be known already."""
    wanted = [n for n in range(first, last + 1) if n != without]
    if len(wanted) <= count:
        return wanted
    return sorted({wanted[round(n * (len(wanted) - 1) / max(1, count - 1))] for n in range(count)})


def difference(before: Problem, after: Problem, table: str) -> tuple[Edit, ...]:
    """What makes one table the other."""
    old, new = ({key_of(row): row for row in getattr(one, table)} for one in (before, after))
    gone = [Edit(table, row, gone=True) for key, row in old.items() if key not in new]
    return (*gone, *(Edit(table, row) for key, row in new.items() if old.get(key) != row))


def _sets(order: Sequence[str], count: int) -> Iterable[tuple[str, ...]]:
    """Sets of levers to keep, all of them excepted: that is the plan as it stands."""
    every = [s for size in range(len(order)) for s in combinations(order, size)]
    if len(every) <= count:
        return every
    chosen = [tuple(order[:n]) for n in steps(0, len(order) - 1, count)]
    chosen += [s for s in every if s not in chosen and len(s) in (1, len(order) - 1)]
    return chosen[:count]


def _down(share: float) -> float:
    """Six digits, never more than the share: the last one would take another whole step of a pool."""
    return int(share * 1e6) / 1e6


def _at(floor: Floor, share: float) -> Floor:
    sizes: dict[str, Any] = {
        "amount": None if floor.amount is None else round(share * floor.amount, 6),
        "share": None if floor.share is None else round(share * floor.share, 6),
    }
    return replace(floor, **sizes)


def _names(problem: Problem, projects: Iterable[str]) -> str:
    return listed([name(problem, p) for p in sorted(projects)])


def _weeks(count: int) -> str:
    return f"{count} week{'s' if count != 1 else ''}"
