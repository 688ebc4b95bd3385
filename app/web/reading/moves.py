"""The list of moves: what leaves whom for whom, in which week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.web.reading.frames import Reading, rows


@dataclass(frozen=True, slots=True)
class Move:
    """One row of moves.csv with its names and unit."""

    week: date
    pool: str
    giver: str
    receiver: str
    giver_name: str
    receiver_name: str
    amount: float
    unit: str


def filtered(reading: Reading, week: str = "", team: str = "") -> list[Move]:
    """The moves of a week (an ISO date; blank: all) and of a team (gives or receives; blank: all)."""
    found, problem = [], reading.problem
    for day, pool, giver, receiver, amount in rows(reading.plan.moves):
        if (week and day.isoformat() != week) or (team and team not in (giver, receiver)):
            continue
        names = (reading.label(giver), reading.label(receiver))
        unit = problem.unit(pool) if pool in problem.pool else ""
        found.append(Move(day, pool, giver, receiver, *names, float(amount), unit))
    return sorted(found, key=lambda m: (m.week, -m.amount, m.pool, m.giver, m.receiver))
