"""Who holds a pool, in a sentence: seen from a project, by classes above, beside and below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.reasons.facts import CLOSE, Facts
from solver.records import Project
from solver.words import listed, name, number, of_pool, pool_name

NAMED = 3
"""How many holders of a pool are named; the others are counted."""


def held_by(facts: Facts, project: Project, pools: Sequence[str], t: int) -> str:
    """`H200 nodes (480 nodes: Training 235, Chat 120 and 3 others 125); ...`."""
    return "; ".join(_pool(facts, project, pool, t) for pool in pools)


def _pool(facts: Facts, project: Project, pool: str, t: int) -> str:
    held = {p: float(row[t]) for p, row in facts.holders[pool].items() if row[t] > CLOSE and p != project.project}
    first = sorted(held, key=lambda p: (-held[p], p))
    parts = [f"{name(facts.problem, p)} {number(held[p])}" for p in first[:NAMED]]
    if len(first) > NAMED:
        parts.append(f"{len(first) - NAMED} others {number(sum(held[p] for p in first[NAMED:]))}")
    amount = of_pool(facts.problem, pool, facts.problem.supply(pool)[t])
    return f"{pool_name(facts.problem, pool)} ({amount}: {listed(parts) or 'its own'})"


def by_class(facts: Facts, project: Project, pools: Sequence[str], t: int) -> dict[str, float]:
    """What classes above, the project's own (without itself) and classes below hold of some pools in a week."""
    own = facts.rank[project.project][t]
    found = {"higher classes": 0.0, "its own class": 0.0, "lower classes": 0.0}
    for pool in pools:
        for other, row in facts.holders[pool].items():
            if other != project.project:
                rank = facts.rank[other][t]
                word = "higher classes" if rank < own else "its own class" if rank == own else "lower classes"
                found[word] += float(row[t])
    return found


def room(facts: Facts, free: Mapping[str, float]) -> str:
    """`5 nodes of H100 nodes, East are spare`."""
    parts = [
        f"{of_pool(facts.problem, pool, amount)} of {pool_name(facts.problem, pool)}"
        for pool, amount in free.items()
        if amount > CLOSE
    ]
    return f"{listed(parts)} are spare"
