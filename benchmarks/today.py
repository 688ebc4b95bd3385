"""What a generated organisation does today: the baseline, handed out so that every running project is viable."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import ceil, floor
from random import Random

from solver.records import ENGINEER, GPU, Baseline, Capacity, Eligible, Need, Pool, Project

Amounts = dict[tuple[str, str, str], int]
"""Steps by (project, need, pool)."""
STEPS = {GPU: 1, ENGINEER: 10}
"""Steps per unit: nodes are whole, engineers come in tenths."""
FILL = 0.96
"""Share of today's supply that is in use."""


class Today:
    """Supply that is still free, and who has what, both counted in steps so that nothing is lost to rounding."""

    def __init__(
        self, needs: list[Need], eligible: list[Eligible], pools: list[Pool], capacity: list[Capacity]
    ) -> None:
        kind = {p.pool: p.kind for p in pools}
        first: dict[str, Capacity] = {}
        for row in capacity:
            if row.pool not in first or row.week < first[row.pool].week:
                first[row.pool] = row
        self.free = {p: floor(FILL * row.amount * STEPS[kind[p]] + 1e-6) for p, row in first.items()}
        self.needs: dict[str, list[Need]] = defaultdict(list)
        for need in needs:
            self.needs[need.project].append(need)
        self.sources: dict[tuple[str, str], list[Eligible]] = defaultdict(list)
        for source in eligible:
            self.sources[source.project, source.need].append(source)
        self.has: Amounts = defaultdict(int)

    def supply(self, need: Need) -> float:
        """What the need gets, in its own units."""
        sources = self.sources[need.project, need.need]
        return sum(s.rate * self.has[s.project, s.need, s.pool] for s in sources) / STEPS[need.kind]

    def raise_to(self, need: Need, target: float) -> None:
        """Give from the freest pools until the need has `target`, or as near as whole steps below `full` allow."""
        for source in sorted(self.sources[need.project, need.need], key=lambda s: (-self.free[s.pool], s.pool)):
            steps, room = STEPS[need.kind], need.full - self.supply(need)
            wanted = ceil((target - self.supply(need)) / source.rate * steps - 1e-6)
            given = max(0, min(wanted, floor(room / source.rate * steps + 1e-6), self.free[source.pool]))
            self.has[source.project, source.need, source.pool] += given
            self.free[source.pool] -= given

    def start(self, project: Project) -> bool:
        """Give a project what its state needs; all or nothing."""
        kept, left = dict(self.has), dict(self.free)
        for need in self.needs[project.project]:
            least = need.standby if project.status == "paused" else need.minimum
            self.raise_to(need, least)
            if self.supply(need) < least - 1e-6:
                self.has, self.free = defaultdict(int, kept), left
                return False
        return True

    def rows(self) -> list[Baseline]:
        """The amounts above zero as records."""
        kind = {(n.project, n.need): n.kind for needs in self.needs.values() for n in needs}
        return [
            Baseline(project=p, need=n, pool=r, amount=steps / STEPS[kind[p, n]])
            for (p, n, r), steps in self.has.items()
            if steps
        ]


def hand_out(
    rng: Random, work: list[Project], today: Today, protected: list[str]
) -> tuple[list[Project], list[Baseline]]:
    """Projects with the status they can afford, and the baseline: first the minimums, then the rest in two rounds."""
    order = sorted(work, key=lambda p: (p.project not in protected, rng.random()))
    status = {p.project: p.status for p in work} | dict.fromkeys(protected, "running")
    for p in order:
        if status[p.project] != "candidate" and not today.start(replace(p, status=status[p.project])):
            status[p.project] = "candidate"
    for pace in (0.5, 0.9):
        for p in order:
            for need in today.needs[p.project] if status[p.project] == "running" else ():
                today.raise_to(need, pace * need.full)
    return [_as(p, status[p.project]) for p in work], today.rows()


def _as(project: Project, status: str) -> Project:
    return replace(project, status=status, progress=project.progress if status == "running" else 0.0)
