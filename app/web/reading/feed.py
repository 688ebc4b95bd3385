"""A plan as a calendar (RFC 5545): one day per team and week in which it gives or gets something.

The UID of an entry is that of its portfolio, week and team, whatever the plan says of them; SEQUENCE and DTSTAMP are of
the approval. So a calendar that reads it again, or is handed the file again, changes its entries instead of doubling
them, and what a newer plan dropped arrives as cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar as ICalendar
from icalendar import Event

from app.actions.week import Calendar
from app.version import VERSION
from app.web.formats import number, quantity
from app.web.language import _
from app.web.reading.frames import Reading
from app.web.reading.moves import Move
from app.web.reading.people import OrderRow
from app.web.reading.people import filtered as orders_of
from app.web.reading.week import TeamWeek, moves, team_weeks
from app.web.said import said

REFRESH = timedelta(hours=1)
CODE_RED, RED = "code_red", "code red"
Address = Callable[[date], str]
"""Where a person reads more about a week."""


def feed(found: Calendar | None, name: str, source: str, address: Address, teams: Collection[str] = ()) -> bytes:
    """The calendar of a portfolio, of some teams where they are named; empty without a plan of record.

    `source` tells this installation's entries from those of another.
    """
    made = ICalendar()
    made.add("prodid", f"-//codered//codered {VERSION}//EN")
    made.add("version", "2.0")
    for title in ("name", "x-wr-calname"):
        made.add(title, _("%(portfolio)s: who moves", portfolio=name))
    made.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for event in _events(found, source, address, teams) if found else ():
        made.add_component(event)
    return bytes(made.to_ical())


def _events(found: Calendar, source: str, address: Address, teams: Collection[str]) -> Iterable[Event]:
    plan = found.record.outcome.plan
    if plan is None:
        return
    reading = Reading(found.record.problem, found.record.policy, plan)
    home = found.record.portfolio
    orders = orders_of(reading, found.orders) if found.orders else []
    yield from _code_red(reading, found, source, address)
    for one in team_weeks(reading, moves(reading, reading.problem.weeks), ()):
        if not teams or one.team in teams:
            event = _event(found, _uid(source, home, one.week, one.team), one.week, address(one.week))
            event.add("summary", _summary(one))
            event.add("description", "\n".join(_lines(one, [o for o in orders if o.week == one.week])))
            event.add("status", "CONFIRMED")
            yield event
    if found.red_gone:
        event = _event(found, _uid(source, home, RED), found.red_gone, address(found.red_gone))
        event.add("summary", _("Code red: no more"))
        event.add("status", "CANCELLED")
        yield event
    for week, team in sorted(found.gone):
        if not teams or team in teams:
            event = _event(found, _uid(source, home, week, team), week, address(week))
            event.add("summary", _("%(team)s: no move any more", team=reading.label(team)))
            event.add("status", "CANCELLED")
            yield event


def _code_red(reading: Reading, found: Calendar, source: str, address: Address) -> Iterable[Event]:
    """The weeks of the code red itself, as one entry."""
    policy = reading.problem.policy[reading.policy]
    weeks = reading.problem.weeks[slice(*reading.problem.window(reading.policy))]
    if policy.kind == CODE_RED and weeks:
        days = 7 * len(weeks)
        event = _event(found, _uid(source, found.record.portfolio, RED), weeks[0], address(weeks[0]), days)
        event.add("summary", policy.name or policy.policy)
        event.add("description", "\n".join(filter(None, (policy.reason, policy.exit_criteria))))
        event.add("status", "CONFIRMED")
        yield event


def _event(found: Calendar, uid: str, day: date, address: str, days: int = 1) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", found.revision)
    event.add("dtstamp", found.at)
    event.add("last-modified", found.at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=days))
    event.add("transp", "TRANSPARENT")
    event.add("url", address)
    return event


def _uid(*parts: object) -> str:
    return f"{uuid5(NAMESPACE_URL, ' '.join(map(str, parts)))}@codered"


def _summary(one: TeamWeek) -> str:
    gets = [_("gets %(amounts)s", amounts=_sums(one.gets))] if one.gets else []
    gives = [_("gives %(amounts)s", amounts=_sums(one.gives))] if one.gives else []
    return _("%(team)s: %(moves)s", team=one.name, moves=_(", ").join(gets + gives))


def _sums(side: Iterable[Move]) -> str:
    by_unit: dict[str, float] = {}
    for move in side:
        by_unit[move.unit] = by_unit.get(move.unit, 0.0) + move.amount
    return _(" and ").join(quantity(amount, unit) for unit, amount in by_unit.items())


def _lines(one: TeamWeek, orders: Iterable[OrderRow]) -> Iterable[str]:
    for move in one.gets:
        amount = quantity(move.amount, move.unit, 2)
        yield _("%(amount)s of %(pool)s from %(giver)s", amount=amount, pool=move.pool, giver=move.giver_name)
    for move in one.gives:
        amount = quantity(move.amount, move.unit, 2)
        yield _("%(amount)s of %(pool)s to %(receiver)s", amount=amount, pool=move.pool, receiver=move.receiver_name)
    for order in orders:
        if one.team in (order.home, order.to):
            yield _(
                "%(person)s (%(kind)s, %(fte)s FTE): %(giver)s to %(receiver)s", person=order.person,
                kind=said(order.kind), fte=number(order.fte, 2), giver=order.giver, receiver=order.receiver,
            )  # fmt: skip
