"""Copy, rename, change and archive scenarios; the portfolio and every plan stay as they are.

typed cells -> records -> the whole checked -> changes over the portfolio -> version + 1, audit trail
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.actions.import_data import changed_cells
from app.actions.snapshot import with_changes
from app.cells import cells_of, key_from_text, key_text, record_of, with_cells
from app.db import Database
from app.errors import Change, Conflict, NotFound, Refused
from app.store import audit, records, scenarios
from app.store.scenarios import ARCHIVED, DRAFT, PUT, REMOVE, SET, ScenarioChange
from app.tables import ScenarioRow
from solver.faults import Fault, InvalidInput
from solver.problem import Problem
from solver.records import AFTERWARDS, TABLES, key_of

LONGEST_NAME = 200
RECORD = "scenarios"
"""The audit trail's table of a scenario's own entries; their key is its id, their version the scenario's."""
Tables = Mapping[str, Iterable[Any]]


class Subject(Protocol):
    """What a plan or a study is of."""

    @property
    def portfolio(self) -> str: ...
    @property
    def scenario(self) -> int | None: ...
    @property
    def policy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ScenarioEdit:
    """One record of a scenario as it is to be: cells to write, over what is there, or None to remove it.

    `new`: there may be no such record yet.
    """

    table: str
    key: str
    cells: Mapping[str, str] | None
    new: bool = False


def copy_scenario(  # noqa: PLR0917 - what is copied, and how the copy is called
    db: Database, portfolio: str, source: int | None, name: str, policy: str, who: str
) -> int:
    """A new scenario like `source`, or like the portfolio itself under `policy`; its id.

    Raises NotFound, or InvalidInput when the source no longer fits its portfolio.
    """
    with db.session() as session:
        records.hold(session, portfolio)
        tables, parent = records.read_all(session, portfolio), _parent(session, portfolio, source)
        changes = [] if parent is None else scenarios.changes(session, parent.id)
        wanted = parent.policy if parent else policy
        problem = Problem.from_tables(with_changes(tables, changes))
        if wanted not in problem.policy:
            raise NotFound("policy", wanted)
        called = _name(name) if name.strip() else _proposed(problem, wanted, parent)
        kind = problem.policy[wanted].kind
        copy = scenarios.add(session, portfolio, name=called, policy=wanted, kind=kind, who=who, parent=source)
        scenarios.add_changes(session, copy, changes)
        detail = {"name": called, "policy": wanted, "of": source}
        audit.add(session, portfolio, who, "copy", subject=f"scenario {copy}", detail=detail)
    return copy


def scenario_beside(
    session: Session, of: Subject, changes: Sequence[ScenarioChange], name: str, who: str
) -> int:  # fmt: skip
    """A new scenario with changes over what something is of, as that is recorded now; its id.

    Raises NotFound, also where its policy is no more; InvalidInput or Conflict when the changes no longer fit.
    """
    records.advance(session, of.portfolio)
    base = records.read_all(session, of.portfolio)
    parent = scenarios.get(session, of.scenario) if of.scenario is not None else None
    before = scenarios.changes(session, parent.id) if parent else []
    after = with_changes(base, [*before, *changes])
    problem = Problem.from_tables(after)
    if of.policy not in problem.policy:
        raise NotFound("policy", of.policy)
    scenario = scenarios.add(
        session, of.portfolio, name=name, policy=of.policy, kind=problem.policy[of.policy].kind, who=who,
        parent=of.scenario, code_reds=parent.code_reds if parent else None,
    )  # fmt: skip
    scenarios.add_changes(session, scenario, changes_between(base, after))
    return scenario


def change_scenario(db: Database, scenario: int, edits: Sequence[ScenarioEdit], version: int, who: str) -> int:
    """Make all changes in a scenario, or none; its version afterwards.

    Raises NotFound; Refused when it is approved or archived; InvalidInput with every fault; Conflict with what others
    wrote since `version`.
    """
    with db.session() as session:
        records.hold(session, scenarios.get(session, scenario).portfolio)
        row = _open(session, scenario, version)
        base, changes = records.read_all(session, row.portfolio), scenarios.changes(session, scenario)
        before = with_changes(base, changes)
        after = _edited(before, edits)
        problem = Problem.from_tables(after)
        if row.policy not in problem.policy:
            raise Refused(f"policy {row.policy} is what this scenario is solved under; it stays")
        touched = [(t, key) for t in TABLES for key in _differing(before, after, t)]
        if touched:
            row.version += 1
            kept = [c for c in changes if (c.table, key_from_text(c.table, c.key)) not in touched]
            made = [change for t, key in touched if (change := _over(base, after, t, key))]
            scenarios.replace_changes(session, scenario, [*kept, *made])
            _tell(session, row, who, [_detail(before, after, t, key) for t, key in touched])
        return row.version


def rename_scenario(db: Database, scenario: int, name: str, version: int, who: str) -> None:
    """Give a scenario another name. Raises as `change_scenario`; InvalidInput for a blank name."""
    with db.session() as session:
        row = _open(session, scenario, version)
        old, row.name = row.name, _name(name)
        row.version += 1
        _tell(session, row, who, [{"name": [old, row.name]}])


def archive_scenario(db: Database, scenario: int, who: str, *, back: bool = False) -> None:
    """Put a scenario away, or (`back`) take it out again; its plans stay. Raises NotFound, or Refused."""
    with db.session() as session:
        row = scenarios.lock(session, scenario)
        if (row.status == ARCHIVED) is not back:
            raise Refused(f"scenario {scenario} is {row.status}")
        old = row.status
        scenarios.set_status(session, scenario, DRAFT if back else ARCHIVED)
        _tell(session, row, who, [{"status": [old, row.status]}])


def _parent(session: Session, portfolio: str, source: int | None) -> ScenarioRow | None:
    row = None if source is None else scenarios.get(session, source)
    if row is not None and row.portfolio != portfolio:
        raise NotFound("scenario", source)
    return row


def _proposed(problem: Problem, policy: str, parent: ScenarioRow | None) -> str:
    return f"Copy of {parent.name if parent else problem.policy[policy].name or policy}"[:LONGEST_NAME]


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME:
        wrong = "is blank" if not name else f"is longer than {LONGEST_NAME} characters"
        raise InvalidInput([Fault(RECORD, wrong, "a name that says what it tries", column="name", value=name or None)])
    return name


def _open(session: Session, scenario: int, version: int) -> ScenarioRow:
    """A scenario that may be changed and that nobody wrote since `version`."""
    row = scenarios.lock(session, scenario)
    if row.version != version:
        entries = audit.changes_since(session, row.portfolio, RECORD, str(scenario), version)
        changed = [Change(what, old, new, e.who, e.at) for e in entries for what, (old, new) in e.detail.items()]
        raise Conflict(f"scenario {scenario}", changed)
    if row.status != DRAFT:
        raise Refused(f"scenario {scenario} is {row.status} and stays as it is; copy it to change it")
    return row


def _edited(tables: Tables, edits: Iterable[ScenarioEdit]) -> dict[str, tuple[Any, ...]]:
    """The tables after the edits. Raises InvalidInput with the faults of all of them."""
    rows = {table: {key_of(record): record for record in records} for table, records in tables.items()}
    faults: list[Fault] = []
    for edit in edits:
        try:
            _edit(rows, edit)
        except InvalidInput as invalid:
            faults.extend(invalid.faults)
    if faults:
        raise InvalidInput(faults)
    return {table: tuple(of_table.values()) for table, of_table in rows.items()}


def _edit(rows: dict[str, dict[tuple[Any, ...], Any]], edit: ScenarioEdit) -> None:
    if edit.table not in rows:
        raise NotFound("table", edit.table)
    of_table = rows[edit.table]
    if edit.new:
        record = record_of(edit.table, edit.cells or {})
        if key_of(record) in of_table:
            raise InvalidInput([Fault(edit.table, "is there already", "change its row instead", key=key_of(record))])
        of_table[key_of(record)] = record
        return
    key = key_from_text(edit.table, edit.key)
    if edit.cells is None:
        of_table.pop(key, None)
    elif key in of_table:
        of_table[key] = with_cells(edit.table, of_table[key], edit.cells)
    else:
        of_table[key] = record_of(edit.table, edit.cells)


def _by_key(tables: Tables, table: str) -> dict[tuple[Any, ...], Any]:
    return {key_of(record): record for record in tables[table]}


def _differing(before: Tables, after: Tables, table: str) -> list[tuple[Any, ...]]:
    old, new = _by_key(before, table), _by_key(after, table)
    return [key for key in {**old, **new} if old.get(key) != new.get(key)]


def change_of(table: str, key: tuple[Any, ...], old: Any | None, new: Any | None) -> ScenarioChange | None:
    """What makes the portfolio's record the scenario's; nothing where they are equal."""
    text = key_text(table, key)
    if old == new:
        return None
    if new is None:
        return ScenarioChange(REMOVE, table, text, {})
    if old is None:
        return ScenarioChange(PUT, table, text, cells_of(table, new))
    cells = {name: after_text or "" for name, (_, after_text) in changed_cells(table, old, new).items()}
    return ScenarioChange(SET, table, text, cells)


def changes_between(base: Tables, after: Tables) -> list[ScenarioChange]:
    """What makes the portfolio's records those of a scenario; what happened meanwhile is no what-if and stays."""
    found = []
    for table in TABLES:
        if table in AFTERWARDS:
            continue
        old, new = _by_key(base, table), _by_key(after, table)
        found += [c for key in {**old, **new} if (c := change_of(table, key, old.get(key), new.get(key)))]
    return found


def _over(base: Tables, after: Tables, table: str, key: tuple[Any, ...]) -> ScenarioChange | None:
    return change_of(table, key, _by_key(base, table).get(key), _by_key(after, table).get(key))


def _detail(before: Tables, after: Tables, table: str, key: tuple[Any, ...]) -> dict[str, list[str | None]]:
    old, new = _by_key(before, table).get(key), _by_key(after, table).get(key)
    where = f"{table} {key_text(table, key)}"
    return {f"{where}: {name}": pair for name, pair in changed_cells(table, old, new).items()}


def _tell(session: Session, row: ScenarioRow, who: str, details: Iterable[dict[str, list[str | None]]]) -> None:
    detail = {name: pair for one in details for name, pair in one.items()}
    entry = {
        "subject": f"scenario {row.id}", "record_table": RECORD, "record_key": str(row.id), "version": row.version,
        "detail": detail,
    }  # fmt: skip
    audit.add_changes(session, row.portfolio, who, "change", [entry])
