"""A scenario as cells to change in place: each with its text, what it was when read, and what the parent says.

Form fields are named `c|table|key|column` (the text), `w|table|key|column` (what it was) and `x|table|key` (remove).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.actions.scenario_edit import ScenarioEdit
from app.actions.scenario_view import ScenarioView
from app.cells import cells_of, key_text
from app.web.fields import Field, field_of
from app.web.language import _
from solver.faults import Fault
from solver.problem import Problem
from solver.records import Project, columns, key_of

POLICY = ("name", "start", "end", "gpu_moves", "engineer_moves", "growth", "max_cost", "reason", "exit_criteria")
LONG = frozenset({"reason", "exit_criteria"})
NEW = {
    "floors": ("project", "need", "pool", "week", "amount", "share"),
    "capacity": ("pool", "week", "amount"),
}
"""Tables that rows may be added to, with the columns that are typed."""
NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell: `field.value` is the text in it, `was` the stored one, `parent` the parent's (None: no record)."""

    name: str
    field: Field
    was: str
    parent: str | None

    @property
    def changed(self) -> bool:
        """Whether the stored text differs from the parent's."""
        return self.was != (self.parent or "")


@dataclass(frozen=True, slots=True)
class StanceLine:
    """A project with its stance and priorities."""

    project: Project
    stance: Slot
    meanwhile: Slot
    priority: Slot


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A floor or a row of capacity."""

    key: str
    names: tuple[str, ...]
    slots: tuple[Slot, ...]
    added: bool


class Cells:
    """Makes the slots of a page from the scenario, its parent and what was typed."""

    def __init__(
        self, problem: Problem, before: Mapping[str, Iterable[Any]], typed: MultiDict[str, str], faults: Iterable[Fault]
    ) -> None:
        self.typed, self.faults = typed, tuple(faults)
        self.now = {table: _texts(table, getattr(problem, table)) for table in _SHOWN}
        self.parent = {table: _texts(table, before[table]) for table in _SHOWN}

    def slot(self, table: str, key: str, column: str, blank: str = "") -> Slot:
        """One cell. What was typed and differs from what it was then stays; else it shows what is stored now."""
        name = f"{table}|{key}|{column}"
        was = self.now[table].get(key, {}).get(column, blank)
        there = self.parent[table].get(key)
        parent = there.get(column, "") if there else (blank or None)
        text, then = self.typed.get(f"c|{name}"), self.typed.get(f"w|{name}", "")
        value = text if text is not None and text.strip() != then.strip() else was
        declared = next(c for c in columns(table) if c.name == column)
        own = tuple(f for f in self.faults if (f.table, f.column, _key(f)) == (table, column, key))
        return Slot(name, field_of(declared, value, own, long=column in LONG), was, parent)


_SHOWN = ("policies", "stances", "projects", "floors", "capacity")


def policy_slots(cells: Cells, policy: str) -> list[Slot]:
    """Dates, limits and words of the scenario's policy."""
    return [cells.slot("policies", policy, name) for name in POLICY]


def stance_lines(cells: Cells, problem: Problem, policy: str, projects: Iterable[Project]) -> list[StanceLine]:
    """What happens to each project."""
    return [
        StanceLine(
            row,
            cells.slot("stances", f"{policy}/{row.project}", "stance", NORMAL),
            cells.slot("stances", f"{policy}/{row.project}", "priority"),
            cells.slot("projects", row.project, "priority"),
        )
        for row in projects
    ]


def floor_lines(cells: Cells, problem: Problem, policy: str) -> list[RecordLine]:
    """The policy's floors."""
    found = []
    for row in problem.floors_of(policy):
        pool = _label(problem.pool, row.pool) if row.pool else _("any pool")
        since = _from(row.week) if row.week else _("from the first week")
        names = (_label(problem.project, row.project), row.need, pool, since)
        found.append(_line(cells, "floors", row, names, ("amount", "share")))
    return found


def capacity_lines(cells: Cells, problem: Problem) -> list[RecordLine]:
    """The supply of every pool, from each of its weeks on."""
    return [
        _line(
            cells,
            "capacity",
            row,
            (_label(problem.pool, row.pool), _("from %(first)s", first=row.week.isoformat())),
            ("amount",),
        )
        for row in problem.capacity
    ]


def edits_of(view: ScenarioView, form: MultiDict[str, str]) -> list[ScenarioEdit]:
    """What was changed on the page: only cells whose text differs from what it was when the page was read."""
    gone = [tuple(name.split("|", 2)[1:]) for name in form if name.startswith("x|") and name.count("|") == 2]
    edits = [ScenarioEdit(table, key, None) for table, key in gone]
    written: dict[tuple[str, str], dict[str, str]] = {}
    for name, text in form.items():
        mark, _, slot = name.partition("|")
        if mark == "c" and slot.count("|") == 2 and text.strip() != form.get(f"w|{slot}", "").strip():
            table, key, column = slot.split("|")
            written.setdefault((table, key), {})[column] = text.strip()
    edits += [
        _stance(form, key, cells) if table == "stances" else ScenarioEdit(table, key, cells)
        for (table, key), cells in written.items()
        if (table, key) not in gone
    ]
    return edits + [
        ScenarioEdit(table, "", {**row, **_of_policy(table, view)}, new=True)
        for table in NEW
        for row in added(form, table)
    ]


def added(form: MultiDict[str, str], table: str) -> list[dict[str, str]]:
    """The rows typed anew; those without any text are none."""
    typed = [form.getlist(f"n|{table}|{name}") for name in NEW[table]]
    rows = [dict(zip(NEW[table], cells, strict=False)) for cells in zip(*typed, strict=False)]
    return [row for row in rows if any(text.strip() for text in row.values())]


def new_fields(table: str, row: Mapping[str, str], proposals: Mapping[str, tuple[str, ...]]) -> list[Field]:
    """A row to be typed in."""
    known = {c.name: c for c in columns(table)}
    return [field_of(known[n], row.get(n, ""), proposals=proposals.get(n, ())) for n in NEW[table]]


def _stance(form: MultiDict[str, str], key: str, cells: Mapping[str, str]) -> ScenarioEdit:
    """A stance; `normal` without a priority is none."""
    policy, _, project = key.partition("/")
    whole = {
        name: cells.get(name, form.get(f"w|stances|{key}|{name}", "")).strip() for name in ("stance", "priority")
    }  # fmt: skip
    if whole == {"stance": NORMAL, "priority": ""}:
        return ScenarioEdit("stances", key, None)
    return ScenarioEdit("stances", key, {"policy": policy, "project": project, **whole})


def _of_policy(table: str, view: ScenarioView) -> dict[str, str]:
    return {"policy": view.scenario.policy} if table == "floors" else {}


def _line(cells: Cells, table: str, row: Any, names: tuple[str, ...], editable: tuple[str, ...]) -> RecordLine:
    key = key_text(table, key_of(row))
    slots = tuple(cells.slot(table, key, column) for column in editable)
    return RecordLine(key, names, slots, key not in cells.parent[table])


def _texts(table: str, rows: Iterable[Any]) -> dict[str, dict[str, str]]:
    return {key_text(table, key_of(row)): cells_of(table, row) for row in rows}


def _from(week: date) -> str:
    return _("from %(first)s", first=week.isoformat())


def _key(fault: Fault) -> str:
    return "/".join("" if part is None else str(part) for part in fault.key)


def _label(known: Mapping[str, Any], name: str) -> str:
    return known[name].name or name if name in known else name
