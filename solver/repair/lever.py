"""A lever: one rule of the user's that may be given up, and what that loosens in the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from solver.model.sheet import Floats, Ints

PRICE = {
    "change": 1.0, "money": 1.0, "deadline": 2.0, "delivery": 2.0, "minimum": 3.0, "capacity": 3.0, "links": 5.0,
    "pause": 5.0, "value": 5.0, "must": 6.0, "pins": 8.0, "protect": 10.0, "floors": 100.0,
}  # fmt: skip
"""What giving up a rule of each family costs beside the others: floors last, human decisions next to last."""
SHARE = 0.9
"""How much more it costs, as a share of the price, to give up all of a rule instead of next to nothing."""


@dataclass(frozen=True, slots=True)
class Give:
    """One number of a lever, from 0 to `most`: it adds `factor` per unit to what `rows` lack."""

    rows: Ints
    factor: Floats
    most: float
    whole: bool = False
    week: int = -1


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Lever:
    """A rule that may be given up, wholly or by an amount.

    `free_on` / `free_off` are columns that the rule holds at 1 / at 0 by a bound; `asks` are columns that must be 1
    where the lever is used. `nested` gives come one after the other (a delivery one week earlier, then two).
    """

    kind: str
    what: tuple[Any, ...]
    gives: tuple[Give, ...] = ()
    free_on: Ints = field(default_factory=_none)
    free_off: Ints = field(default_factory=_none)
    asks: Ints = field(default_factory=_none)
    nested: bool = False
    size: float = 1.0

    @property
    def price(self) -> float:
        """What using the lever costs at all."""
        return PRICE[self.kind]


@dataclass(frozen=True, slots=True)
class Used:
    """A lever as a repair uses it: how much of each of its gives, in the units of its rule."""

    lever: Lever
    amounts: tuple[float, ...]

    @property
    def amount(self) -> float:
        """The largest of its gives; for nested ones how many are used."""
        if self.lever.nested:
            return float(sum(a > 0.5 for a in self.amounts))
        return max(self.amounts, default=0.0)
