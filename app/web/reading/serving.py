"""Serving on the plan page: nodes with and without the levers, what each lever frees, MFU and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.web.reading.frames import Reading, once
from solver.serving.pit_crew import Effort, PitCrew, ServiceWeek, pit_crews

BAND = 0.10, 0.36
"""MFU of dense interactive serving, as published."""


@dataclass(frozen=True, slots=True)
class ServicePanel:
    """One service as its panel shows it."""

    crew: PitCrew
    name: str
    levers: tuple[tuple[str, Effort, float], ...]

    @property
    def peak(self) -> ServiceWeek:
        """The week that would take most nodes without the levers."""
        return max(self.crew.weeks, key=lambda week: week.without)

    @property
    def beyond(self) -> int:
        """In how many weeks a pool has fewer nodes than it would take without the levers."""
        return sum(week.beyond for week in self.crew.weeks)

    @property
    def first(self) -> ServiceWeek | None:
        """The first week with nodes."""
        return next((week for week in self.crew.weeks if week.nodes > 0), None)

    @property
    def last(self) -> ServiceWeek | None:
        """The last week with nodes."""
        return next((week for week in reversed(self.crew.weeks) if week.nodes > 0), None)

    @property
    def memory(self) -> float:
        """The highest share of node memory in use."""
        return max((week.memory or 0.0 for week in self.crew.weeks), default=0.0)

    @property
    def share_served(self) -> float:
        """Tokens served over the horizon as a share of the demand at peak."""
        asked = sum(week.demand for week in self.crew.weeks)
        return sum(week.served for week in self.crew.weeks) / asked if asked > 0 else 1.0

    @property
    def node_weeks_per_engineer_week(self) -> float | None:
        """What an engineer's week on the levers frees within the horizon."""
        spent, crew = self.crew.engineer_weeks, self.crew
        return (crew.node_weeks_without - crew.node_weeks) / spent if spent > 0 else None

    def chart(self) -> dict[str, Any]:
        """Nodes of the plan, and above them what each lever frees; the sum is what it would take without them."""
        weeks = self.crew.weeks
        return {
            "weeks": [week.week.isoformat() for week in weeks],
            "nodes": [round(week.nodes, 2) for week in weeks],
            "freed": [
                {"name": name, "nodes": [round(week.freed.get(effort.lever, 0.0), 2) for week in weeks]}
                for name, effort, total in self.levers
                if total > 0
            ],
        }


@once
def service_panels(reading: Reading) -> list[ServicePanel]:
    """Every service of the plan."""
    return [
        ServicePanel(
            crew,
            reading.label(crew.project),
            tuple((reading.label(e.lever), e, crew.freed[e.lever]) for e in crew.efforts),
        )
        for crew in pit_crews(reading.problem, reading.policy, reading.plan)
    ]
