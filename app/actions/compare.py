"""Lay two plans side by side: what each class attains, and every amount that differs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from app.actions.plans import StoredPlan, get_plan
from app.db import Database
from solver.plan import ClassResult

CELL = ["week", "project", "need", "pool"]
LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class ClassComparison:
    """One priority class in both plans; None where a plan has no such class."""

    rank: int
    name: str
    before: ClassResult | None
    after: ClassResult | None

    @property
    def change(self) -> float:
        """What the class attains more."""
        return (self.after.attained if self.after else 0.0) - (self.before.attained if self.before else 0.0)


@dataclass(frozen=True)
class Comparison:
    """`before` is the other plan, `after` the plan itself; the difference has one row per amount that differs."""

    plan: StoredPlan
    other: StoredPlan
    classes: tuple[ClassComparison, ...]
    difference: pd.DataFrame


def compare(db: Database, plan_id: int, other_id: int) -> Comparison:
    """A plan against another one, such as the plan of record. Raises NotFound."""
    plan, other = get_plan(db, plan_id), get_plan(db, other_id)
    return Comparison(plan, other, _classes(other, plan), difference(other, plan))


def difference(before: StoredPlan, after: StoredPlan) -> pd.DataFrame:
    """Columns week, project, need, pool, before, after, change; only rows that differ, in that order."""
    old, new = (_amounts(stored) for stored in (before, after))
    both = pd.concat([old.rename("before"), new.rename("after")], axis=1).fillna(0.0)
    both["change"] = both["after"] - both["before"]
    return both[both["change"].abs() > LEAST].sort_index().reset_index()


def _amounts(stored: StoredPlan) -> pd.Series[float]:
    plan = stored.outcome.plan
    if plan is None:
        return pd.Series(dtype=float)
    return plan.allocation.groupby(CELL)["amount"].sum()


def _classes(before: StoredPlan, after: StoredPlan) -> tuple[ClassComparison, ...]:
    old = {c.rank: c for c in before.outcome.classes}
    new = {c.rank: c for c in after.outcome.classes}
    return tuple(
        ClassComparison(rank, (new.get(rank) or old[rank]).name, old.get(rank), new.get(rank))
        for rank in sorted(old.keys() | new.keys())
    )
