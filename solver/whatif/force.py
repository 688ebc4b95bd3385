"""A project forced in or out: the portfolio with that decision, and what each class pays or gains."""

from __future__ import annotations

from dataclasses import dataclass, replace

from solver.edits import Edit, edited
from solver.plan import Outcome
from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Change:
    """A class with and without the decision; `unproven` is the larger gap of the two solves, in percent."""

    name: str
    before: float
    after: float
    ideal: float
    unproven: float

    @property
    def percent(self) -> float:
        """The change in percent of the ideal; negative where the class pays."""
        return 100.0 * (self.after - self.before) / self.ideal if self.ideal > 0 else 0.0


def forced(problem: Problem, project: str, must: str) -> tuple[Problem, tuple[Edit, ...]]:
    """The problem in which a project is forced `in` or `out`, and the edit that does it. Raises InvalidInput."""
    edit = Edit("projects", replace(problem.project[project], must=must))
    return edited(problem, [edit]), (edit,)


def changes(before: Outcome, after: Outcome) -> list[Change]:
    """Each class of both outcomes; `unproven` is the larger of their gaps, in percent of the ideal."""
    later = {c.rank: c for c in after.classes}
    return [
        Change(c.name, c.attained, later[c.rank].attained, c.ideal, max(c.gap_percent, later[c.rank].gap_percent))
        for c in before.classes
        if c.rank in later
    ]
