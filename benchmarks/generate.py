"""Portfolios as hard as life, from a seed: demand twice the capacity, a code red, and feasible by construction.

The plan that proves it: what the code red pauses keeps its standby, the rest keeps its baseline, candidates wait.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from math import ceil
from random import Random

from benchmarks.today import Today, hand_out
from solver.problem import Problem
from solver.records import (
    ENGINEER,
    GPU,
    LINEAR,
    Capacity,
    Curve,
    Eligible,
    Floor,
    Link,
    Need,
    Policy,
    Pool,
    Portfolio,
    Project,
    Stance,
)

START = date(2025, 12, 1)
RATES = {"h100": 1.0, "h200": 1.3, "b200": 2.4}
"""Supply of a node in H100 nodes: illustrative, in the order of their memory bandwidth and dense FP8 peak."""
SITES = ("east", "west", "north")
CURVES: tuple[Curve, ...] = (
    ((0.0, 0.0), (0.5, 0.8), (1.0, 1.0)),
    ((0.0, 0.0), (0.4, 0.6), (1.0, 1.0)),
    ((0.0, 0.0), (0.3, 0.6), (0.7, 0.9), (1.0, 1.0)),
)
SCARCITY = 2.0
CODE_RED_WEEKS = 8


def generate(projects: int, pools: int, weeks: int, seed: int = 1) -> Problem:
    """A portfolio of that size with the policies `normal` and `code-red`; equal arguments give equal problems."""
    if projects < 4 or pools < 2 or weeks < 1:
        raise ValueError("at least 4 projects, 2 pools and 1 week")
    rng = Random(seed)
    supply = _pools(rng, pools)
    work = _projects(rng, projects, weeks)
    needs, eligible = _needs(rng, work, supply)
    capacity = _capacity(rng, supply, needs, weeks)
    protected = _protected(work, needs)
    work, baseline = hand_out(rng, work, Today(needs, eligible, supply, capacity), protected)
    stances = _stances(rng, work, protected)
    return Problem(
        portfolio=(Portfolio(portfolio=f"generated-{projects}x{pools}x{weeks}-{seed}", start=START, weeks=weeks),),
        pools=tuple(supply), capacity=tuple(capacity), projects=tuple(work), needs=tuple(needs),
        eligible=tuple(eligible), baseline=tuple(baseline), links=tuple(_links(rng, work, stances)),
        policies=tuple(_policies(rng, supply, capacity, weeks)), stances=tuple(stances),
        floors=tuple(_floors(needs, protected)),
    )  # fmt: skip


def demand_ratio(problem: Problem) -> dict[str, float]:
    """Demand at full pace of everything not done over the mean supply of the horizon, by kind, in units of need."""
    ratio = {}
    for kind in (GPU, ENGINEER):
        live = {p.project for p in problem.projects if p.status != "done"}
        demand = sum(n.full for n in problem.needs if n.kind == kind and n.project in live)
        supply = sum(
            RATES.get(p.type, 1.0) * sum(problem.supply(p.pool)) / len(problem.weeks)
            for p in problem.pools
            if p.kind == kind
        )
        ratio[kind] = demand / supply
    return ratio


def _pools(rng: Random, count: int) -> list[Pool]:
    gpus = (count + 1) // 2
    skus = list(RATES)
    rows = [
        Pool(pool=f"gpu-{i:03}", kind=GPU, type=skus[i % 3], site=SITES[i // 3 % 3], cost=rng.randint(3, 12) * 1000.0)
        for i in range(gpus)
    ]
    rows += [
        Pool(pool=f"eng-{i:03}", kind=ENGINEER, type=f"skill-{i // 2:02}", site=SITES[i % 2], cost=8000.0)
        for i in range(count - gpus)
    ]
    return rows


def _projects(rng: Random, count: int, weeks: int) -> list[Project]:
    """A third builds; 55 % of the builds and a tenth of the runs are candidates, 5 % of the runs are paused."""
    builds, runs = round(count / 3), count - round(count / 3)
    new, later, paused = round(0.55 * builds), round(0.1 * runs), round(0.05 * runs)
    states = [("build", "candidate")] * new + [("build", "running")] * (builds - new) + [("run", "candidate")] * later
    states += [("run", "paused")] * paused + [("run", "running")] * (runs - later - paused)
    rng.shuffle(states)
    return [_project(rng, f"p{i:04}", kind, status, weeks) for i, (kind, status) in enumerate(states)]


def _project(rng: Random, project: str, kind: str, status: str, weeks: int) -> Project:
    dwell = {"min_run": 3, "min_pause": 2} if rng.random() < 0.4 else {}
    common = {
        "project": project, "kind": kind, "program": f"program-{rng.randint(1, 6)}",
        "priority": rng.choices(range(5), (1, 2, 3, 3, 2))[0], "value": round(rng.uniform(2, 20), 1),
        "pause_cost": float(rng.choice((0, 0, 5, 10, 20))), **dwell,
    }  # fmt: skip
    if kind == "run":
        return Project(**common, status=status, curve=rng.choice(CURVES) if rng.random() < 0.5 else LINEAR)
    duration = rng.randint(4, 16)
    first = rng.randint(1, max(1, weeks // 3)) if status == "candidate" and rng.random() < 0.3 else 0
    due = first + duration + rng.randint(2, 10)
    return Project(
        **common, status=status, duration=float(duration), benefit=rng.choice(("completion", "progress")),
        progress=round(rng.uniform(0.05, 0.7), 2) if status == "running" else 0.0,
        earliest=_week(first) if 0 < first < weeks else None,
        deadline=_week(min(weeks - 1, due)) if rng.random() < 0.4 else None,
    )  # fmt: skip


def _week(t: int) -> date:
    return START + timedelta(weeks=t)


def _needs(rng: Random, work: list[Project], supply: list[Pool]) -> tuple[list[Need], list[Eligible]]:
    gpus = [p for p in supply if p.kind == GPU]
    people = [p for p in supply if p.kind == ENGINEER]
    with_gpu = set(rng.sample([p.project for p in work], ceil(0.8 * len(work))))
    needs: list[Need] = []
    eligible: list[Eligible] = []
    for p in work:
        if p.project in with_gpu:
            needs.append(_gpu_need(rng, p))
            for pool in rng.sample(gpus, min(3, len(gpus))):
                eligible.append(Eligible(project=p.project, need="gpu", pool=pool.pool, rate=RATES[pool.type]))
        for k in range(rng.randint(1, 2)):
            needs.append(_engineer_need(rng, p, f"eng-{k + 1}"))
            first, *other = rng.sample(people, min(2, len(people)))
            eligible.append(Eligible(project=p.project, need=f"eng-{k + 1}", pool=first.pool))
            for pool in other:
                rate = 1.0 if pool.type == first.type else 0.9
                eligible.append(Eligible(project=p.project, need=f"eng-{k + 1}", pool=pool.pool, rate=rate))
    return needs, eligible


def _gpu_need(rng: Random, p: Project) -> Need:
    full = rng.randint(10, 200)
    standby = max(1, round(full * rng.uniform(0.05, 0.1))) if p.kind == "run" else 0
    minimum = max(1, standby, round(full * rng.uniform(0.1, 0.4)))
    amounts = {"full": float(full), "minimum": float(minimum), "standby": float(standby)}
    return Need(project=p.project, need="gpu", kind=GPU, **amounts)


def _engineer_need(rng: Random, p: Project, need: str) -> Need:
    full = round(rng.uniform(4, 30), 1)
    standby = round(full * rng.uniform(0.05, 0.1), 1) if p.kind == "run" else 0.0
    minimum = max(standby, round(full * rng.uniform(0.1, 0.4), 1))
    return Need(project=p.project, need=need, kind=ENGINEER, full=full, minimum=minimum, standby=standby)


def _capacity(rng: Random, supply: list[Pool], needs: list[Need], weeks: int) -> list[Capacity]:
    """Rows that sum to demand / SCARCITY in the mean of the horizon; a third of the GPU pools get deliveries."""
    rows: list[Capacity] = []
    for kind, digits in ((GPU, 0), (ENGINEER, 1)):
        pools = [p for p in supply if p.kind == kind]
        total = sum(n.full for n in needs if n.kind == kind) / SCARCITY
        weights = {p.pool: rng.uniform(0.6, 1.4) for p in pools}
        growing = set(rng.sample([p.pool for p in pools], ceil(len(pools) / 3))) if kind == GPU else set()
        for p in pools:
            mean = total * weights[p.pool] / sum(weights.values()) / RATES.get(p.type, 1.0)
            shares = _deliveries(rng, weeks) if p.pool in growing else {0: 1.0}
            level = mean / _mean(shares, weeks)
            rows += [
                Capacity(pool=p.pool, week=_week(t), amount=float(max(1, round(level * share, digits))))
                for t, share in shares.items()
            ]
    return rows


def _deliveries(rng: Random, weeks: int) -> dict[int, float]:
    """Share of the last level by the week it is reached: 60 % at first, then two or three deliveries."""
    steps = rng.randint(2, 3)
    days = sorted(rng.sample(range(2, weeks), min(steps, weeks - 2))) if weeks > 2 else []
    return {0: 0.6} | {t: 0.6 + 0.4 * (k + 1) / len(days) for k, t in enumerate(days)}


def _mean(shares: dict[int, float], weeks: int) -> float:
    level, total = 0.0, 0.0
    for t in range(weeks):
        level = shares.get(t, level)
        total += level
    return total / weeks


def _protected(work: list[Project], needs: list[Need]) -> list[str]:
    """Training runs that keep what they have: the largest GPU needs among the runs."""
    runs = {p.project for p in work if p.kind == "run"}
    large = sorted((n for n in needs if n.kind == GPU and n.project in runs), key=lambda n: (-n.full, n.project))
    return [n.project for n in large[: 1 if len(work) < 30 else 2]]


def _stances(rng: Random, work: list[Project], protected: list[str]) -> list[Stance]:
    """A tenth is focused (one of it a candidate build where there is one), a quarter paused, lowest priority first."""
    free = [p for p in work if p.project not in protected]
    rng.shuffle(free)
    builds = [p for p in free if p.kind == "build" and p.status == "candidate"][:1]
    focused = (builds + [p for p in free if p not in builds])[: max(2, round(len(work) / 10))]
    rest = [p for p in free if p not in focused and p.status != "candidate"]
    paused = sorted(rest, key=lambda p: -p.priority)[: round(len(work) / 4)]
    chosen = {"protect": protected, "focus": [p.project for p in focused], "pause": [p.project for p in paused]}
    return [Stance(policy="code-red", project=p, stance=s) for s, names in chosen.items() for p in names]


def _floors(needs: list[Need], protected: list[str]) -> list[Floor]:
    mine = [n for n in needs if n.project in protected]
    return [Floor(policy="code-red", project=n.project, need=n.need, share=1.0) for n in mine]


def _links(rng: Random, work: list[Project], stances: list[Stance]) -> list[Link]:
    """Chains of `requires` from candidate builds to builds before them, and a few pairs of candidates that exclude.

    What is focused waits for nobody: whoever declares a code red would focus what it waits for instead.
    """
    focused = {row.project for row in stances if row.stance == "focus"}
    builds = [p for p in work if p.kind == "build"]
    waiting = [p for p in builds if p.status == "candidate" and p.project not in focused]
    links = []
    for p in waiting:
        before = builds[: builds.index(p)]
        if before and rng.random() < 0.4:
            links.append(Link(project=p.project, relation="requires", other=rng.choice(before).project))
    linked = {x for link in links for x in (link.project, link.other)}
    lonely = [p.project for p in waiting if p.project not in linked]
    pairs = list(zip(lonely[::2], lonely[1::2], strict=False))[: max(1, len(work) // 40)]
    return links + [Link(project=a, relation="excludes", other=b) for a, b in pairs]


def _policies(rng: Random, supply: list[Pool], capacity: list[Capacity], weeks: int) -> list[Policy]:
    first = {kind: _first_week(supply, capacity, kind) for kind in (GPU, ENGINEER)}
    limits = {
        "gpu_moves": float(max(1, round(first[GPU] * rng.uniform(0.08, 0.1)))),
        "engineer_moves": max(0.5, round(first[ENGINEER] * rng.uniform(0.08, 0.1), 1)),
        "growth": 0.5,
    }
    code_red = Policy(
        policy="code-red", kind="code_red", start=START, end=_week(min(CODE_RED_WEEKS, weeks)), owner="director",
        reason="generated", exit_criteria="the weeks are over", **limits,
    )  # fmt: skip
    return [Policy(policy="normal", kind="normal", **limits), code_red]


def _first_week(supply: list[Pool], capacity: list[Capacity], kind: str) -> float:
    pools = {p.pool for p in supply if p.kind == kind}
    return sum(c.amount for c in capacity if c.pool in pools and c.week == START)


def main(words: list[str]) -> None:
    """`python -m benchmarks.generate PROJECTS POOLS WEEKS OUT [SEED]`: write a generated portfolio as a folder."""
    from solver.folder import write_folder

    projects, pools, weeks = (int(w) for w in words[:3])
    problem = generate(projects, pools, weeks, seed=int(words[4]) if len(words) > 4 else 1)
    write_folder(problem, words[3])
    ratios = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in demand_ratio(problem).items())
    print(f"{words[3]}: {len(problem.projects)} projects, demand over supply: {ratios}")


if __name__ == "__main__":
    main(sys.argv[1:])
