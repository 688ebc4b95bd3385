"""Solving again after a change: from nothing, and from the plan before it. How long each takes, and what each attains.

plan the portfolio  ->  change one thing, or go some weeks on  ->  solve that without and with the plan  ->  ratio
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from benchmarks.generate import generate
from solver import solve
from solver.faults import InvalidInput
from solver.folder import read_folder
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Options, cores
from solver.records import GPU, Capacity
from solver.replan import frozen, problem_from
from solver.replan.changes import moves_beyond

EXAMPLE = "examples/code-red"
CHANGED = 5
"""Weeks after the start from which on a capacity is another one."""
MORE = 1.05
"""Times as much of a capacity or a need as before; a capacity may become as much less."""
WORTH = 1.2
"""Times as much that a project is worth."""
FROZEN = 2
"""Weeks that stay as they are where it is planned again later."""
WIDTH = 30
"""Characters of the column that says what changed."""


@dataclass(frozen=True)
class Change:
    """What is another in a portfolio, in words, and the portfolio."""

    words: str
    problem: Problem


def main(words: list[str]) -> int:
    """Plan, then solve every change from nothing and from that plan; print both and the ratio of their seconds."""
    asked = _arguments().parse_args(words)
    problem = _portfolio(asked.portfolio)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} before; {asked.threads} threads")
    options = Options(time_limit=asked.limit, gap=asked.gap, threads=asked.threads)
    base, seconds = timed(problem, asked.policy, options, None)
    print(row("as it is", "from nothing", seconds, base))
    if base.plan is None:
        return 1
    part = options if asked.share >= 1 else replace(options, time_limit=asked.share * asked.limit)
    for change in changes(problem, asked.policy, base.plan, [int(week) for week in asked.weeks.split(",") if week]):
        first, cold = timed(change.problem, asked.policy, options, None)
        print(row(change.words, "from nothing", cold, first))
        again, warm = timed(change.problem, asked.policy, part, base.plan)
        moved = "; moves beyond the plan: " + ", from the plan ".join(
            f"{beyond(change.problem, base.plan, one):g}" for one in (first, again)
        )
        print(f"{row('', 'from the plan', warm, again)}  ratio {warm / cold:.2f}{moved}")
    print(f"load after: {os.getloadavg()[0]:.2f}")
    return 0


def timed(problem: Problem, policy: str, options: Options, start: Plan | None) -> tuple[Outcome, float]:
    """The outcome of a solve, and its seconds."""
    began = time.perf_counter()
    outcome = solve(problem, policy, options=options, start=start)
    return outcome, time.perf_counter() - began


def beyond(problem: Problem, before: Plan, outcome: Outcome) -> float:
    """How much moves that does not in the plan before."""
    return sum(moves_beyond(problem, before, outcome.plan).values()) if outcome.plan else float("nan")


def row(words: str, whence: str, seconds: float, outcome: Outcome) -> str:
    """A line: what changed, from where, seconds, status, and per class the gap and what is attained of the ideal."""
    classes = "  ".join(f"{c.gap_percent:.2f}/{100 * c.attained / max(c.ideal, 1e-9):.1f}" for c in outcome.classes)
    return f"{words:{WIDTH}}{whence:14}{seconds:8.2f} s  {outcome.status:10} {classes}"


def changes(problem: Problem, policy: str, plan: Plan, weeks: list[int]) -> Iterator[Change]:
    """One thing at a time that is another than when the plan was made; those that make no portfolio are left out."""
    yield from (*_of_capacity(problem, plan), *_of_demand(problem), *_of_stance(problem, policy))
    for passed in weeks:
        later = problem.head.start + timedelta(weeks=passed)
        yield Change(f"{passed} weeks later", frozen(problem_from(problem, plan, later), plan, FROZEN))


def _of_capacity(problem: Problem, plan: Plan) -> Iterator[Change]:
    """The largest pool of GPUs with more, with less, and with less than the plan uses."""
    week = problem.head.start + timedelta(weeks=CHANGED)
    pools = [pool.pool for pool in problem.pools if pool.kind == GPU]
    now = {c.pool: c for c in problem.capacity if c.week <= week and c.pool in pools}
    largest = max(now.values(), key=lambda c: c.amount)
    rows = plan.allocation[(plan.allocation["pool"] == largest.pool) & (plan.allocation["week"] >= week)]
    used = float(rows.groupby("week")["amount"].sum().max()) if len(rows) else 0.0
    for words, amount in (
        ("capacity more", largest.amount * MORE), ("capacity less", largest.amount / MORE), ("used less", used / MORE),
    ):  # fmt: skip
        kept = [c for c in problem.capacity if (c.pool, c.week) != (largest.pool, week)]
        changed = Capacity(pool=largest.pool, week=week, amount=float(int(amount)))
        try:
            yield Change(f"{words}: {largest.pool}", problem.replace(capacity=[*kept, changed]))
        except InvalidInput as fault:
            print(f"{words}: {fault.faults[0]}")


def _of_demand(problem: Problem) -> Iterator[Change]:
    """The largest need of GPUs with more, and a project in the middle of all priorities that is worth more."""
    largest = max((n for n in problem.needs if n.kind == GPU and n.full), key=lambda n: n.full or 0.0)
    needs = [replace(n, full=(n.full or 0.0) * MORE) if n is largest else n for n in problem.needs]
    yield Change(f"need: {largest.project}", problem.replace(needs=needs))
    one = sorted(problem.projects, key=lambda p: p.priority)[len(problem.projects) // 2]
    projects = [replace(p, value=p.value * WORTH) if p is one else p for p in problem.projects]
    yield Change(f"value: {one.project}", problem.replace(projects=projects))


def _of_stance(problem: Problem, policy: str) -> Iterator[Change]:
    """A pause that is lifted."""
    paused = [s for s in problem.stances if s.policy == policy and s.stance == "pause"]
    if paused:
        one = paused[len(paused) // 2]
        kept = [s for s in problem.stances if s is not one]
        yield Change(f"runs: {one.project}", problem.replace(stances=kept))


def _portfolio(name: str) -> Problem:
    """A folder, or a generated portfolio of so many projects, pools and weeks."""
    if Path(name).is_dir():
        return read_folder(Path(name))
    projects, pools, weeks = (int(part) for part in name.split("x"))
    return generate(projects, pools, weeks)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.from_plan", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("portfolio", nargs="?", default=EXAMPLE, help="a folder, or projects x pools x weeks")
    parser.add_argument("--policy", default="code-red")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a solve from nothing may take")
    parser.add_argument("--share", type=float, default=1.0, help="share of them that one from the plan may take")
    parser.add_argument("--gap", type=float, help="proof asked for, as a share of each ideal; else the tolerance")
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--weeks", default="2,4", help="weeks later it is planned again, comma separated")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
