"""Trade-offs: what-if plans along one question, each checked, and what the two sides of it come to."""

from solver.frontier.kinds import KINDS, Kind, kind_of
from solver.frontier.points import Curve, Point, curve_of
from solver.frontier.trace import Ask, trace

__all__ = ["KINDS", "Ask", "Curve", "Kind", "Point", "curve_of", "kind_of", "trace"]
