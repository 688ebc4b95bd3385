"""A trade-off as its page tells it: the curve, which points to look at, and the knee in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.web.language import N_, _
from app.web.said import said
from solver.frontier import Curve, Kind, Point, curve_of
from solver.frontier.points import Axis
from solver.words import number

WORDS = {
    "disruption": (N_("gain"), N_("moves")),
    "keep": (N_("gain"), N_("moves")),
    "donors": (N_("gain of the core"), N_("donors’ loss")),
    "training": (N_("gain of the core"), N_("nodes given up by what is protected")),
    "levers": (N_("nodes saved"), N_("effort on levers")),
    "length": (N_("gain of the core"), N_("others’ loss")),
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
        return _(
            "%(share)s of the %(gain)s for %(price)s of the %(takes)s.",
            share=_percent(bend.gain), gain=_(gain), price=_percent(bend.price), takes=_(takes),
        )  # fmt: skip

    @property
    def proven(self) -> str:
        """How much of that is proven."""
        bend = self.curve.bend
        if bend is None:
            return ""
        if _percent(bend.proven) == _percent(bend.gain):
            return _("All of that share is proven.")
        share = _percent(bend.proven)
        return _("At least %(share)s of the gain are proven; the rest is what the bounds leave open.", share=share)

    @property
    def why_none(self) -> str:
        """Why no point stands out; blank where one does, or while there are too few."""
        solved = [line for line in self.lines if line.point.x is not None and not line.dominated]
        if self.curve.bend is not None or not solved:
            return ""
        if len(solved) < 3:
            return _("Fewer than three points are worth comparing, so that none can stand out.")
        return _(
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
                    "row": f"point-{line.number}", "label": said(line.point.label),
                    "x": line.point.x, "y": line.point.y,
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
    """A value has no unit, which scripts know by that word."""
    unit = axis.unit if axis.unit == "value" else said(axis.unit)
    return {"name": said(axis.name), "unit": unit, "better": "more" if axis.more_is_better else "less"}


def _percent(share: float) -> str:
    return f"{number(100 * share, 0)}\u00a0%"
