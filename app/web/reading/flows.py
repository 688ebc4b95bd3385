"""Where amounts go: moves added up from donors to receivers, for the Sankey and the table behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.web.reading.frames import Reading, once, rows

LARGEST = 12
LISTED = 60
"""The largest flows, which a table lists one by one."""
OTHER = "other projects"
Amounts = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Flow:
    """What one donor gave one receiver, in units of the kind."""

    giver: str
    receiver: str
    amount: float


@dataclass(frozen=True, slots=True)
class Flows:
    """All flows of a kind in a part of the horizon, the largest first."""

    kind: str
    phase: str
    unit: str
    flows: tuple[Flow, ...]

    @property
    def total(self) -> float:
        """Everything that changed hands."""
        return sum(f.amount for f in self.flows)

    @property
    def largest(self) -> tuple[Flow, ...]:
        """Those that a table has a line for."""
        return self.flows[:LISTED]

    @property
    def rest(self) -> tuple[Flow, ...]:
        """The smaller ones."""
        return self.flows[LISTED:]

    def chart(self) -> dict[str, Any]:
        """Nodes and links for a Sankey: donors on the left, receivers on the right, the smallest together."""
        merged = _merged(self.flows)
        left = sorted({g for g, _ in merged})
        right = sorted({r for _, r in merged})
        nodes = [{"name": f"from {n}", "label": n, "side": "giver"} for n in left]
        nodes += [{"name": f"to {n}", "label": n, "side": "receiver"} for n in right]
        links = [{"source": f"from {g}", "target": f"to {r}", "value": round(a, 2)} for (g, r), a in merged.items()]
        return {"unit": self.unit, "nodes": nodes, "links": links}


@once
def flows(reading: Reading, kind: str) -> tuple[Flows, Flows]:
    """The moves of a kind while the policy is in force, and those after it (the way back)."""
    problem = reading.problem
    last = problem.window(reading.policy)[1]
    during: Amounts = defaultdict(float)
    after: Amounts = defaultdict(float)
    for week, pool, giver, receiver, amount in rows(reading.plan.moves):
        if giver != receiver and pool in problem.pool and problem.pool[pool].kind == kind:
            phase = during if problem.week_index(week) < last else after
            phase[reading.label(giver), reading.label(receiver)] += float(amount)
    unit = {"gpu": "nodes", "engineer": "FTE"}.get(kind, problem.head.currency)
    return Flows(kind, "in force", unit, _sorted(during)), Flows(kind, "way back", unit, _sorted(after))


def _sorted(amounts: Amounts) -> tuple[Flow, ...]:
    ordered = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Flow(giver, receiver, amount) for (giver, receiver), amount in ordered)


def _merged(found: Iterable[Flow]) -> dict[tuple[str, str], float]:
    found = tuple(found)
    givers, receivers = _largest((f.giver, f.amount) for f in found), _largest((f.receiver, f.amount) for f in found)
    merged: Amounts = defaultdict(float)
    for flow in found:
        giver = flow.giver if flow.giver in givers else OTHER
        receiver = flow.receiver if flow.receiver in receivers else OTHER
        merged[giver, receiver] += flow.amount
    return dict(merged)


def _largest(amounts: Iterable[tuple[str, float]]) -> set[str]:
    totals: dict[str, float] = defaultdict(float)
    for name, amount in amounts:
        totals[name] += amount
    return set(sorted(totals, key=lambda name: (-totals[name], name))[:LARGEST])
