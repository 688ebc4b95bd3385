"""Plan and Outcome: what was decided week by week, how good it is proven to be, and why the solver stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import pandas as pd

from solver.edits import Edit
from solver.faults import Fault

SPARE = "spare"
"""Stands for nobody in moves.csv: where amounts come from or go to when no project gives or takes them."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "allocation": ("week", "project", "need", "pool", "amount"),
    "pace": ("week", "project", "state", "pace", "progress"),
    "moves": ("week", "pool", "from", "to", "amount"),
    "utilisation": ("week", "pool", "capacity", "used", "spare", "price"),
    "effective": ("week", "project", "need", "nominal", "supply", "ramp", "mentor", "effective"),
    "reasons": ("week", "project", "reason", "detail"),
    "serving": ("week", "project", "pool", "levers", "demand", "served", "nodes", "mfu", "memory"),
    "ledger": ("from", "until", "donor", "receiver", "pool", "amount", "then", "cost"),
}
"""The tables of a plan and their columns; each is a CSV file of that name and a DataFrame (weeks as datetime.date)."""

LATER = frozenset({"effective", "serving", "ledger"})
"""Tables that plans of earlier versions do not have: a missing file is an empty table, and says nothing."""


RETURNED, PASSED_ON, OPEN = THENS = ("returned", "passed on", "open")
"""What became of a loan of ledger.csv: it came back, went on to another project, or lasts to the end of the plan."""


class State(StrEnum):
    """What a project does in a week."""

    RUNNING = "running"
    PAUSED = "paused"
    WAITING = "waiting"
    COMPLETE = "complete"


class Status(StrEnum):
    """Why the solver stopped."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    INVALID = "invalid"
    STOPPED = "stopped"
    """Time limit or cancel before any plan was found."""


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One priority class: 0 is `focus`, then 1 + priority. Values are sums over project-weeks."""

    rank: int
    name: str
    attained: float
    ideal: float
    bound: float

    @property
    def gap_percent(self) -> float:
        """What is not proven, in percent of the ideal."""
        return 100.0 * max(0.0, self.bound - self.attained) / self.ideal if self.ideal > 0 else 0.0


@dataclass(frozen=True)
class Plan:
    """The tables of a plan, with the columns of `COLUMNS`."""

    portfolio: str
    policy: str
    start: date
    weeks: int
    allocation: pd.DataFrame
    pace: pd.DataFrame
    moves: pd.DataFrame
    utilisation: pd.DataFrame
    reasons: pd.DataFrame
    serving: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS["serving"])))
    effective: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS["effective"])))
    ledger: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS["ledger"])))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The DataFrames by table name."""
        return {name: getattr(self, name) for name in COLUMNS}


@dataclass(frozen=True)
class Conflict:
    """A rule that takes part in a contradiction, in the user's words."""

    rule: str
    text: str


@dataclass(frozen=True)
class Repair:
    """A way out of a contradiction, proven: the problem with these edits has a plan that passes its check.

    `rules` are given up in part or whole, at a `cost` in the user's units; `price` ranks repairs, floors the dearest.
    `smallest` says that no other set of rules is proven to be cheaper among those not listed before it.
    """

    text: str
    rules: tuple[str, ...]
    cost: str
    price: float
    edits: tuple[Edit, ...]
    smallest: bool = True

    def as_dict(self) -> dict[str, Any]:
        """The repair as plain data, for JSON and pages."""
        return {
            "text": self.text, "rules": list(self.rules), "cost": self.cost, "price": self.price,
            "smallest": self.smallest, "edits": [edit.as_dict() for edit in self.edits],
        }  # fmt: skip


FROM_PLAN = "from_plan"
"""The option that says, in an outcome, that the search began from a plan; where plans have numbers, from which."""


@dataclass(frozen=True)
class Outcome:
    """The answer to `solve`: status, proof and, unless infeasible, invalid or stopped, a checked plan."""

    status: Status
    portfolio: str = ""
    policy: str = ""
    plan: Plan | None = None
    classes: tuple[ClassResult, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    faults: tuple[Fault, ...] = ()
    arrivals: dict[str, float] = field(default_factory=dict)
    pauses: int = 0
    cost: float = 0.0
    digest: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """The outcome without its tables, as in summary.json."""
        plan = self.plan
        return {
            "status": str(self.status),
            "portfolio": self.portfolio,
            "policy": self.policy,
            "start": plan.start.isoformat() if plan else None,
            "weeks": plan.weeks if plan else None,
            "classes": [
                {
                    "class": c.rank, "name": c.name, "attained": c.attained, "ideal": c.ideal, "bound": c.bound,
                    "gap_percent": c.gap_percent,
                }
                for c in self.classes
            ],
            "conflicts": [{"rule": c.rule, "text": c.text} for c in self.conflicts],
            "repairs": [r.as_dict() for r in self.repairs],
            "faults": [f.as_dict() for f in self.faults],
            "arrivals": self.arrivals,
            "pauses": self.pauses,
            "cost": self.cost,
            "digest": self.digest,
            "versions": self.versions,
            "seconds": self.seconds,
            "options": self.options,
        }  # fmt: skip
