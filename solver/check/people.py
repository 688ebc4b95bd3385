"""The twin of the change orders: recomputes from the orders alone where everybody is, and what that covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from solver.check.report import ABSOLUTE, Numbers, Violation, hits, say
from solver.people import Kind, Orders
from solver.plan import SPARE, Plan
from solver.problem import Problem

LESS_THAN_ONE = 0.9
"""Most FTE that colleagues of other projects share with a project in a week."""


@dataclass(frozen=True)
class Followed:
    """Orders as they are carried out week by week, from where people are today."""

    problem: Problem
    orders: Orders
    place: dict[str, list[str]]
    lent: dict[tuple[str, str], Numbers]

    @property
    def dwell(self) -> int:
        """Weeks that somebody stays after a move."""
        return self.orders.dwell

    @cached_property
    def weeks(self) -> dict[date, int]:
        """Where a Monday stands in the horizon."""
        return {week: t for t, week in enumerate(self.problem.weeks)}

    def rows(self, kind: Kind) -> list[dict[str, Any]]:
        """The orders of a kind, by person and week."""
        chosen = (row for row in _records(self.orders.orders) if str(row["kind"]) == str(kind))
        return sorted(chosen, key=lambda row: (row["person"], row["week"]))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def check_orders(problem: Problem, plan: Plan, orders: Orders) -> list[Violation]:
    """Every rule on every order, and the plan's amounts of engineers against the people that the orders put there."""
    found = list(_unreadable(problem, orders))
    if found:
        return found
    followed, broken = _follow(problem, orders)
    found += broken
    for rule in (_locks, _dwell, _serves, _lends, _ends, _claims):
        found += rule(followed)
    found += _covers(followed, plan)
    return found


def _unreadable(problem: Problem, orders: Orders) -> Iterator[Violation]:
    people, places, weeks = {p.person: p for p in problem.people}, {*problem.project, SPARE}, set(problem.weeks)
    for row in _records(orders.orders):
        known = row["person"] in people and {row["from"], row["to"]} <= places and row["week"] in weeks
        sound = str(row["kind"]) in tuple(map(str, Kind)) and row["from"] != row["to"]
        if not (known and sound and row["pool"] == people[row["person"]].pool and row["fte"] > 0):
            yield Violation("orders", f"names what is not there, or moves nobody: {_say(row)}")
    for row in _records(orders.uncovered):
        if not (row["week"] in weeks and row["pool"] in problem.pool and row["project"] in problem.project):
            yield Violation("orders", f"uncovered names what is not there: {row['week']}, {row['pool']}")


def _say(row: dict[str, Any]) -> str:
    return f"{row['person']} ({row['kind']}) from {row['from']} to {row['to']} in the week of {row['week']}"


def _follow(problem: Problem, orders: Orders) -> tuple[Followed, list[Violation]]:
    """Where everybody is and what is lent; an order that does not start where the person is, is a violation."""
    count, broken = problem.head.weeks, []
    followed = Followed(problem, orders, {p.person: [p.project or SPARE] * count for p in problem.people}, {})
    for row in followed.rows(Kind.MOVE):
        line, t = followed.place[row["person"]], followed.weeks[row["week"]]
        whole = next(p.fte for p in problem.people if p.person == row["person"])
        if line[t] != row["from"] or abs(row["fte"] - whole) > ABSOLUTE:
            broken.append(Violation("orders", f"does not start from where the person is, whole: {_say(row)}"))
        line[t:] = [row["to"]] * (count - t)
    for row in followed.rows(Kind.SHARE):
        first, last = followed.weeks[row["week"]], followed.weeks.get(row["until"], count)
        if any(place != row["from"] for place in followed.place[row["person"]][first:last]):
            broken.append(Violation("orders", f"lends time of somebody who is elsewhere: {_say(row)}"))
        hours = followed.lent.setdefault((row["person"], row["to"]), np.zeros(count))
        hours[first:last] += row["fte"]
    return followed, broken


def _locks(followed: Followed) -> Iterator[Violation]:
    """No order of a person begins, and none is in force, before the day until which the person is locked."""
    locked = {p.person: p.locked_until for p in followed.problem.people}
    for row in _records(followed.orders.orders):
        until = locked[row["person"]]
        if until is not None and row["week"] < until:
            yield Violation("orders", f"breaks the lock until {until}: {_say(row)}")


def _dwell(followed: Followed) -> Iterator[Violation]:
    """Two moves of one person lie at least the dwell apart."""
    rows = followed.rows(Kind.MOVE)
    for one, other in pairwise(rows):
        apart = followed.weeks[other["week"]] - followed.weeks[one["week"]]
        if one["person"] == other["person"] and apart < followed.dwell:
            text = f"moves again after {apart} weeks, the dwell is {followed.dwell}: {_say(other)}"
            yield Violation("orders", text)


def _serves(followed: Followed) -> Iterator[Violation]:
    """Nobody is sent to, or lends time to, a project that the pool does not serve."""
    served = {(e.project, e.pool) for e in followed.problem.eligible}
    for row in _records(followed.orders.orders):
        if (row["to"], row["pool"]) not in served:
            yield Violation("orders", f"the pool {row['pool']} does not serve the project: {_say(row)}")


def _lends(followed: Followed) -> Iterator[Violation]:
    """Nobody lends more than the own working time, and nobody's project is run by shares alone:
    sum of what is lent by a person <= fte;  sum of what is lent to a project by a pool <= 0.9 FTE, in every week
    """
    fte = {p.person: p.fte for p in followed.problem.people}
    pool = {p.person: p.pool for p in followed.problem.people}
    sums: dict[tuple[str, ...], Numbers] = {}
    for (person, to), hours in followed.lent.items():
        keys: tuple[tuple[str, ...], ...] = ((person,), (pool[person], to))
        for key in keys:
            sums[key] = sums.get(key, np.zeros(len(hours))) + hours
    for key, hours in sums.items():
        most = fte[key[0]] if len(key) == 1 else LESS_THAN_ONE
        for (t,) in hits(hours > most + ABSOLUTE):
            text = f"{say(hours[t])} FTE are lent by or to {' '.join(key)}, at most {say(most)} can be"
            yield Violation("orders", text, week=followed.problem.weeks[t], amount=float(hours[t] - most))


def _ends(followed: Followed) -> Iterator[Violation]:
    """`until` is the week of the next move, `back` the first week in which the person is on the own project again."""
    home = {p.person: p.project or SPARE for p in followed.problem.people}
    rows = followed.rows(Kind.MOVE)
    for row, after in zip(rows, [*rows[1:], None], strict=False):
        t, line = followed.weeks[row["week"]], followed.place[row["person"]]
        until = after["week"] if after and after["person"] == row["person"] else None
        own = home[row["person"]]
        back = next((w for w in range(t, len(line)) if line[w] == own), None) if row["to"] != own else None
        right = until, None if back is None else followed.problem.weeks[back]
        if (_none(row["until"]), _none(row["back"])) != right:
            told = f"until and back are {row['until']}, {row['back']} instead of {right[0]}, {right[1]}"
            yield Violation("orders", f"{told}: {_say(row)}")


def _none(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def _covers(followed: Followed, plan: Plan) -> Iterator[Violation]:
    """sum of fte of who is there - what they lend + what is lent to it + uncovered >= amount  for every pool with
    people, project and week; and nothing is called uncovered that is covered
    """
    problem, weeks = followed.problem, followed.weeks
    have: dict[tuple[str, str], Numbers] = {}
    for row in problem.people:
        for t, place in enumerate(followed.place[row.person]):
            have.setdefault((row.pool, place), np.zeros(len(weeks)))[t] += row.fte
        for (person, to), hours in followed.lent.items():
            if person == row.person:
                have[row.pool, to] = have.get((row.pool, to), np.zeros(len(weeks))) + hours
                for t, place in enumerate(followed.place[person]):
                    have[row.pool, place][t] -= hours[t]
    told = _table(followed, followed.orders.uncovered, "fte")
    asked = _table(followed, plan.allocation, "amount")
    pools = {row.pool for row in problem.people}
    for pool, project in sorted({key for key in asked.keys() | told.keys() if key[0] in pools}):
        nothing = np.zeros(len(weeks))
        wanted, open_ = asked.get((pool, project), nothing), told.get((pool, project), nothing)
        missing = np.maximum(0.0, wanted - have.get((pool, project), nothing))
        for (t,) in hits(np.abs(missing - open_) > 1e-4):
            text = f"{say(missing[t])} of {say(wanted[t])} FTE are not covered, {say(open_[t])} are called uncovered"
            off = abs(float(missing[t] - open_[t]))
            yield Violation("orders", text, project, pool=pool, week=problem.weeks[t], amount=off)


def _claims(followed: Followed) -> Iterator[Violation]:
    """The moves and uncovered FTE-weeks claimed for a pool are those of the tables, and no bound is above them."""
    moved = Counter(row["pool"] for row in followed.rows(Kind.MOVE))
    told = _table(followed, followed.orders.uncovered, "fte")
    for claim in followed.orders.pools:
        missing = sum(float(hours.sum()) for (pool, _), hours in told.items() if pool == claim.pool)
        if claim.moves != moved[claim.pool] or abs(claim.uncovered - missing) > 1e-3:
            text = f"claims {claim.moves} moves and {say(claim.uncovered)} uncovered FTE-weeks"
            text += f", the tables have {moved[claim.pool]} and {say(missing)}"
            yield Violation("orders", text, pool=claim.pool)
        if claim.moves_bound > claim.moves or claim.uncovered_bound > claim.uncovered + 1e-3:
            yield Violation("orders", "claims a bound above what was found", pool=claim.pool)


def _table(followed: Followed, frame: pd.DataFrame, column: str) -> dict[tuple[str, str], Numbers]:
    found: dict[tuple[str, str], Numbers] = {}
    for row in _records(frame):
        line = found.setdefault((row["pool"], row["project"]), np.zeros(len(followed.weeks)))
        line[followed.weeks[row["week"]]] += row[column]
    return found
