"""The list of change orders: who, from where, to where, from when, back when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.web.reading.frames import Reading, rows
from solver.people import Kind, Orders


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row of orders.csv with its names; `home` and `to` are the ids of the projects."""

    week: date
    person: str
    kind: Kind
    pool: str
    site: str
    giver: str
    receiver: str
    fte: float
    until: date | None
    back: date | None
    skills: str
    home: str
    to: str


def filtered(reading: Reading, orders: Orders, words: str = "") -> list[OrderRow]:
    """The orders whose row holds all the words; moves before shares in each week."""
    skills = {p.person: p.skills for p in reading.problem.people}
    found = []
    for week, person, kind, pool, site, giver, receiver, fte, until, back in rows(orders.orders):
        names = reading.label(giver), reading.label(receiver)
        text = " ".join((week.isoformat(), person, kind, pool, site, giver, receiver, *names)).lower()
        if all(word in text for word in words.lower().split()):
            ends = _day(until), _day(back)
            found.append(
                OrderRow(
                    week,
                    person,
                    Kind(kind),
                    pool,
                    site,
                    *names,
                    float(fte),
                    *ends,
                    skills.get(person, ""),
                    giver,
                    receiver,
                )
            )
    return sorted(found, key=lambda o: (o.week, o.kind is Kind.SHARE, o.receiver, o.person))


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None
