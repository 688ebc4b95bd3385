"""Points of a trade-off, and the curve they make: sorted, the dominated ones marked, the knee named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from solver.edits import Edit
from solver.words import number

SAME = 1e-6
"""Share of an axis's span below which two figures count as equal: published amounts have six decimals."""
BEND = 0.05
"""How far the knee has to stand out of the straight line between the ends, as a share of both spans."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One of the two quantities that a plan is measured by, and which way is better."""

    name: str
    unit: str
    more_is_better: bool

    def cost(self, value: float) -> float:
        """The value so that less is better."""
        return -value if self.more_is_better else value


@dataclass(frozen=True, slots=True)
class Variant:
    """A what-if: the rule it changes in words, the figure that is varied, and the records that differ."""

    label: str
    setting: float
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A variant with its checked plan's two quantities; without a plan both are None, and `message` says why.

    `gap_percent` is the largest of its classes' gaps, in percent of their ideals; `facts` are further figures.
    """

    label: str
    setting: float
    status: str
    x: float | None = None
    y: float | None = None
    gap_percent: float | None = None
    facts: Mapping[str, float] = field(default_factory=dict)
    edits: tuple[Mapping[str, Any], ...] = ()
    digest: str = ""
    seconds: float = 0.0
    message: str = ""
    as_it_stands: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The point as plain data, for JSON and the database."""
        return {
            "label": self.label, "setting": self.setting, "status": self.status, "x": self.x, "y": self.y,
            "gap_percent": self.gap_percent, "facts": dict(self.facts), "edits": [dict(e) for e in self.edits],
            "digest": self.digest, "seconds": self.seconds, "message": self.message,
            "as_it_stands": self.as_it_stands,
        }  # fmt: skip

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Point:
        """The point that `as_dict` told of."""
        return Point(**{**data, "edits": tuple(data["edits"])})


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by their x, those without a plan last; which are dominated (as good in one and worse in the other), and
    where it bends most, with the shares of the whole gain and of the whole price there.
    """

    points: tuple[Point, ...]
    dominated: tuple[bool, ...]
    knee: int | None = None
    gain: float = 0.0
    price: float = 0.0

    @property
    def says(self) -> str:
        """The knee in a sentence; blank without one."""
        if self.knee is None:
            return ""
        gain, price = number(100 * self.gain, 0), number(100 * self.price, 0)
        return f"{self.points[self.knee].label}: {gain} % of the gain for {price} % of the price"


def curve_of(points: Iterable[Point], x: Axis, y: Axis) -> Curve:
    """The curve of some points; y is what is gained, x what it takes."""
    ordered = sorted(points, key=lambda p: (p.x is None, p.x or 0.0, p.y or 0.0, p.setting, p.label))
    costs = [(x.cost(p.x), y.cost(p.y)) for p in ordered if p.x is not None and p.y is not None]
    slack = tuple(SAME * (max(c) - min(c)) for c in zip(*costs, strict=True)) if costs else (0.0, 0.0)
    dominated = [any(_beats(other, mine, slack) for other in costs) for mine in costs]
    none = [False] * (len(ordered) - len(costs))
    knee, gain, price = _knee(costs, dominated)
    return Curve(tuple(ordered), (*dominated, *none), knee, gain, price)


def _beats(other: tuple[float, float], mine: tuple[float, float], slack: Sequence[float]) -> bool:
    """As good in both and better in one."""
    pairs = list(zip(other, mine, slack, strict=True))
    return all(a <= b + s for a, b, s in pairs) and any(a < b - s for a, b, s in pairs)


def _knee(costs: Sequence[tuple[float, float]], dominated: Sequence[bool]) -> tuple[int | None, float, float]:
    """The undominated point that is furthest above the straight line between the cheapest and the best."""
    left = [n for n, out in enumerate(dominated) if not out]
    if not left:
        return None, 0.0, 0.0
    (cheap, least), (dear, most) = min(costs[n] for n in left), max(costs[n] for n in left)
    if len(left) < 3 or dear <= cheap or least <= most:
        return None, 0.0, 0.0
    shares = {n: ((least - costs[n][1]) / (least - most), (costs[n][0] - cheap) / (dear - cheap)) for n in left}
    knee = max(left, key=lambda n: (shares[n][0] - shares[n][1], -n))
    gain, price = shares[knee]
    return (knee, gain, price) if gain - price > BEND else (None, 0.0, 0.0)
