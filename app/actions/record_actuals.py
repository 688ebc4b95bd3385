"""Record how projects really ran in a week: several at once, and nobody's record is overwritten unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.actions.edit import ADD, EDIT, REMOVE, RecordChange, change_records
from app.db import Database
from app.errors import Refused

ACTUALS = "actuals"


@dataclass(frozen=True, slots=True)
class Entry:
    """A project's week as typed; `version` is that of the record that was shown, 0 where there was none."""

    project: str
    pace: str
    progress: str
    version: int


def record_actuals(db: Database, portfolio: str, week: date, entries: Sequence[Entry], who: str) -> None:
    """Write what was typed of a week; blank in both takes a record away. Raises as `change_records`, or Refused."""
    changes = [change for entry in entries if (change := _change(week, entry))]
    if not changes:
        raise Refused("nothing was typed: a pace or a progress of at least one project is needed")
    change_records(db, portfolio, changes, who)


def _change(week: date, entry: Entry) -> RecordChange | None:
    key = (entry.project, week.isoformat(), "", "")
    cells = {"pace": entry.pace.strip(), "progress": entry.progress.strip()}
    if not any(cells.values()):
        return RecordChange(REMOVE, ACTUALS, key, {}, entry.version) if entry.version else None
    if entry.version:
        return RecordChange(EDIT, ACTUALS, key, cells, entry.version)
    return RecordChange(ADD, ACTUALS, (), {"project": entry.project, "week": week.isoformat(), **cells})
