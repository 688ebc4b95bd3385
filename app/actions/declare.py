"""Declare a code red: a policy with stances and floors, proposed from the portfolio and stored as a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.actions.snapshot import snapshot, with_changes
from app.cells import cells_of, key_text, record_of
from app.db import Database
from app.store import audit, outbox, records, scenarios
from app.store.scenarios import PUT, REMOVE, ScenarioChange
from solver.columns import plain
from solver.faults import Fault, InvalidInput
from solver.problem import Problem
from solver.records import GPU, Policy, Project, key_of

CODE_RED = "code_red"
USUAL_WEEKS = 8
PAUSED_FROM = 3
"""Projects of this priority number and above are proposed to pause."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A code red as typed into a form: texts as in policies.csv, stances by project, floors as rows of floors.csv.

    A project without a stance, or with `normal`, keeps its own priority; `priorities` holds those that a stance
    replaces. `based_on` names the policy whose ramps, tolerance and other columns are kept.
    """

    policy: str
    name: str = ""
    owner: str = ""
    reason: str = ""
    exit_criteria: str = ""
    start: str = ""
    end: str = ""
    gpu_moves: str = ""
    engineer_moves: str = ""
    growth: str = ""
    stances: Mapping[str, str] = field(default_factory=dict)
    priorities: Mapping[str, str] = field(default_factory=dict)
    floors: tuple[Mapping[str, str], ...] = ()
    based_on: str = ""


POLICY_FIELDS = (
    "policy", "name", "owner", "reason", "exit_criteria", "start", "end", "gpu_moves", "engineer_moves", "growth",
)  # fmt: skip


def prefill(db: Database, portfolio: str) -> Declaration:
    """The portfolio's own code red where it has one, else a proposal from its programs. Raises NotFound."""
    problem = snapshot(db, portfolio)
    prepared = next((p for p in problem.policies if p.kind == CODE_RED), None)
    return _as_prepared(problem, prepared) if prepared else _proposed(problem)


def declare(db: Database, portfolio: str, declaration: Declaration, who: str) -> int:
    """Store a code red as a scenario over the portfolio; its id. Raises NotFound, or InvalidInput with every fault."""
    with db.session() as session:
        records.advance(session, portfolio)
        tables = records.read_all(session, portfolio)
        changes = _changes(tables, declaration)
        Problem.from_tables(with_changes(tables, changes))
        policy = next(c.cells for c in changes if c.table == "policies")
        name = policy["name"] or policy["policy"]
        scenario = scenarios.add(session, portfolio, name=name, policy=policy["policy"], kind=CODE_RED, who=who)
        scenarios.add_changes(session, scenario, changes)
        floors = [dict(floor) for floor in declaration.floors]
        detail = {"policy": policy, "stances": dict(declaration.stances), "floors": floors}
        audit.add(session, portfolio, who, "declare", subject=f"scenario {scenario}", detail=detail)
        outbox.announce(session, portfolio, outbox.DECLARED, who, {"scenario": scenario, **_told(policy)})
    return scenario


def _told(policy: Mapping[str, str]) -> dict[str, str]:
    """What of a code red is told to webhooks."""
    return {name: policy[name] for name in ("policy", "name", "owner", "reason", "start", "end", "exit_criteria")}


def _as_prepared(problem: Problem, policy: Policy) -> Declaration:
    cells = cells_of("policies", policy)
    stances = problem.stances_of(policy.policy)
    return Declaration(
        **{name: cells[name] for name in POLICY_FIELDS},
        stances={p.project: stances[p.project].stance if p.project in stances else "normal" for p in problem.projects},
        priorities={s.project: str(s.priority) for s in stances.values() if s.priority is not None},
        floors=tuple(_without_policy(cells_of("floors", f)) for f in problem.floors_of(policy.policy)),
        based_on=policy.policy,
    )


def _proposed(problem: Problem) -> Declaration:
    """Focus the program of the most important project, keep training's GPUs, pause what matters least."""
    focused = _first_program(problem)
    stances = {p.project: _stance(p, focused) for p in problem.projects}
    normal = next((p.policy for p in problem.policies if p.kind == "normal"), "")
    end = problem.head.start + timedelta(weeks=min(USUAL_WEEKS, problem.head.weeks))
    return Declaration(
        policy=_free_id(problem),
        name="Code red",
        start=problem.head.start.isoformat(),
        end=end.isoformat(),
        stances=stances,
        floors=tuple(_training_floors(problem, stances)),
        based_on=normal,
    )


def _first_program(problem: Problem) -> str:
    open_projects = [p for p in problem.projects if not _trains(p) and _can_run(p)]
    first = min(open_projects, key=lambda p: (p.priority, -p.value, p.project), default=None)
    return (first.program or first.project) if first else ""


def _stance(project: Project, focused: str) -> str:
    if not _can_run(project):
        return "normal"
    if _trains(project) and project.status == "running":
        return "protect"
    if focused in (project.program, project.project):
        return "focus"
    return "pause" if project.priority >= PAUSED_FROM and project.must != "in" else "normal"


def _can_run(project: Project) -> bool:
    return project.status != "done" and project.must != "out"


def _trains(project: Project) -> bool:
    return any("train" in text.lower() for text in (project.project, project.name, project.program))


def _training_floors(problem: Problem, stances: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What protected projects have of GPUs today, pool by pool."""
    kinds = {(n.project, n.need): n.kind for n in problem.needs}
    for row in problem.baseline:
        if stances[row.project] == "protect" and kinds[row.project, row.need] == GPU and row.amount > 0:
            yield {"project": row.project, "need": row.need, "pool": row.pool, "week": "",
                   "amount": plain(row.amount), "share": ""}  # fmt: skip


def _free_id(problem: Problem) -> str:
    names = ("code-red", *(f"code-red-{n}" for n in range(2, len(problem.policies) + 3)))
    return next(name for name in names if name not in problem.policy)


def _without_policy(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if name != "policy"}


def _changes(tables: Mapping[str, tuple[Any, ...]], declaration: Declaration) -> list[ScenarioChange]:
    """The scenario's changes: the old stances and floors of the policy go, the declared ones come."""
    put: list[ScenarioChange] = []
    faults: list[Fault] = []
    for table, cells in _declared(tables, declaration):
        try:
            record = record_of(table, cells)
        except InvalidInput as invalid:
            faults.extend(invalid.faults)
        else:
            put.append(ScenarioChange(PUT, table, key_text(table, key_of(record)), cells_of(table, record)))
    if faults:
        raise InvalidInput(faults)
    return [*_gone(tables, declaration.policy.strip().lower(), {(c.table, c.key) for c in put}), *put]


def _declared(tables: Mapping[str, tuple[Any, ...]], declaration: Declaration) -> Iterator[tuple[str, dict[str, str]]]:
    """The cells of each declared record, with its table."""
    base = next((p for p in tables["policies"] if p.policy == declaration.based_on), None)
    kept = cells_of("policies", base) if base else {}
    typed = {name: getattr(declaration, name) for name in POLICY_FIELDS}
    yield "policies", {**kept, **typed, "kind": CODE_RED}
    policy = {"policy": declaration.policy}
    for project, stance in declaration.stances.items():
        priority = declaration.priorities.get(project, "")
        if stance != "normal" or priority:
            yield "stances", {**policy, "project": project, "stance": stance, "priority": priority}
    for floor in declaration.floors:
        yield "floors", {**policy, **floor}


def _gone(
    tables: Mapping[str, tuple[Any, ...]], policy: str, written: set[tuple[str, str]]
) -> Iterator[ScenarioChange]:
    """Stances and floors of the policy that the declaration does not repeat."""
    for table in ("stances", "floors"):
        for record in tables[table]:
            key = key_text(table, key_of(record))
            if record.policy == policy and (table, key) not in written:
                yield ScenarioChange(REMOVE, table, key, {})
