"""Planning again in the middle of a plan: the past stays, what is near is frozen, the rest changes if it pays."""

from solver.replan.freeze import frozen
from solver.replan.start import problem_from

__all__ = ["frozen", "problem_from"]
