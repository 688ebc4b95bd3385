"""A trade-off as its page tells it: the curve, which points to look at, and the knee in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solver.frontier import Curve, Kind, Point, curve_of
from solver.frontier.points import Axis
from solver.words import number

WORDS = {
    "disruption": ("gain", "moves"),
    "keep": ("gain", "moves"),
    "donors": ("gain of the core", "donors’ loss"),
    "training": ("gain of the core", "nodes given up by what is protected"),
    "levers": ("nodes saved", "effort on levers"),
    "length": ("gain of the core", "others’ loss"),
}
"""What is gained and what it takes, in the sentence about the knee."""


@dataclass(frozen=True, slots=True)
class Line:
    """A point in the table: its number (the order in which it was found), and how it stands beside the others."""

    number: int
    point: Point
    dominated: bool
    knee: bool


@dataclass(frozen=True)
class Drawn:
    """A trade-off with the points found so far."""

    kind: Kind
    curve: Curve
    lines: tuple[Line, ...]

    @property
    def knee(self) -> Line | None:
        """The point that stands out."""
        return next((line for line in self.lines if line.knee), None)

    @property
    def says(self) -> str:
        """The knee in a sentence; blank without one."""
        bend = self.curve.bend
        if bend is None:
            return ""
        gain, takes = WORDS[self.kind.kind]
        return f"{_percent(bend.gain)} of the {gain} for {_percent(bend.price)} of the {takes}."

    @property
    def proven(self) -> str:
        """How much of that is proven."""
        bend = self.curve.bend
        if bend is None:
            return ""
        if _percent(bend.proven) == _percent(bend.gain):
            return "All of that share is proven."
        return f"At least {_percent(bend.proven)} of the gain are proven; the rest is what the bounds leave open."

    @property
    def why_none(self) -> str:
        """Why no point stands out; blank where one does, or while there are too few."""
        solved = [line for line in self.lines if line.point.x is not None and not line.dominated]
        if self.curve.bend is not None or not solved:
            return ""
        if len(solved) < 3:
            return "Fewer than three points are worth comparing, so that none can stand out."
        return (
            "No point stands out by what is proven: each step brings about as much as it takes, or the bounds leave it "
            "open. A smaller tolerance in the policy proves more."
        )

    @property
    def chart(self) -> dict[str, Any]:
        """The figures of the chart."""
        solved = [line for line in self.lines if line.point.x is not None]
        return {
            "x": _axis(self.kind.x), "y": _axis(self.kind.y),
            "points": [
                {
                    "row": f"point-{line.number}", "label": line.point.label, "x": line.point.x, "y": line.point.y,
                    "unproven": line.point.unproven, "gap": line.point.gap_percent, "dominated": line.dominated,
                    "knee": line.knee, "stands": line.point.as_it_stands,
                }
                for line in solved
            ],
        }  # fmt: skip


def drawn(kind: Kind, found: Sequence[Point]) -> Drawn:
    """The points found so far as a curve; each keeps the number under which it was found."""
    curve = curve_of(found, kind.x, kind.y)
    numbers = {id(point): n for n, point in enumerate(found)}
    lines = tuple(
        Line(numbers[id(point)], point, dominated, n == curve.knee)
        for n, (point, dominated) in enumerate(zip(curve.points, curve.dominated, strict=True))
    )
    return Drawn(kind, curve, lines)


def _axis(axis: Axis) -> dict[str, str]:
    return {"name": axis.name, "unit": axis.unit, "better": "more" if axis.more_is_better else "less"}


def _percent(share: float) -> str:
    return f"{number(100 * share, 0)}\u00a0%"
