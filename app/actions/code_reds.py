"""Several code reds at once: put into an explicit order, they become one policy in which the higher one wins.

A plan is made for one policy, so what several say has to be said by one: about a project the first in the order that
has a stance or a floor for it speaks, and the others do not; only the first has focus (class 0), the focus of the
second is priority 0, of the third priority 1, and so on; of limits the tightest holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.actions.snapshot import with_changes
from app.cells import cells_of, key_text
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, records, scenarios
from app.store.scenarios import PUT, ScenarioChange
from app.tables import ScenarioRow
from solver.problem import Problem
from solver.records import TABLES, Policy, key_of

CODE_RED = "code_red"
OWN_TABLES = ("policies", "stances", "floors")
_TABLE = {TABLES[name]: name for name in OWN_TABLES}
LOWEST = 4
LIMITS = ("max_cost", "gpu_moves", "engineer_moves", "growth")


@dataclass(frozen=True, slots=True)
class _Red:
    """One code red with what it says."""

    policy: Policy
    problem: Problem


def order_code_reds(db: Database, portfolio: str, places: Mapping[int, int | None], who: str) -> int:
    """Combine the code reds of some scenarios, each at its place (1 wins); the new scenario's id.

    Raises NotFound, InvalidInput, or Refused where the order is missing, or where they cannot be one policy.
    """
    ordered = _ordered(places)
    with db.session() as session:
        records.hold(session, portfolio)
        base = records.read_all(session, portfolio)
        reds = [_red(session, portfolio, base, scenario) for scenario in ordered]
        _require_same_weeks(reds)
        ids = [red.policy.policy for red in reds]
        changes = _changes(base, reds)
        Problem.from_tables(with_changes(base, changes))
        policy = changes[0].cells
        made = scenarios.add(
            session, portfolio, name=policy["name"], policy=policy["policy"], kind=CODE_RED, who=who, code_reds=ids
        )
        scenarios.add_changes(session, made, changes)
        detail = {"order": ids, "scenarios": ordered, "policy": policy["policy"]}
        audit.add(session, portfolio, who, "order code reds", subject=f"scenario {made}", detail=detail)
    return made


def _ordered(places: Mapping[int, int | None]) -> list[int]:
    if len(places) < 2:
        raise Refused("an order is for at least two code reds; choose them, and give each its place")
    missing = [str(scenario) for scenario, place in places.items() if place is None]
    if missing:
        raise Refused(
            f"several code reds at once need an explicit order, and scenario {', '.join(missing)} has no place in it; "
            "1 wins over 2"
        )
    if len(set(places.values())) < len(places):
        raise Refused("two code reds have the same place; several at once need an explicit order, 1 wins over 2")
    return sorted(places, key=lambda scenario: places[scenario] or 0)


def _red(session: Session, portfolio: str, base: Mapping[str, Any], scenario: int) -> _Red:
    row = scenarios.get(session, scenario)
    if row.portfolio != portfolio:
        raise NotFound("scenario", scenario)
    changes = scenarios.changes(session, scenario)
    _require_plain(row, changes)
    problem = Problem.from_tables(with_changes(base, changes))
    return _Red(problem.policy[row.policy], problem)


def _require_plain(row: ScenarioRow, changes: Sequence[ScenarioChange]) -> None:
    if row.kind != CODE_RED:
        raise Refused(f"scenario {row.id} is no code red")
    if row.code_reds:
        raise Refused(f"scenario {row.id} combines code reds already; choose those that it was made of")
    if other := sorted({c.table for c in changes} - set(OWN_TABLES)):
        raise Refused(f"scenario {row.id} also changes {', '.join(other)}, which an order of code reds cannot carry")


def _require_same_weeks(reds: Sequence[_Red]) -> None:
    weeks = {(red.policy.start, red.policy.end) for red in reds}
    if len(weeks) > 1:
        told = "; ".join(f"{r.policy.policy} {r.policy.start} to {r.policy.end}" for r in reds)
        raise Refused(
            f"code reds in an order hold in the same weeks ({told}); "
            "give them the same start and end in their scenarios"
        )
    if len({red.policy.policy for red in reds}) < len(reds):
        raise Refused("two of these scenarios are the same code red; choose one of them")


def _changes(base: Mapping[str, Any], reds: Sequence[_Red]) -> list[ScenarioChange]:
    policy = _policy(base, reds)
    made = [(_TABLE[type(record)], record) for record in (policy, *_said(reds, policy.policy))]
    return [ScenarioChange(PUT, table, key_text(table, key_of(r)), cells_of(table, r)) for table, r in made]


def _policy(base: Mapping[str, Any], reds: Sequence[_Red]) -> Policy:
    """The first one's, with everybody's owner, reason and exit criteria, and the tightest limits."""
    policies = [red.policy for red in reds]
    known = {p.policy for p in base["policies"]} | {p.policy for p in policies}
    wanted = "-over-".join(p.policy for p in policies)
    names = (wanted, *(f"{wanted}-{n}" for n in range(2, len(known) + 3)))
    limits: dict[str, Any] = {
        name: min((v for p in policies if (v := getattr(p, name)) is not None), default=None) for name in LIMITS
    }
    return replace(
        policies[0], policy=next(n for n in names if n not in known),
        name=" over ".join(p.name or p.policy for p in policies),
        owner=_joined(p.owner for p in policies), reason=_joined(p.reason for p in policies),
        exit_criteria=_joined(p.exit_criteria for p in policies), **limits,
    )  # fmt: skip


def _joined(texts: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _said(reds: Sequence[_Red], policy: str) -> Iterator[Any]:
    """Stances and floors: about each project, those of the first that speaks about it."""
    spoken: set[str] = set()
    for place, red in enumerate(reds):
        stances, floors = red.problem.stances_of(red.policy.policy), red.problem.floors_of(red.policy.policy)
        for project, row in stances.items():
            if project not in spoken:
                behind = place > 0 and row.stance == "focus"
                changed: dict[str, Any] = {"stance": "normal", "priority": min(LOWEST, place - 1)} if behind else {}
                yield replace(row, policy=policy, **changed)
        yield from (replace(floor, policy=policy) for floor in floors if floor.project not in spoken)
        spoken |= {*stances, *(floor.project for floor in floors)}
