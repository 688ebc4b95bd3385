"""The way back: week by week, what a code red's donors get back, who runs again, and what is still out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.web.reading.frames import Reading, once
from app.web.reading.loans import Loan, loans
from solver.plan import RETURNED, State
from solver.records import ENGINEER, GPU


@dataclass(frozen=True, slots=True)
class BackWeek:
    """One week: who runs again, what came back, and what is still lent or paused afterwards."""

    week: date
    inside: bool
    again: tuple[str, ...]
    nodes: float
    people: float
    givers: tuple[str, ...]
    nodes_out: float
    people_out: float
    paused: int


@once
def way_back(reading: Reading) -> list[BackWeek]:
    """The weeks in which something changes on the way back, from the first return on."""
    first, last = reading.problem.window(reading.policy)
    lent = loans(reading)
    found = [_week(reading, lent, t, t < last) for t in range(first + 1, reading.problem.head.weeks)]
    return [one for one in found if one.again or one.nodes or one.people]


def _week(reading: Reading, lent: list[Loan], t: int, inside: bool) -> BackWeek:
    problem, day = reading.problem, reading.problem.weeks[t]
    back = [loan for loan in lent if loan.then == RETURNED and loan.last + timedelta(weeks=1) == day]
    out = [loan for loan in lent if loan.first <= day <= loan.last]
    again = [p.project for p in problem.projects if _runs_again(reading, p.project, t)]
    return BackWeek(
        week=day, inside=inside, again=tuple(reading.label(p) for p in again), nodes=_sum(reading, back, GPU),
        people=_sum(reading, back, ENGINEER), givers=tuple(dict.fromkeys(loan.donor_name for loan in back)),
        nodes_out=_sum(reading, out, GPU), people_out=_sum(reading, out, ENGINEER),
        paused=sum(reading.weeks[p.project][t].state is State.PAUSED for p in problem.projects),
    )  # fmt: skip


def _runs_again(reading: Reading, project: str, t: int) -> bool:
    before, now = reading.weeks[project][t - 1 : t + 1]
    return before.state is State.PAUSED and now.state is State.RUNNING


def _sum(reading: Reading, some: list[Loan], kind: str) -> float:
    return sum(loan.amount for loan in some if reading.problem.pool[loan.pool].kind == kind)
