"""The trade-offs by name: what is asked, how its what-ifs are made, and by which two quantities plans are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from solver.faults import Fault, InvalidInput
from solver.frontier import variants
from solver.frontier.points import Axis
from solver.frontier.reading import Measured, Situation
from solver.frontier.variants import Make, levers_left
from solver.records import key_of

Read = Callable[[Measured], Mapping[str, float]]
Lacks = Callable[[Situation], Fault | None]
Gainers = Callable[[Situation], frozenset[str]]
X, Y = "x", "y"


@dataclass(frozen=True, slots=True)
class Kind:
    """A trade-off. `read` gives the quantities `x` and `y` of a plan, and further figures by their names; `gainers` are
    the projects whose value y is, if it is a value; `lacks` says why there is nothing to vary.
    """

    kind: str
    title: str
    question: str
    x: Axis
    y: Axis
    make: Make
    read: Read
    lacks: Lacks
    gainers: Gainers

    def require(self, asked: Situation) -> None:
        """Raises InvalidInput where there is nothing that this trade-off could vary."""
        if fault := self.lacks(asked):
            raise InvalidInput([fault])


def _nothing_lacks(_: Situation) -> Fault | None:
    return None


def _no_approved(asked: Situation) -> Fault | None:
    return None if asked.approved else Fault("portfolio", "has no approved plan to keep to", "a plan of record")


def _no_donors(asked: Situation) -> Fault | None:
    return None if asked.donors else Fault("stances", "makes no project a donor", "a policy that pauses somebody")


def _none_protected(asked: Situation) -> Fault | None:
    right = "a policy that protects a project, such as the training"
    return None if asked.protected else Fault("stances", "protects no project", right)


def _no_levers(asked: Situation) -> Fault | None:
    right = "a row for each lever that is still to be delivered"
    left = levers_left(asked.problem, asked.policy)
    return None if left else Fault("levers", "has no lever that a service could still get", right)


def _no_end(asked: Situation) -> Fault | None:
    policy, (first, last) = asked.problem.policy[asked.policy], asked.problem.window(asked.policy)
    if policy.start is not None and policy.end is not None and first < last:
        return None
    right = "a policy with a start and an end within the horizon"
    return Fault("policies", "has no length that could be varied", right, key_of(policy), "end")


def _core(asked: Situation) -> frozenset[str]:
    return asked.core


def _core_or_all(asked: Situation) -> frozenset[str]:
    """The core; without anything in focus, all projects together."""
    return asked.core if asked.in_focus else frozenset(asked.problem.project)


def _nobody(_: Situation) -> frozenset[str]:
    return frozenset()


def _disruption(plan: Measured) -> dict[str, float]:
    nodes, people = plan.moves.get("gpu", 0.0), plan.moves.get("engineer", 0.0)
    return {X: nodes + people, Y: plan.gain(_core_or_all(plan.situation)), "nodes moved": nodes, "FTE moved": people}


def _donors(plan: Measured) -> dict[str, float]:
    asked = plan.situation
    return {X: plan.loss(asked.donors), Y: plan.gain(asked.core), "loss of all others": plan.loss(asked.others)}


def _training(plan: Measured) -> dict[str, float]:
    asked = plan.situation
    return {X: plan.least(asked.protected), Y: plan.gain(asked.core), "loss of protected": plan.loss(asked.protected)}


def _levers(plan: Measured) -> dict[str, float]:
    nodes = sum(crew.node_weeks for crew in plan.crews)
    effort = sum(crew.engineer_weeks for crew in plan.crews)
    whole = nodes / plan.served if plan.served > 0 else 0.0
    return {X: effort, Y: whole, "node-weeks in the plan": nodes, "percent served": 100.0 * plan.served}


def _length(plan: Measured) -> dict[str, float]:
    asked = plan.situation
    first, last = plan.problem.window(asked.policy)
    return {X: plan.loss(asked.others), Y: plan.gain(asked.core), "weeks in force": float(last - first)}


MOVED = Axis("moves", "nodes and FTE", more_is_better=False)
GAIN = Axis("gain of the core against today", "value", more_is_better=True)
KINDS: dict[str, Kind] = {
    kind.kind: kind
    for kind in (
        Kind(
            "disruption", "Value against disruption", "How much of the gain is left with fewer moves a week?",
            MOVED, Axis("gain against today", "value", more_is_better=True), variants.fewer_moves, _disruption,
            _nothing_lacks, _core_or_all,
        ),
        Kind(
            "keep", "Value against the approved plan", "What does it cost to keep to the approved plan for longer?",
            MOVED, Axis("gain against today", "value", more_is_better=True), variants.kept_weeks, _disruption,
            _no_approved, _core_or_all,
        ),
        Kind(
            "donors", "Core gain against donors’ loss", "What if the donors keep a part of what they have?",
            Axis("loss of the donors against today", "value", more_is_better=False), GAIN, variants.spared_donors,
            _donors, _no_donors, _core,
        ),
        Kind(
            "training", "Training floor against core", "What would a lower floor of what is protected bring the core?",
            Axis("fewest nodes of what is protected", "nodes", more_is_better=True), GAIN, variants.lower_floors,
            _training, _none_protected, _core,
        ),
        Kind(
            "levers", "Nodes against levers", "More engine or better pit crew?",
            Axis("effort on levers", "engineer-weeks", more_is_better=False),
            Axis("nodes for the whole demand", "node-weeks", more_is_better=False), variants.fewer_levers, _levers,
            _no_levers, _nobody,
        ),
        Kind(
            "length", "Length of the code red", "What would a shorter or a longer code red bring, and cost the others?",
            Axis("loss of all others against today", "value", more_is_better=False), GAIN, variants.other_ends, _length,
            _no_end, _core,
        ),
    )
}  # fmt: skip
"""Every trade-off, in the order in which they are offered."""


def kind_of(name: str) -> Kind:
    """A trade-off by name. Raises InvalidInput with the list."""
    if name not in KINDS:
        fault = Fault("portfolio", "has no such trade-off", f"one of {', '.join(KINDS)}", column="kind", value=name)
        raise InvalidInput([fault])
    return KINDS[name]
