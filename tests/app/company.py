"""A company with a plan that obeys every rule, and with risks: a build, then ads with a floor on nodes to come."""

from __future__ import annotations

from solver.check import check
from solver.folder import files_of
from solver.plan import ClassResult, Outcome, Plan, Status
from solver.problem import Problem
from solver.records import Capacity, Floor, Risk
from tests.solver.handmade import START, gpu_pool, plan_of, portfolio, project, week

LATE = Risk(risk="late", kind="delay", pool="h100", distribution="uniform", low=0, high=3, chance=0.5, note="a guess")
SLIP = Risk(risk="slip", kind="slip", project="speed", distribution="fixed", mean=0.25, since=week(0), until=week(3))


def company(*risks: Risk) -> tuple[Problem, Plan]:
    """Six weeks: speed is built in two of them on four nodes, ads holds six from week 2 on and is promised them."""
    parts = (
        project("speed", kind="build", priority=0, value=3.0, today=4, status="running", deadline=week(2)),
        project("ads", 6, priority=2, value=2.0),
        {"floors": [Floor(policy="normal", project="ads", need="gpu", pool="h100", week=week(2), amount=6)]},
    )
    amounts = [Capacity(pool="h100", week=START, amount=4), Capacity(pool="h100", week=week(2), amount=10)]
    problem = portfolio(gpu_pool(amount=10), *parts, weeks=6).replace(capacity=amounts, risks=risks)
    given = {("speed", "gpu", "h100"): [4, 4, 0, 0, 0, 0], ("ads", "gpu", "h100"): [0, 0, 6, 6, 6, 6]}
    return problem, plan_of(problem, given, {"speed": [1.0, 1.0], "ads": [None, None, 1.0, 1.0, 1.0, 1.0]})


def outcome(problem: Problem, plan: Plan) -> Outcome:
    """The plan as an answer that can be stored."""
    report = check(problem, "normal", plan)
    assert report.ok
    classes = tuple(
        ClassResult(rank, f"priority {rank - 1}", value, report.ideal[rank], value)
        for rank, value in report.attained.items()
    )
    return Outcome(Status.OPTIMAL, "tiny", "normal", plan, classes, digest=problem.digest)


def files(problem: Problem) -> dict[str, bytes]:
    """The portfolio as an upload gives it."""
    return {name: text.encode() for name, text in files_of(problem).items()}
