"""What is kept of a solve, and a sweep's results as one tidy CSV text: a row per scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from solver.classes import COMPLETE_AT
from solver.columns import plain
from solver.files.csvtext import write_rows
from solver.files.formula import escape
from solver.plan import Outcome
from solver.problem import Problem

if TYPE_CHECKING:
    from solver.sweep.scenarios import Scenario

PER_CLASS = ("attained", "ideal", "bound", "gap_percent")
COLUMNS = ("moves_gpu", "moves_engineer", "pauses", "cost", "seconds", "digest", "key", "message")
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one solve: classes by rank, and the week in which each build is complete (blank: not within the
    horizon). Without a plan, `message` says why.
    """

    key: str
    policy: str
    status: str
    classes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    complete: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, float] = field(default_factory=dict)
    pauses: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    digest: str = ""
    message: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        return asdict(self)

    def figures(self) -> dict[str, Any]:
        """All but the time it took: equal for equal tasks, wherever they are computed."""
        return {k: v for k, v in asdict(self).items() if k != "seconds"}


def result_of(key: str, problem: Problem, outcome: Outcome) -> Result:
    """What is kept of an outcome."""
    return Result(
        key, outcome.policy, str(outcome.status),
        {str(c.rank): {name: round(getattr(c, name), DIGITS) for name in PER_CLASS} for c in outcome.classes},
        _complete(problem, outcome), {kind: round(amount, DIGITS) for kind, amount in outcome.arrivals.items()},
        outcome.pauses, round(outcome.cost, DIGITS), round(outcome.seconds.get("total", 0.0), 3), outcome.digest,
        "; ".join(c.text for c in outcome.conflicts[:3]),
    )  # fmt: skip


def refused(policy: str, status: str, message: str) -> Result:
    """The result of a scenario that was not solved at all; it has no key and is not kept."""
    return Result("", policy, status, message=message)


def results_csv(rows: Sequence[tuple[Scenario, Result]]) -> str:
    """One row per scenario: its values, status, classes, dates of builds, moves, seconds."""
    targets = _in_order(name for scenario, _ in rows for name in scenario.values)
    ranks = sorted({rank for _, result in rows for rank in result.classes}, key=int)
    builds = sorted({build for _, result in rows for build in result.complete})
    head = [
        "scenario",
        *targets,
        "policy_solved",
        "status",
        *(f"class_{r}_{name}" for r in ranks for name in PER_CLASS),
    ]
    head += [*(f"complete_{build}" for build in builds), *COLUMNS]
    return write_rows(head, (_cells(scenario, result, targets, ranks, builds) for scenario, result in rows))


def _cells(scenario: Scenario, result: Result, targets: list[str], ranks: list[str], builds: list[str]) -> list[str]:
    cells = [escape(scenario.name), *(escape(scenario.values.get(name, "")) for name in targets)]
    cells += [result.policy, result.status]
    for rank in ranks:
        found = result.classes.get(rank, {})
        cells += [plain(found[name]) if name in found else "" for name in PER_CLASS]
    cells += [result.complete.get(build, "") for build in builds]
    solved = bool(result.classes)
    moves = [plain(result.moves.get(kind, 0.0)) if solved else "" for kind in ("gpu", "engineer")]
    rest = [str(result.pauses), plain(result.cost)] if solved else ["", ""]
    return [*cells, *moves, *rest, plain(result.seconds), result.digest, result.key, escape(result.message)]


def _complete(problem: Problem, outcome: Outcome) -> dict[str, str]:
    if outcome.plan is None:
        return {}
    pace = outcome.plan.pace
    done = pace[pace["progress"] >= COMPLETE_AT].groupby("project")["week"].min()
    builds = [p.project for p in problem.projects if p.kind == "build" and p.status != "done"]
    return {build: done[build].isoformat() if build in done.index else "" for build in builds}


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
