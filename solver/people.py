"""Change orders as they are published: who moves or shares time, what stays uncovered, and what was proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from solver.problem import Problem

ORDERS = ("week", "person", "kind", "pool", "site", "from", "to", "fte", "until", "back")
UNCOVERED = ("week", "pool", "project", "fte")
COLUMNS: Mapping[str, tuple[str, ...]] = {"orders": ORDERS, "uncovered": UNCOVERED}
"""The tables of change orders and their columns (weeks as datetime.date, None where there is none)."""


class Kind(StrEnum):
    """A `move` changes the project a person belongs to; a `share` lends some of the person's time to another."""

    MOVE = "move"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class PoolOrders:
    """What was found for one pool: people, moves and uncovered FTE-weeks, each with what no orders can go below."""

    pool: str
    people: int
    fte: float
    moves: int
    moves_bound: int
    uncovered: float
    uncovered_bound: float
    share_weeks: float
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether nothing less is possible: first the uncovered, and given that the moves."""
        return self.moves <= self.moves_bound and self.uncovered <= self.uncovered_bound + 1e-4

    def as_dict(self) -> dict[str, Any]:
        """The facts as plain data."""
        return {
            "pool": self.pool, "people": self.people, "fte": self.fte, "moves": self.moves,
            "moves_bound": self.moves_bound, "uncovered": self.uncovered, "uncovered_bound": self.uncovered_bound,
            "share_weeks": self.share_weeks, "proven": self.proven, "seconds": self.seconds,
        }  # fmt: skip


@dataclass(frozen=True)
class Orders:
    """Change orders for a plan; `left_out` names the pools of engineers of which nobody is recorded."""

    dwell: int
    orders: pd.DataFrame
    uncovered: pd.DataFrame
    pools: tuple[PoolOrders, ...] = ()
    left_out: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def moves(self) -> int:
        """How often somebody changes project."""
        return sum(p.moves for p in self.pools)

    @property
    def proven(self) -> bool:
        """Whether every pool is proven."""
        return all(p.proven for p in self.pools)

    def summary(self) -> dict[str, Any]:
        """Everything but the tables."""
        people = set(self.orders["person"][self.orders["kind"] == Kind.MOVE])
        return {
            "dwell": self.dwell, "people": sum(p.people for p in self.pools), "moved": len(people),
            "moves": self.moves, "moves_bound": sum(p.moves_bound for p in self.pools),
            "shares": int((self.orders["kind"] == Kind.SHARE).sum()),
            "uncovered": round(sum(p.uncovered for p in self.pools), 2),
            "uncovered_bound": round(sum(p.uncovered_bound for p in self.pools), 2),
            "proven": self.proven, "left_out": list(self.left_out), "seconds": self.seconds,
            "pools": [p.as_dict() for p in self.pools],
        }  # fmt: skip


def dwell_of(problem: Problem, policy: str) -> int:
    """Weeks that somebody stays after a move: as long as newcomers ramp up, so that nobody leaves before that."""
    return max(1, len(problem.policy[policy].engineer_ramp))
