"""A portfolio as it stands in a later week of a plan: the plan's past is the new baseline, the rest is as recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, cast

from solver.classes import COMPLETE_AT
from solver.columns import monday
from solver.faults import Fault, InvalidInput
from solver.model.variables import Setting
from solver.plan import Plan, State
from solver.problem import Problem
from solver.records import Baseline, Capacity, Floor, Pin, Project, Stance
from solver.schedule import is_fixed, length

STATUS = {
    str(State.RUNNING): "running", str(State.PAUSED): "paused", str(State.WAITING): "candidate",
    str(State.COMPLETE): "done",
}  # fmt: skip
"""What a state of the week before makes of a project's status."""

ROUNDED, HALF = 5e-6, 5e-7
"""Of a whole build, what six decimals of its progress may miss; and what those of a pace may add to the real one."""


def problem_from(problem: Problem, plan: Plan, week: date, actuals: Sequence[Baseline] | None = None) -> Problem:
    """The problem from a week on, after the plan was followed until then.

    Amounts of the week before are the baseline (`actuals` where they are given: all of them), builds have their
    progress, projects their status (what is done holds nothing); budgets have left what was not used; floors that are
    a share of the former baseline keep their amounts; what is left of a pause that has to last becomes the project's
    earliest week. Of people nothing is carried over, as change orders and not plans say where they are. Raises
    InvalidInput.
    """
    at = _At(problem, plan, monday(week))
    if faults := at.faults():
        raise InvalidInput(faults)
    if at.passed == 0 and actuals is None:
        return problem
    head = replace(problem.head, start=at.week, weeks=problem.head.weeks - at.passed)
    projects = [at.project(row) for row in problem.projects]
    done = {row.project for row in projects if row.status == "done"}
    return problem.replace(
        portfolio=[head], projects=projects,
        baseline=[b for b in (at.baseline() if actuals is None else actuals) if b.project not in done],
        capacity=[*at.capacity()], pins=[*at.pins(done)], floors=[at.floor(row) for row in problem.floors],
        stances=[_stance(row, done) for row in problem.stances], people=problem.people if at.passed == 0 else (),
    )  # fmt: skip


@dataclass(frozen=True)
class _At:
    """A problem and the plan that was followed until a week."""

    problem: Problem
    plan: Plan
    week: date

    @property
    def passed(self) -> int:
        """Weeks of the horizon that are over."""
        return self.problem.week_index(self.week)

    @property
    def before(self) -> date:
        """The week before."""
        return self.week - timedelta(weeks=1)

    def faults(self) -> list[Fault]:
        """Why there is nothing to plan from that week on."""
        head, last = self.problem.head, self.problem.weeks[-1]
        if self.plan.portfolio != head.portfolio:
            message = "is not the portfolio that the plan was made for"
            return [Fault("portfolio", message, self.plan.portfolio, column="portfolio", value=head.portfolio)]
        if not 0 <= self.passed < head.weeks:
            right = f"a week from {head.start} to {last}"
            return [Fault("portfolio", "is outside the horizon", right, column="start", value=str(self.week))]
        if self.passed and not self.plan.start <= self.before < self.plan.start + timedelta(weeks=self.plan.weeks):
            first = self.plan.start + timedelta(weeks=1)
            right = f"a week from {first} to {self.plan.start + timedelta(weeks=self.plan.weeks)}"
            message = "has no week before it in the plan, which would say what was done until then"
            return [Fault("portfolio", message, right, column="start", value=str(self.week))]
        return []

    @cached_property
    def states(self) -> dict[str, list[str]]:
        """The states of each project in the plan's weeks before."""
        found: dict[str, list[str]] = defaultdict(list)
        past = self.plan.pace[self.plan.pace["week"] < self.week].sort_values("week", kind="stable")
        for project, state in zip(past["project"], past["state"], strict=True):
            found[project].append(str(state))
        return found

    @cached_property
    def progress(self) -> dict[str, float]:
        """The progress of each build at the end of the week before."""
        rows = self.plan.pace[(self.plan.pace["week"] == self.before) & self.plan.pace["progress"].notna()]
        return {str(p): float(share) for p, share in zip(rows["project"], rows["progress"], strict=True)}

    @cached_property
    def left(self) -> dict[str, float]:
        """Weeks at full pace that the plan still takes for each build which it completes."""
        rest = self.plan.pace[(self.plan.pace["week"] >= self.week) & self.plan.pace["progress"].notna()]
        done = rest[rest["progress"] >= COMPLETE_AT]["project"].unique()
        rest = rest[rest["project"].isin(done) & (rest["pace"] > 0)]
        least = rest["pace"] - HALF * (rest["pace"].round(4) != rest["pace"])
        return {str(p): float(paces.sum()) for p, paces in least.groupby(rest["project"])}

    def share(self, row: Project) -> float:
        """The progress of a build: so much that going on as planned completes it when planned, whatever was rounded."""
        told = self.progress.get(row.project, row.progress)
        if row.project not in self.left or is_fixed(row):
            return told
        return max(told, min(told + ROUNDED, 1.0 - self.left[row.project] / (row.duration or 1.0), 1.0 - ROUNDED))

    def baseline(self) -> list[Baseline]:
        """What the plan gives in the week before."""
        if self.passed == 0:
            return list(self.problem.baseline)
        rows = self.plan.allocation[self.plan.allocation["week"] == self.before]
        keys = {(e.project, e.need, e.pool) for e in self.problem.eligible}
        return [
            Baseline(project=project, need=need, pool=pool, amount=float(amount))
            for _, project, need, pool, amount in rows.itertuples(index=False, name=None)
            if (project, need, pool) in keys and amount > 0
        ]

    def project(self, row: Project) -> Project:
        """A project as it stands: its status and progress, and until when a pause has to last."""
        states = self.states.get(row.project, ())
        if not states or row.status == "done":
            return row
        status, share = STATUS[states[-1]], self.share(row)
        if row.kind == "build" and (share >= COMPLETE_AT or status == "done"):
            return replace(row, status="done", progress=1.0)
        if row.kind == "build":
            share = round(share * length(row)) / length(row) if is_fixed(row) else min(share, 1.0)
            row = replace(row, progress=share)
        first = self.week + timedelta(weeks=self._pause_left(row, states))
        earliest = max(first, row.earliest or first) if first > self.week else row.earliest
        return replace(row, status=status, earliest=earliest)

    def _pause_left(self, row: Project, states: Sequence[str]) -> int:
        """Weeks that a pause still has to last: none where it was there from the first or the policy took part."""
        weeks = 0
        while weeks < len(states) and states[-1 - weeks] == State.PAUSED:
            weeks += 1
        since = self.passed - weeks
        if not weeks or (weeks == len(states) and row.status == "paused") or row.must == "out":
            return 0
        first, last = self.problem.window(self.plan.policy) if self.plan.policy in self.problem.policy else (0, 0)
        stance = self.problem.stances_of(self.plan.policy).get(row.project)
        forced = stance is not None and stance.stance == "pause" and first < self.passed and since < last
        return 0 if forced else max(0, row.min_pause - weeks)

    def capacity(self) -> Iterable[Capacity]:
        """Capacity as recorded; of a budget that has begun, what was not used."""
        begun: dict[str, Capacity] = {}
        for row in sorted(self.problem.capacity, key=lambda c: c.week):
            if self.problem.pool[row.pool].period == "horizon" and row.week < self.week:
                begun[row.pool] = row
            elif row.week == self.week:
                begun.pop(row.pool, None)
        used = self.plan.allocation
        for pool, row in begun.items():
            mine = used[(used["pool"] == pool) & (used["week"] >= row.week) & (used["week"] < self.week)]
            left = round(max(0.0, row.amount - float(mine["amount"].sum())), 6)
            yield Capacity(pool=pool, week=self.week, amount=left)
        yield from self.problem.capacity

    def pins(self, done: set[str]) -> Iterable[Pin]:
        """Pins of the weeks to come."""
        for row in self.problem.pins:
            if row.project not in done and (row.until is None or row.until >= self.week):
                yield replace(row, since=max(row.since, self.week))

    def floor(self, row: Floor) -> Floor:
        """A share of the former baseline as the amount that it was; of services, by what their nodes serve at best."""
        if row.share is None:
            return row
        setting = self._settings[row.policy]
        amount = sum(
            row.share * setting.base[k] * (1.0 if row.pool else setting.rate[k])
            for k, (project, need, pool) in enumerate(setting.pairs)
            if (project, need) == (row.project, row.need) and row.pool in (None, pool)
        )
        return replace(row, share=None, amount=round(float(amount), 6))

    @cached_property
    def _settings(self) -> dict[str, Setting]:
        return {name: Setting(self.problem, policy) for name, policy in self.problem.policy.items()}


def _stance(row: Stance, done: set[str]) -> Stance:
    """What is done is no longer protected, nor need it be."""
    return replace(row, stance="normal") if row.project in done and row.stance == "protect" else row


def rest_of(plan: Plan, problem: Problem) -> Plan:
    """The weeks of a plan that a problem has too."""
    weeks = set(problem.weeks)
    tables = {name: frame[frame["week"].isin(weeks)] for name, frame in plan.tables().items() if "week" in frame}
    return replace(plan, **cast(Any, tables))
