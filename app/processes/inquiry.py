"""The study of an inquiry about a plan, which tells each way as it is found; loaded by the process that does it.

takes: small changes, each a plan of its own -> a way each
force: the portfolio as it is, then with the project forced, both solved from the plan -> one way, class by class
price: the portfolio as it is, then a unit more, a unit less -> a way each -> indicative prices, its own first
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.config import Settings
from app.processes.study import StudyRefused, Tell
from solver.edits import Edit, edited
from solver.faults import InvalidInput
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Options
from solver.solve import solve
from solver.task import Clock
from solver.whatif.force import changes, forced
from solver.whatif.prices import one_step, prices, unit
from solver.whatif.taking import Question, what_it_takes
from solver.words import day, name, of_pool, pool_name

FUNCTION = "app.processes.inquiry:answer"
TAKES, FORCE, PRICE = "takes", "force", "price"
SECONDS = 60.0
"""For all ways of `takes` together, and for each solve of the others."""
DEAREST = 12
"""Prices that are told beside the one asked for: those of the highest classes, the highest first."""
WAYS, PRICES = "ways", "prices"
"""What is told: (one of these, a part of it)."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of a plan: a kind and its facts, as they are stored."""

    kind: str
    asked: Mapping[str, Any]
    problem: Problem
    policy: str
    outcome: Outcome
    seconds: float = SECONDS

    @property
    def plan(self) -> Plan:
        """The plan asked about."""
        assert self.outcome.plan is not None, "only plans with tables are asked about"
        return self.outcome.plan

    @property
    def week(self) -> int:
        """The week asked about, from the first."""
        return self.problem.week_index(date.fromisoformat(self.asked["week"]))

    def clock(self) -> Clock:
        """A clock that starts now."""
        return Clock(self.options(), _orphaned)

    def options(self) -> Options:
        """Time and threads of one solve."""
        return Options(time_limit=self.seconds, threads=Settings().threads)


def answer(inquiry: Inquiry, tell: Tell) -> int:
    """How many parts there are; each is told. Raises StudyRefused where the changed records do not fit together."""
    found = 0
    try:
        for part in _PARTS[inquiry.kind](inquiry):
            tell(part)
            found += 1
    except InvalidInput as invalid:
        raise StudyRefused("; ".join(str(fault) for fault in invalid.faults[:3])) from invalid
    return found


Part = tuple[str, dict[str, Any]]


def _takes(inquiry: Inquiry) -> Iterator[Part]:
    asked = inquiry.asked
    question = Question(inquiry.problem, inquiry.policy, inquiry.plan, asked["project"], inquiry.week, asked["pace"])
    for take in what_it_takes(question, inquiry.clock()):
        yield WAYS, _way(
            take.text, take.edits, pays=_rounded(take.pays), unproven=_rounded(take.unproven),
            pins=[pin.as_dict() for pin in take.pins],
        )  # fmt: skip


def _rounded(percents: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(percent), 4) for name, percent in percents.items()}


def _force(inquiry: Inquiry) -> Iterator[Part]:
    project, must = inquiry.asked["project"], inquiry.asked["must"]
    other, edits = forced(inquiry.problem, project, must)
    text = f"force {name(inquiry.problem, project)} {must}"
    yield WAYS, _solved(inquiry, _as_it_is(inquiry), text, other, edits)


def _price(inquiry: Inquiry) -> Iterator[Part]:
    problem, pool, t = inquiry.problem, inquiry.asked["pool"], inquiry.week
    step, before = unit(problem, pool), _as_it_is(inquiry)
    for change in (step, *([-step] if problem.supply(pool)[t] >= step else [])):
        edits = one_step(problem, pool, problem.weeks[t], change)
        which = "more" if change > 0 else "less"
        text = f"{of_pool(problem, pool, step)} {which} of {pool_name(problem, pool)} in the week of"
        way = _solved(inquiry, before, f"{text} {day(problem.weeks[t])}", edited(problem, edits), edits)
        yield WAYS, {**way, "step": change}
    found = sorted(
        prices(problem, inquiry.policy, inquiry.plan, inquiry.clock()), key=lambda one: (one.rank, -one.price)
    )
    asked = [one for one in found if (one.pool, one.week) == (pool, problem.weeks[t])]
    for one in (*asked, *(one for one in found[:DEAREST] if one not in asked)):
        facts = {"pool": one.pool, "week": one.week.isoformat(), "name": one.name}
        yield PRICES, {**facts, "price": round(one.price, 6)}


def _as_it_is(inquiry: Inquiry) -> Outcome:
    """The portfolio solved once more from the plan: what a search still finds is no merit of a change."""
    found = solve(
        inquiry.problem, inquiry.policy, options=inquiry.options(), should_stop=_orphaned, start=inquiry.plan
    )  # fmt: skip
    return inquiry.outcome if found.plan is None else found


def _solved(inquiry: Inquiry, before: Outcome, text: str, problem: Problem, edits: tuple[Edit, ...]) -> dict[str, Any]:
    """The changed portfolio solved from another plan, and every class beside what that gives it."""
    found = solve(problem, inquiry.policy, options=inquiry.options(), should_stop=_orphaned, start=before.plan)
    classes = changes(before, found) if found.plan is not None else []
    return _way(
        text, edits, status=str(found.status),
        classes=[{**asdict(one), "percent": one.percent} for one in classes],
        conflicts=[{"rule": one.rule, "text": one.text} for one in found.conflicts],
    )  # fmt: skip


def _way(text: str, edits: tuple[Edit, ...], **facts: Any) -> dict[str, Any]:
    """A way as it is told and stored."""
    return {
        "text": text, "edits": [edit.as_dict() for edit in edits], "pins": [], "status": "", "pays": {}, "unproven": {},
        "classes": [], "conflicts": [], "step": None, **facts,
    }  # fmt: skip


def _orphaned() -> bool:
    """Whether the process that asked is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


_PARTS: Mapping[str, Callable[[Inquiry], Iterator[Part]]] = {TAKES: _takes, FORCE: _force, PRICE: _price}
