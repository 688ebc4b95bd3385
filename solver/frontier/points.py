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

    `gap_percent` is the largest of its classes' gaps, in percent of their ideals; `unproven` is how much better than
    `y` the best plan may be, as far as is proven; `facts` are further figures.
    """

    label: str
    setting: float
    status: str
    x: float | None = None
    y: float | None = None
    gap_percent: float | None = None
    unproven: float = 0.0
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
            "gap_percent": self.gap_percent, "unproven": self.unproven, "facts": dict(self.facts),
            "edits": [dict(e) for e in self.edits], "digest": self.digest, "seconds": self.seconds,
            "message": self.message, "as_it_stands": self.as_it_stands,
        }  # fmt: skip

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Point:
        """The point that `as_dict` told of."""
        return Point(**{**data, "edits": tuple(data["edits"])})


@dataclass(frozen=True, slots=True)
class Knee:
    """Where a curve bends most: which point, its shares of the whole gain and of the whole price, and the share of the
    gain that is left if every plan were as good as its proof allows.
    """

    point: int
    gain: float
    price: float
    proven: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by their x, those without a plan last; which are dominated (as good in one and worse in the other), and
    the knee, where one stands out.
    """

    points: tuple[Point, ...]
    dominated: tuple[bool, ...]
    bend: Knee | None = None

    @property
    def knee(self) -> int | None:
        """The place of the knee among the points."""
        return self.bend.point if self.bend else None

    @property
    def says(self) -> str:
        """The knee in a sentence; blank without one."""
        if self.bend is None:
            return ""
        gain, price, proven = (number(100 * share, 0) for share in (self.bend.gain, self.bend.price, self.bend.proven))
        known = f" (at least {proven} % are proven)" if proven != gain else ""
        return f"{self.points[self.bend.point].label}: {gain} % of the gain for {price} % of the price{known}"


@dataclass(frozen=True, slots=True)
class _Cost:
    """Two quantities so that less is better in both, and how much less y may be at best."""

    x: float
    y: float
    unproven: float


def curve_of(points: Iterable[Point], x: Axis, y: Axis) -> Curve:
    """The curve of some points; y is what is gained, x what it takes."""
    ordered = sorted(points, key=lambda p: (p.x is None, p.x or 0.0, p.y or 0.0, p.setting, p.label))
    costs = [_Cost(x.cost(p.x), y.cost(p.y), p.unproven) for p in ordered if p.x is not None and p.y is not None]
    slack = SAME * _span([c.x for c in costs]), SAME * _span([c.y for c in costs])
    dominated = [any(_beats(other, mine, slack) for other in costs) for mine in costs]
    none = [False] * (len(ordered) - len(costs))
    return Curve(tuple(ordered), (*dominated, *none), _knee(costs, dominated))


def _span(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0.0


def _beats(other: _Cost, mine: _Cost, slack: tuple[float, float]) -> bool:
    """As good in both and better in one; better in y only by more than what mine leaves unproven."""
    as_good = other.x <= mine.x + slack[0] and other.y <= mine.y + slack[1]
    return as_good and (other.x < mine.x - slack[0] or other.y < mine.y - max(slack[1], mine.unproven))


def _knee(costs: Sequence[_Cost], dominated: Sequence[bool]) -> Knee | None:
    """The undominated point that is furthest above the straight line between the cheapest and the best.

    It has to stand out by what is proven: the cheapest may gain all that it leaves unproven, and so may the best.
    """
    left = [n for n, out in enumerate(dominated) if not out]
    if len(left) < 3:
        return None
    cheap, dear = (costs[pick(left, key=lambda n: (costs[n].x, costs[n].y))] for pick in (min, max))
    if dear.x <= cheap.x or cheap.y <= dear.y:
        return None

    def bend(n: int) -> Knee:
        gained, whole = cheap.y - costs[n].y, cheap.y - dear.y
        sure = gained - cheap.unproven
        proven = sure / (whole - cheap.unproven + dear.unproven) if sure > 0 else 0.0
        return Knee(n, gained / whole, (costs[n].x - cheap.x) / (dear.x - cheap.x), proven)

    found = max(map(bend, left), key=lambda k: (k.gain - k.price, -k.point))
    return found if found.proven - found.price > BEND else None
