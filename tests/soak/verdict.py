"""What the database says at the end: whether every accepted write is there once, over the version that it named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from app.actions.audit import verify
from app.cells import key_text
from app.db import Database
from app.store import records
from app.tables import AuditRow
from solver.columns import read_cell
from solver.records import columns, key_of
from tests.soak.asking import Asked
from tests.soak.editors import Accepted, Edits, Target

SHARES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the audit trail about one cell of a record."""

    version: int
    old: float
    new: float


def faults(db: Database, edits: Sequence[Edits], before: dict[str, int]) -> list[str]:
    """Everything that is not as it must be; `before` is the revision of each portfolio before the first write."""
    found = [strange for one in edits for strange in one.strange]
    by_target: dict[Target, list[Accepted]] = defaultdict(list)
    for one in edits:
        for accepted in one.accepted:
            by_target[accepted.target].append(accepted)
    for target, writes in by_target.items():
        found += _of_record(db, target, sorted(writes, key=lambda w: w.version), before[target.portfolio])
    for portfolio, revision in before.items():
        writes_of = sum(len(w) for target, w in by_target.items() if target.portfolio == portfolio)
        lines = _lines_of_all(db, portfolio, revision)
        with db.reading() as session:
            counted = records.revision(session, portfolio) - revision
        if not counted == writes_of == lines:
            found.append(f"{portfolio}: {writes_of} accepted, revision + {counted}, {lines} lines in the audit trail")
    if not verify(db).good:
        found.append("the chain of the audit trail is broken")
    return found


def _of_record(db: Database, target: Target, writes: list[Accepted], since: int) -> Iterable[str]:
    """Lost, doubled or misplaced writes of one record."""
    lines = _lines(db, target, since)
    accepted, told = [(w.version, w.value) for w in writes], [(line.version, line.new) for line in lines]
    if accepted != told:
        yield f"{target.key}: accepted {accepted}, in the audit trail {told}"
    for earlier, later in pairwise(writes):
        if later.before != earlier.version:
            yield f"{target.key}: version {later.version} was written over {later.before}, not {earlier.version}"
    for line, after in pairwise(lines):
        if after.old != line.new:
            yield f"{target.key}: version {after.version} found {after.old}, not {line.new}"
    value, version = _now(db, target)
    if (version, value) != accepted[-1]:
        yield f"{target.key}: holds {value} of version {version}, the last accepted write was {accepted[-1]}"


def _lines(db: Database, target: Target, since: int) -> list[Line]:
    column = next(c for c in columns(target.table) if c.name == target.column)
    with db.reading() as session:
        rows = session.scalars(_query(target.portfolio, since).where(
            AuditRow.record_table == target.table, AuditRow.record_key == target.key
        ))  # fmt: skip
        cells = [(row.version, row.detail[target.column]) for row in rows]
    return [Line(version or 0, read_cell(column, old), read_cell(column, new)) for version, (old, new) in cells]


def _lines_of_all(db: Database, portfolio: str, since: int) -> int:
    with db.reading() as session:
        return len(list(session.scalars(_query(portfolio, since))))


def _query(portfolio: str, since: int) -> sa.Select[tuple[AuditRow]]:
    ours = AuditRow.portfolio == portfolio, AuditRow.version > since
    return sa.select(AuditRow).where(*ours).order_by(AuditRow.id)


def _now(db: Database, target: Target) -> tuple[float, int]:
    with db.reading() as session:
        stored = records.read(session, target.portfolio, target.table)
    found = next(s for s in stored if key_text(target.table, key_of(s.record)) == target.key)
    column = next(c for c in columns(target.table) if c.name == target.column)
    return getattr(found.record, column.attribute), found.version


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of some requests: the median, what 95 and 99 in a hundred stay within, and the longest."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float
    broken: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def times(asked: Iterable[Asked], names: Sequence[str] = ()) -> Times | None:
    """The figures of the requests of those names, or of all; `broken` counts 5xx, and where no answer came."""
    kept = [(status, ms) for one in asked for what, status, ms in one.answers if not names or what in names]
    if not kept:
        return None
    lasted = sorted(ms for _, ms in kept)
    p50, p95, p99 = (lasted[min(len(lasted) - 1, len(lasted) * share // 100)] for share in SHARES)
    return Times(len(kept), p50, p95, p99, lasted[-1], sum(status >= 500 for status, _ in kept))


def statuses(asked: Iterable[Asked]) -> dict[int, int]:
    """How often each status came."""
    found: dict[int, int] = defaultdict(int)
    for one in asked:
        for _, status, _ in one.answers:
            found[status] += 1
    return dict(sorted(found.items()))
