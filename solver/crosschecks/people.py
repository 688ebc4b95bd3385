"""Checks of people: their pool is one of engineers and serves their project; and how they add up, as notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from solver.crosschecks.view import TOLERANCE, View, check, fault, some
from solver.faults import Fault, Notice
from solver.records import ENGINEER


@check()
def person_of_no_engineers(view: View) -> Iterator[Fault]:
    right = some([p.pool for p in view.rows["pools"] if p.kind == ENGINEER]) or "a pool of kind engineer first"
    for row in view.rows["people"]:
        if row.pool in view.pool and view.pool[row.pool].kind != ENGINEER:
            message = f"is a pool of kind {view.pool[row.pool].kind}; people belong to pools of engineers"
            yield fault("people", row, "pool", message, f"one of {right}")


@check(keys=("eligible",), whole=("pools",))
def person_whose_pool_does_not_serve_the_project(view: View) -> Iterator[Fault]:
    served = {(e.project, e.pool) for e in view.known["eligible"]}
    for row in view.rows["people"]:
        known = row.pool in view.pool and row.project in view.known_ids["projects"]
        if known and view.pool[row.pool].kind == ENGINEER and (row.project, row.pool) not in served:
            message = f"has no need that {row.pool} can serve, so nobody of that pool can work there"
            right = "a project that names the pool in eligible.csv, or blank for a person who is free"
            yield fault("people", row, "project", message, right)


def people_beside_capacity(view: View) -> Iterator[Notice]:
    """Where the people of a pool do not add up to what the pool can give at the turn to the first week."""
    there: dict[str, float] = defaultdict(float)
    for row in view.rows["people"]:
        there[row.pool] += row.fte
    for pool, fte in there.items():
        most = view.supply_today(pool)
        if fte > most + TOLERANCE:
            yield Notice("people", f"adds up to {fte:g} FTE in {pool}, more than its capacity of {most:g}: "
                         "who is beyond it is never planned for", column="fte")  # fmt: skip
        elif fte < most - TOLERANCE:
            yield Notice("people", f"adds up to {fte:g} FTE in {pool}, less than its capacity of {most:g}: "
                         "what a plan gives beyond it nobody can be sent to", column="fte")  # fmt: skip


def people_beside_baseline(view: View) -> Iterator[Notice]:
    """Where the people of a pool work on other projects than the baseline says; one notice for each pool."""
    today: dict[tuple[str, str], float] = defaultdict(float)
    there: dict[tuple[str, str], float] = defaultdict(float)
    for row in view.rows["people"]:
        if row.project is not None:
            there[row.pool, row.project] += row.fte
    pools = {row.pool for row in view.rows["people"]}
    for row in view.rows["baseline"]:
        if row.pool in pools:
            today[row.pool, row.project] += row.amount
    for pool in sorted(pools):
        off = [
            f"{project} {there[pool, project]:g} against {today[pool, project]:g}"
            for own, project in sorted(there.keys() | today.keys())
            # Amounts are given in tenths and people are whole: less than one person is no difference.
            if own == pool and abs(there[pool, project] - today[pool, project]) >= 1
        ]
        if off:
            yield Notice("people", f"has the FTE of {pool} elsewhere than the baseline: {some(off)}", column="project")
