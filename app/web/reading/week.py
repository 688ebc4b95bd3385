"""The coming weeks: what each team gives and gets, what the newest approval changed, and which pools are used how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.actions.compare import difference
from app.actions.plans import StoredPlan
from app.actions.week import ForTheWeek, Seen
from app.web.reading.frames import Reading, Week, rows
from app.web.reading.moves import Move, filtered
from solver.plan import SPARE
from solver.problem import Problem

UNDER_USED = 0.8
"""A pool of which less than this is given counts as under-used."""
HORIZON = "horizon"
SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """What one team gives and gets in a week, and who acknowledged it; `seen` under this plan, `stale` under others."""

    week: date
    team: str
    name: str
    gives: tuple[Move, ...]
    gets: tuple[Move, ...]
    seen: tuple[Seen, ...]
    stale: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An amount of the plan of record that is not as in the plan approved before it."""

    week: date
    project: str
    name: str
    need: str
    pool: str
    unit: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A project that does something else in a week than in the plan approved before."""

    week: date
    project: str
    name: str
    before: str
    after: str
    pace_before: float
    pace_after: float


@dataclass(frozen=True, slots=True)
class Use:
    """A pool in a week: what the plan gives of it beside what there was when it was planned, and what is there now.

    `verdict`: `over` when more is given than there is now, `under` when much of it is not given; else blank.
    """

    week: date
    pool: str
    name: str
    kind: str
    unit: str
    planned: float
    now: float
    used: float
    verdict: str

    @property
    def percent(self) -> float | None:
        """The share of what is there now that is given; None where nothing is there."""
        return 100 * self.used / self.now if self.now > SMALL else None


def moves(reading: Reading, weeks: Iterable[date], team: str = "", pool: str = "") -> list[Move]:
    """The moves of some weeks; of a team and of a pool, where they are named."""
    found = (move for week in weeks for move in filtered(reading, week.isoformat(), team))
    return [move for move in found if not pool or move.pool == pool]


def team_weeks(reading: Reading, shown: Iterable[Move], seen: Iterable[Seen], team: str = "") -> list[TeamWeek]:
    """The same moves team by team, in the order of weeks and names."""
    gives, gets = _by_team(shown, "giver"), _by_team(shown, "receiver")
    notes = list(seen)
    found = []
    for week, one in sorted({*gives, *gets}, key=lambda key: (key[0], reading.label(key[1]).lower(), key[1])):
        if team and one != team:
            continue
        own = [s for s in notes if (s.week, s.team) == (week, one)]
        held, stale = (tuple(s for s in own if s.stale is gone) for gone in (False, True))
        given, got = (tuple(side.get((week, one), ())) for side in (gives, gets))
        found.append(TeamWeek(week, one, reading.label(one), given, got, held, stale))
    return found


def _by_team(shown: Iterable[Move], side: str) -> dict[tuple[date, str], list[Move]]:
    found: dict[tuple[date, str], list[Move]] = {}
    for move in shown:
        if (team := getattr(move, side)) != SPARE:
            found.setdefault((move.week, team), []).append(move)
    return found


def changed(week: ForTheWeek, reading: Reading, team: str = "", pool: str = "") -> list[Changed]:
    """The amounts of these weeks that the newest approval changed; none where a plan does not have the week."""
    if week.earlier is None:
        return []
    both, problem = common(week), reading.problem
    return [
        Changed(day, project, reading.label(project), need, own, _unit(own, problem, week.earlier.problem), old, new)
        for day, project, need, own, old, new, _ in rows(difference(week.earlier, week.record))
        if day in both and (not team or project == team) and (not pool or own == pool)
    ]


def otherwise(week: ForTheWeek, reading: Reading, team: str = "") -> list[Otherwise]:
    """The projects that run, pause, wait or are complete otherwise than in the plan approved before."""
    if week.earlier is None or week.earlier.outcome.plan is None:
        return []
    old = Reading(week.earlier.problem, week.earlier.policy, week.earlier.outcome.plan)
    found = []
    for day in common(week):
        for project in reading.weeks.keys() & old.weeks.keys():
            before, after = (_at(one, project, day) for one in (old, reading))
            if before.state != after.state and (not team or project == team):
                paces = before.pace, after.pace
                label = reading.label(project)
                found.append(Otherwise(day, project, label, str(before.state), str(after.state), *paces))
    return sorted(found, key=lambda one: (one.week, one.name.lower(), one.project))


def common(week: ForTheWeek) -> tuple[date, ...]:
    """The weeks shown that the plan approved before has too."""
    known = week.earlier.problem.weeks if week.earlier else ()
    return tuple(day for day in week.weeks if day in known)


def uses(record: StoredPlan, now: Problem, weeks: Iterable[date], pool: str = "") -> Iterator[Use]:
    """Each pool in each of the weeks, those of one budget for all weeks excepted; over-use first."""
    inside, problem = set(weeks), record.problem
    found = []
    for day, own, capacity, used, *_ in rows(record.outcome.plan.utilisation) if record.outcome.plan else ():
        row = problem.pool.get(own)
        if day in inside and row is not None and row.period != HORIZON and (not pool or own == pool):
            there = _supply(now, own, day)
            facts = row.name or own, row.kind, problem.unit(own), float(capacity), there, float(used)
            found.append(Use(day, own, *facts, _verdict(float(used), there)))
    order = {"over": 0, "under": 1, "": 2}
    yield from sorted(found, key=lambda u: (u.week, order[u.verdict], u.percent or 0, u.pool))


def _verdict(used: float, there: float) -> str:
    if used > there + SMALL:
        return "over"
    return "under" if used < UNDER_USED * there - SMALL else ""


def _supply(problem: Problem, pool: str, day: date) -> float:
    """What there is of a pool in a week as recorded today; nothing of a pool that was removed."""
    t = problem.week_index(day)
    return problem.supply(pool)[t] if pool in problem.pool and 0 <= t < problem.head.weeks else 0.0


def _unit(pool: str, *problems: Problem) -> str:
    return next((problem.unit(pool) for problem in problems if pool in problem.pool), "")


def _at(reading: Reading, project: str, day: date) -> Week:
    return reading.weeks[project][reading.problem.week_index(day)]
