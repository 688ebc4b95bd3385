"""The twin of every rule: recomputes a plan from its published tables alone and shares nothing with the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from solver.check import fixed, policy_rules, rules, serving_rules, tables, values
from solver.check.ground import Ground
from solver.check.published import Published, headings, read
from solver.check.report import Report, Violation
from solver.classes import ideals
from solver.faults import Fault, InvalidInput
from solver.plan import ClassResult, Plan
from solver.problem import Problem

RULES: tuple[Callable[[Published], Iterator[Violation]], ...] = (
    rules.capacity,
    rules.pace,
    rules.ramp,
    rules.viable,
    rules.dwell,
    rules.builds,
    fixed.schedule,
    policy_rules.stance,
    policy_rules.floors,
    policy_rules.change,
    policy_rules.pins,
    policy_rules.must,
    policy_rules.money,
    policy_rules.steps,
    serving_rules.serving,
)
"""The rules in the order of the planning problem; a violation carries the name of its function."""
TOLD = 20
"""How much of what a plan breaks is told where it is refused."""


def check(problem: Problem, policy: str, plan: Plan, classes: Sequence[ClassResult] = ()) -> Report:
    """Every rule on every published figure; with `classes`, also the values claimed for them.

    A report without violations means: the plan obeys rules 1 to 12, its moves and utilisation follow from its
    allocation, and each claimed class value is what the published paces and progress are worth. Of a plan of other
    weeks that is all there is to say.
    """
    ground = Ground(problem, problem.policy[policy])
    if (plan.start, plan.weeks) != (problem.head.start, problem.head.weeks):
        return Report(tuple(headings(ground, plan)))
    published, found = read(ground, plan)
    for rule in RULES:
        found.extend(rule(published))
    found.extend(tables.moves(published, plan.moves))
    found.extend(tables.utilisation(published, plan.utilisation))
    found.extend(serving_rules.figures(published, plan.serving))
    found.extend(tables.effective(published, plan.effective))
    attained, ideal = values.attained(published), ideals(problem, policy)
    if classes:
        found.extend(tables.classes(classes, attained, ideal))
    pauses, pause_cost = values.pauses(published)
    return Report(
        tuple(found), attained, ideal, values.arrivals(published), pauses, pause_cost, values.cost(published)
    )  # fmt: skip


def require(problem: Problem, policy: str, plan: Plan) -> None:
    """Raises InvalidInput, with what a plan breaks, unless it obeys every rule of the portfolio."""
    right = "a plan of this portfolio as it is now: solve it again, or name the portfolio that the plan was made for"
    if violations := check(problem, policy, plan).violations:
        raise InvalidInput([Fault("summary.json", str(violation), right) for violation in violations[:TOLD]])


__all__ = ["RULES", "Report", "Violation", "check", "require"]
