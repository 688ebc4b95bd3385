"""Who uses a pool in a week: every project with its amount, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.web.reading.frames import Reading


@dataclass(frozen=True, slots=True)
class User:
    """A project's amount of the pool in the week, in the week before, and its pace."""

    project: str
    name: str
    need: str
    amount: float
    before: float
    pace: float


@dataclass(frozen=True, slots=True)
class Use:
    """A pool in a week, the largest users first; `before` of the first week is today."""

    pool: str
    name: str
    unit: str
    week: date
    supply: float
    users: tuple[User, ...]

    @property
    def used(self) -> float:
        """What all of them have."""
        return sum(user.amount for user in self.users)


def uses(reading: Reading, pool: str, week: date) -> Use:
    """Everybody who has some of the pool, or had some in the week before."""
    problem, row = reading.problem, reading.problem.pool[pool]
    t = problem.week_index(week)
    today = {key: amount for key, amount in problem.baseline_of.items() if key[2] == pool} if t == 0 else {}
    found = []
    for key in sorted({*(k for k in reading.amounts if k[2] == pool), *today}):
        amounts = reading.amounts.get(key, [])
        now = amounts[t] if amounts else 0.0
        before = today.get(key, 0.0) if t == 0 else amounts[t - 1]
        if now > 0 or before > 0:
            pace = reading.weeks[key[0]][t].pace
            found.append(User(key[0], reading.label(key[0]), key[1], now, before, pace))
    users = tuple(sorted(found, key=lambda user: (-user.amount, user.name, user.need)))
    return Use(pool, row.name or pool, problem.unit(pool), week, problem.supply(pool)[t], users)
