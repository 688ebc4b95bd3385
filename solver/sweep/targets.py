"""What a variation changes: `pools.east.factor`, `policy.weeks`, `needs.chat/gpu.full`, as changed records.

target = TABLE.KEY.COLUMN      a cell; KEY is the key's cells joined by `/`, and may hold `*`
       | pools.POOL.factor     every capacity of a pool, multiplied (what is in use today stays for the first week)
       | policy.COLUMN         a cell of the policy that is solved
       | policy.weeks          how long that policy is in force
       | policy                which policy is solved
value  = the cell's text, or `x0.9` to multiply an amount; blank leaves it as it is
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from solver.cells import cells_of, record_of
from solver.columns import BadCell, Type, plain, read_cell
from solver.edits import Edit
from solver.faults import Fault, InvalidInput
from solver.problem import Problem
from solver.records import TABLES, columns, key_columns

POLICY, WEEKS, FACTOR = "policy", "weeks", "factor"
SWEEP = "sweep/variations"
"""Where the faults of a variation are said to be: no file of the portfolio has them."""
LONGEST = 520


@dataclass(frozen=True, slots=True)
class Target:
    """A table, the key of its records (with `*` for any text) and a column; no key: the policy that is solved."""

    text: str
    table: str
    key: str | None
    column: str


def target_of(text: str) -> Target:
    """What a name such as `pools.east.factor` means. Raises InvalidInput."""
    head, _, rest = text.strip().partition(".")
    if head == POLICY:
        target = Target(text.strip(), "policies", None, rest or POLICY)
    else:
        key, _, column = rest.rpartition(".")
        target = Target(text.strip(), head, key.lower(), column)
    _require(target)
    return target


def edits_of(problem: Problem, policy: str, target: Target, value: str) -> Iterator[Edit]:
    """The records of the problem that a value of a target changes. Raises InvalidInput."""
    if target.table == "pools" and target.column == FACTOR:
        yield from _scaled(problem, target, value)
    elif target.key is None and target.column == WEEKS:
        yield _lasting(problem, policy, target, value)
    else:
        for cells in _found(problem, target, policy if target.key is None else target.key or ""):
            text = _times(target, cells[target.column], value) if value.startswith("x") else value
            yield Edit(target.table, record_of(target.table, {**cells, target.column: text}))


def amount_of(target: Target, value: str) -> float:
    """A value as a number that is not negative. Raises InvalidInput."""
    try:
        return float(read_cell(_AMOUNT, value.removeprefix("x")))
    except (BadCell, TypeError):
        raise wrong(target.text, "is not an amount", "a plain decimal, such as 0.9", value) from None


def wrong(column: str, message: str, right: str, value: str | None = None) -> InvalidInput:
    """The error of a variation."""
    return InvalidInput([Fault(SWEEP, message, right, column=column, value=value)])


_AMOUNT = next(c for c in columns("capacity") if c.name == "amount")


def _require(target: Target) -> None:
    if target.table not in TABLES or target.table == "portfolio" or target.key == "":
        right = "TABLE.KEY.COLUMN such as needs.chat/gpu.full, pools.POOL.factor, policy.COLUMN or policy.weeks"
        raise wrong(target.text, "is not what a sweep can vary", right)
    known = [c.name for c in columns(target.table) if not c.key]
    extra = [WEEKS, POLICY] if target.key is None else [FACTOR] if target.table == "pools" else []
    if target.column not in (*known, *extra):
        raise wrong(target.text, f"names no column of {target.table}.csv", f"one of {', '.join((*extra, *known))}")


def _scaled(problem: Problem, target: Target, value: str) -> Iterator[Edit]:
    """Capacities times a factor. What is in use today can go from the second week on at the earliest."""
    factor, rows = amount_of(target, value), [r for r in problem.capacity if fnmatchcase(r.pool, target.key or "")]
    if not rows:
        raise wrong(target.text, "has no pool with a capacity", f"one of {', '.join(problem.pool)}")
    taken = {row.pool: 0.0 for row in rows}
    for used in problem.baseline:
        if used.pool in taken:
            taken[used.pool] += used.amount
    start = problem.head.start
    for row in rows:
        amount = round(row.amount * factor, 6)
        in_force = max((r.week for r in rows if r.pool == row.pool and r.week <= start), default=None)
        if row.week == in_force and amount < taken[row.pool]:
            yield Edit("capacity", replace(row, amount=min(row.amount, taken[row.pool])))
            second = start + timedelta(weeks=1)
            if all(r.week != second for r in rows if r.pool == row.pool):
                yield Edit("capacity", replace(row, week=second, amount=amount))
        else:
            yield Edit("capacity", replace(row, amount=amount))


def _lasting(problem: Problem, policy: str, target: Target, value: str) -> Edit:
    row, weeks = problem.policy[policy], amount_of(target, value)
    if weeks != int(weeks) or not 1 <= weeks <= LONGEST:
        raise wrong(target.text, "is not a number of weeks", f"a whole number from 1 to {LONGEST}", value)
    start = row.start or problem.head.start
    cells = {**cells_of("policies", row), "end": (start + timedelta(weeks=int(weeks))).isoformat()}
    return Edit("policies", record_of("policies", cells))


def _found(problem: Problem, target: Target, key: str) -> list[dict[str, str]]:
    """The cells of the records that a target means; of a new one, if it names exactly one that is not there."""
    keys = [c.name for c in key_columns(target.table)]
    rows = [cells_of(target.table, row) for row in getattr(problem, target.table)]
    found = [cells for cells in rows if fnmatchcase("/".join(cells[k] for k in keys), key)]
    if found:
        return found
    parts = key.split("/")
    needed = {c.name for c in columns(target.table) if c.required and not c.key} - {target.column}
    if "*" in key or len(parts) != len(keys) or needed:
        raise wrong(target.text, f"names no record of {target.table}.csv", f"a key that is there: {'/'.join(keys)}")
    return [{**dict.fromkeys((c.name for c in columns(target.table)), ""), **dict(zip(keys, parts, strict=True))}]


def _times(target: Target, cell: str, value: str) -> str:
    """A cell times a factor; a blank one stays blank."""
    column: Any = next(c for c in columns(target.table) if c.name == target.column)
    if column.type is not Type.AMOUNT:
        raise wrong(target.text, "is not an amount that could be multiplied", "the text of the cell", value)
    return plain(round(float(cell) * amount_of(target, value), 6)) if cell else ""
