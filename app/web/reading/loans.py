"""The donor ledger as a page shows it: a line per donor, and the loans behind it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import pandas as pd

from app.web.reading.frames import Reading, once, rows
from solver.plan import OPEN
from solver.records import ENGINEER, GPU


@dataclass(frozen=True, slots=True)
class Loan:
    """One row of ledger.csv, with names."""

    first: date
    last: date
    donor: str
    donor_name: str
    receiver: str
    receiver_name: str
    pool: str
    unit: str
    amount: float
    then: str
    cost: float | None


@dataclass(frozen=True, slots=True)
class Donor:
    """What a project lent over the horizon, what that cost it, and when the last of it is back (None: not within)."""

    project: str
    name: str
    nodes: float
    people: float
    cost: float | None
    back: date | None


@once
def loans(reading: Reading, donor: str = "") -> list[Loan]:
    """The loans of a donor, or all of them."""
    return [
        Loan(
            first, last, giver, reading.label(giver), taker, reading.label(taker), pool, reading.problem.unit(pool),
            float(amount), str(then), None if pd.isna(cost) else float(cost),
        )
        for first, last, giver, taker, pool, amount, then, cost in rows(reading.plan.ledger)
        if (not donor or giver == donor) and pool in reading.problem.pool
    ]  # fmt: skip


@once
def donors(reading: Reading) -> list[Donor]:
    """One line per donor, the dearest first."""
    groups: dict[str, list[Loan]] = defaultdict(list)
    for loan in loans(reading):
        groups[loan.donor].append(loan)
    found = [_donor(reading, project, group) for project, group in groups.items()]
    return sorted(found, key=lambda d: (-(d.cost or 0.0), -d.nodes, d.project))


def _donor(reading: Reading, project: str, group: list[Loan]) -> Donor:
    def unit_weeks(kind: str) -> float:
        own = [loan for loan in group if reading.problem.pool[loan.pool].kind == kind]
        return sum(loan.amount * ((loan.last - loan.first).days // 7 + 1) for loan in own)

    costs = [loan.cost for loan in group if loan.cost is not None]
    back = None if any(loan.then == OPEN for loan in group) else max(loan.last for loan in group)
    total = sum(costs) if costs else None
    return Donor(project, reading.label(project), unit_weeks(GPU), unit_weeks(ENGINEER), total, back)
