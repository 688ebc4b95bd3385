"""What a check finds: violations in words and data, and the figures it recomputed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

ABSOLUTE = 1e-5
"""Published amounts have 6 decimals; a sum of some of them is right within this."""
RELATIVE = 1e-7
"""Added for large amounts, in which floating point itself errs."""
PACE = 1e-6
"""Published paces and progress have 6 decimals."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks, where, and by how much."""

    rule: str
    text: str
    project: str | None = None
    need: str | None = None
    pool: str | None = None
    week: date | None = None
    amount: float = 0.0

    def __str__(self) -> str:
        place = "/".join(name for name in (self.project, self.need, self.pool) if name)
        where = " ".join(part for part in (place, f"in the week of {self.week}" if self.week else "") if part)
        return ": ".join(part for part in (self.rule, where, self.text) if part)

    def as_dict(self) -> dict[str, Any]:
        """The violation as plain data, for JSON and pages."""
        return {
            "rule": self.rule, "text": str(self), "project": self.project, "need": self.need, "pool": self.pool,
            "week": self.week.isoformat() if self.week else None, "amount": self.amount,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check: all violations, and values, arrivals, pauses and cost as the tables have them."""

    violations: tuple[Violation, ...]
    attained: dict[int, float] = field(default_factory=dict)
    ideal: dict[int, float] = field(default_factory=dict)
    arrivals: dict[str, float] = field(default_factory=dict)
    pauses: int = 0
    pause_cost: float = 0.0
    cost: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations


def tolerance(scale: float | Numbers) -> Any:
    """By how much an amount of this size may be off."""
    return ABSOLUTE + RELATIVE * np.abs(scale)


def off(told: float, right: float) -> float:
    """By how much a figure is off; where it is no number, the whole of what is right."""
    difference = abs(float(told - right))
    return difference if math.isfinite(difference) else abs(float(right))


def hits(mask: Flags) -> Iterator[tuple[int, ...]]:
    """The indices at which a mask is true, as plain integers."""
    return (tuple(index) for index in np.argwhere(mask).tolist())


def say(amount: float) -> str:
    """An amount in a sentence."""
    return f"{amount:.6g}"
