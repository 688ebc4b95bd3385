"""What a slide says: the facts of a brief as finished texts, so that drawing them is only a question of room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.formats import day, moment, number, percent, plural, signed
from app.web.reading.race import Race
from app.web.reading.way_back import BackWeek

GOALS = 7
PAYERS = 6
CLASSES = 6
NAMES = 3
"""The most names in one sentence."""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A priority class: what it attains in percent of its ideal, what of it is not proven, and its deadlines."""

    name: str
    percent: float
    open: str
    deadlines: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with headings; the first holds names, `rest` says what is left out or adds up."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rest: str = ""
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Slide:
    """The whole slide as texts; facts and risks are (what, text)."""

    kicker: str
    title: str
    state: str
    lead: str
    proof: str
    classes: tuple[ClassLine, ...]
    goals: Table
    payers: Table
    facts: tuple[tuple[str, str], ...]
    risks: tuple[tuple[str, str], ...]
    race: Race
    foot: str


def slide(stored: Any, facts: Mapping[str, Any]) -> Slide:
    """The slide of a stored plan from the facts of its brief."""
    policy, classes = facts["policy"], facts["classes"]
    head = stored.problem.head
    gap = max((row.result.gap_percent for row in classes), default=None)
    return Slide(
        kicker=f"Brief for decision · {head.name or head.portfolio} · plan {stored.id}",
        title=policy.name or policy.policy,
        state=facts["standing"].state,
        lead=" ".join(_lead(facts)),
        proof=f"{'proven' if stored.status == 'optimal' else stored.status}, largest gap {percent(gap, 2)}",
        classes=tuple(_class(row) for row in classes[:CLASSES]),
        goals=_goals(facts),
        payers=_payers(facts),
        facts=tuple(_facts(stored, facts)),
        risks=(*_risks(facts), *_back_weeks(facts["back"] if policy.kind == "code_red" else ())),
        race=facts["race"],
        foot=f"Computed {moment(stored.created_at)} by {stored.who} · checked by code that shares nothing with the "
        f"planner · fingerprint of the portfolio {stored.digest[:23]}",
    )


def _lead(facts: Mapping[str, Any]) -> Iterable[str]:
    policy, window, classes = facts["policy"], facts["window"], facts["classes"]
    if policy.kind == "code_red" and window["start"]:
        yield f"Declare a code red from {day(window['start'])} to the end of the week of {day(window['end'])}."
    else:
        yield f"Work under “{policy.name or policy.policy}”."
    if classes:
        name = classes[0].result.name
        yield f"{name[:1].upper()}{name[1:]} attains {percent(classes[0].percent)} of its ideal;"
    dated, paying = facts["dated"], facts["paying"]
    yield f"{facts['met']} of {plural(dated, 'deadline')} {'is' if facts['met'] == 1 else 'are'} met;"
    yield (
        f"{plural(paying, 'project')} {'gives' if paying == 1 else 'give'} up {number(-facts['given_up'], 0)} of value."
        if paying
        else "no project gives up value."
    )


def _class(row: Any) -> ClassLine:
    deadlines = f"{row.met} of {row.goals}" if row.goals else "–"
    return ClassLine(row.result.name, row.percent, percent(row.result.gap_percent, 2), deadlines)


def _goals(facts: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            goal.name,
            day(goal.complete) if goal.complete else "not within",
            day(goal.deadline),
            "met" if goal.met else "LATE" if goal.complete else "MISSED",
        )
        for goal in facts["goals"][:GOALS]
    )
    left = facts["dated"] - len(rows)
    rest = f"and {left} more" if left > 0 else ""
    return Table(("Build", "Complete", "Deadline", "Result"), rows, rest, "No build has a deadline.")


def _payers(facts: Mapping[str, Any]) -> Table:
    shown, lent = facts["payers"][:PAYERS], facts["lent"]
    rows = tuple((one.name, _change(one), str(one.paused or "–"), _back(lent.get(one.project))) for one in shown)
    left = facts["paying"] - len(rows)
    rest = f"{f'With {left} more, together' if left > 0 else 'Together'} {signed(facts['given_up'], 0)} of value"
    return Table(
        ("Project", "Value", "Weeks off", "All back after"), rows, rest if rows else "",
        "No ongoing project loses value.",
    )  # fmt: skip


def _change(account: Any) -> str:
    share = "" if account.percent is None else f" ({signed(account.percent, 0)} %)"
    return f"{signed(account.change, 0)}{share}"


def _back(loan: Any) -> str:
    if loan is None:
        return "–"
    return day(loan.back) if loan.back else "not within"


def _facts(stored: Any, facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    policy, outcome, record = facts["policy"], stored.outcome, facts["record"]
    if policy.owner:
        yield "Owner", policy.owner
    if policy.reason:
        yield "Why", policy.reason
    if policy.exit_criteria:
        yield "Ends early when", policy.exit_criteria
    gpu, people = outcome.arrivals.get("gpu", 0), outcome.arrivals.get("engineer", 0)
    moves = f"{number(gpu, 0)} nodes, {number(people)} FTE, {plural(outcome.pauses, 'pause')}"
    cost = f"; costs {number(outcome.cost, 0)} {stored.problem.head.currency}" if outcome.cost else ""
    yield "Moves", moves + cost
    broken = [one.name for one in facts["protected"] if not one.kept]
    if facts["protected"]:
        kept = f"{len(facts['protected']) - len(broken)} of {len(facts['protected'])} kept in every week"
        yield "Protected", kept + (f"; NOT kept: {_names(broken)}" if broken else "")
    if record and record.id != stored.id:
        yield "Replaces", f"plan {record.id}, {record.problem.policy[record.policy].name or record.policy}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {more} more" if more > 0 else "")


def _back_weeks(found: Sequence[BackWeek]) -> Iterable[tuple[str, str]]:
    """The weeks in which somebody runs again, and the last in which something comes back."""
    for one in found:
        if one.again or one is found[-1]:
            again = f"{_names(one.again)} {'runs' if len(one.again) == 1 else 'run'} again; " if one.again else ""
            out = f"{number(one.nodes_out, 0)} nodes, {number(one.people_out)} FTE still out"
            yield day(one.week), again + out


def _risks(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    chances, run = facts["chances"], facts["run"]
    if not chances:
        recorded = facts["recorded"]
        told = f"{plural(recorded, 'risk')} recorded, not simulated yet" if recorded else "none recorded"
        yield "Risks", told
        return
    for one in chances["classes"][:3]:
        if one["value"]["planned"] > 0:
            middle, low = (100 * one["value"][q] / one["value"]["planned"] for q in ("p50", "p10"))
            yield one["name"], f"{percent(middle, 0)} of plan in the middle future; one in ten below {percent(low, 0)}"
    if chances["floors"]:
        yield "A floor breaks", f"in {percent(chances['any_floor'])} of the futures"
    for goal in [g for g in chances["goals"] if g["in_time"] is not None][:3]:
        yield goal["name"], f"in time in {percent(100 * goal['in_time'], 0)} of the futures"
    stale = "" if run.current else "; the risks were changed since"
    yield "From", f"{run.futures:,} futures, seed {run.seed}{stale}"


def race_text(race: Race) -> str:
    """What the race against today's amounts comes to."""
    if race.lowest is None:
        return f"never behind today's amounts; {signed(race.gain, 0)} at the end"
    if race.even is not None:
        when = day(race.weeks[race.even])
        return f"the lap costs {number(race.cost, 0)}; even from {when} on; {signed(race.gain, 0)} at the end"
    return f"not within this plan: {number(-race.gain, 0)} behind at the end, {number(race.cost, 0)} at the most"
