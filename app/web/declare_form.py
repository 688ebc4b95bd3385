"""The declaration as form fields: each with its column's words and the faults that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from app.actions.declare import Declaration
from app.web.fields import Field, field_of
from solver.faults import Fault
from solver.problem import Problem
from solver.records import Project, columns

FLOOR_FIELDS = ("project", "need", "pool", "week", "amount", "share")
WHAT = ("name", "policy", "owner", "reason", "start", "end", "exit_criteria")
LIMITS = ("gpu_moves", "engineer_moves", "growth")
LONG = frozenset({"reason", "exit_criteria"})


@dataclass(frozen=True, slots=True)
class StanceRow:
    """A project and what the code red does with it."""

    project: Project
    stance: str
    priority: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class FloorRow:
    """One floor: a field per column, and faults that belong to no single field."""

    fields: tuple[Field, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class DeclareForm:
    """Everything that the page shows."""

    what: tuple[Field, ...]
    limits: tuple[Field, ...]
    programs: tuple[tuple[str, tuple[StanceRow, ...]], ...]
    floors: tuple[FloorRow, ...]
    elsewhere: tuple[Fault, ...]
    based_on: str


def form_of(problem: Problem, declaration: Declaration, faults: tuple[Fault, ...] = ()) -> DeclareForm:
    """The form of a declaration; each fault stands at one place, or under `elsewhere`."""
    left = list(faults)
    what = _policy_fields(declaration, WHAT, left)
    limits = _policy_fields(declaration, LIMITS, left)
    stances = [_stance(project, declaration, left) for project in problem.projects]
    floors = tuple(_floor(cells, left) for cells in declaration.floors)
    ordered = sorted(stances, key=lambda s: (s.project.program, s.project.priority, s.project.project))
    programs = tuple((name, tuple(rows)) for name, rows in groupby(ordered, key=lambda s: s.project.program))
    return DeclareForm(what, limits, programs, floors, tuple(left), declaration.based_on)


def blank_floor() -> FloorRow:
    """A row for a floor to be typed in."""
    return _floor(dict.fromkeys(FLOOR_FIELDS, ""), [])


def _policy_fields(declaration: Declaration, names: Iterable[str], left: list[Fault]) -> tuple[Field, ...]:
    known = {c.name: c for c in columns("policies")}
    found = []
    for name in names:
        own = _take(left, partial(_at_column, name))
        found.append(field_of(known[name], getattr(declaration, name), own, long=name in LONG))
    return tuple(found)


def _at_column(name: str, fault: Fault) -> bool:
    return fault.table == "policies" and fault.column == name


def _stance(project: Project, declaration: Declaration, left: list[Fault]) -> StanceRow:
    own = _take(left, lambda f: f.table == "stances" and project.project in f.key)
    stance = declaration.stances.get(project.project, "normal")
    return StanceRow(project, stance, declaration.priorities.get(project.project, ""), own)


def _floor(cells: Mapping[str, str], left: list[Fault]) -> FloorRow:
    typed = dict(cells)
    known = {c.name: c for c in columns("floors")}
    own = _take(left, lambda f: f.table == "floors" and _same_floor(f, typed))
    fields = tuple(
        field_of(known[name], typed.get(name, ""), tuple(f for f in own if f.column == name)) for name in FLOOR_FIELDS
    )
    return FloorRow(fields, tuple(f for f in own if f.column not in FLOOR_FIELDS))


def _same_floor(fault: Fault, typed: dict[str, str]) -> bool:
    """A floor is known by project, need, pool and week; a fault's key has them after the policy."""
    key = [("" if part is None else str(part)).strip().lower() for part in fault.key[1:5]]
    return key == [typed.get(name, "").strip().lower() for name in ("project", "need", "pool", "week")][: len(key)]


def _take(left: list[Fault], belongs: Callable[[Fault], bool]) -> tuple[Fault, ...]:
    own = tuple(f for f in left if belongs(f))
    left[:] = [f for f in left if f not in own]
    return own
