"""Checks of policies: their time, the facts a code red owes, stances that contradict, and floors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from solver.columns import plain
from solver.crosschecks.view import TOLERANCE, View, check, fault, some
from solver.faults import Fault
from solver.records import Floor


@check()
def policy_ends_before_it_starts(view: View) -> Iterator[Fault]:
    for p in view.rows["policies"]:
        if p.start is not None and p.end is not None and p.end <= p.start:
            yield fault("policies", p, "end", f"is not after its start {p.start}", f"a week after {p.start}")


@check()
def code_red_without_facts(view: View) -> Iterator[Fault]:
    """A code red is temporary by construction, and somebody answers for it."""
    right = {
        "owner": "who decides", "reason": "why it is declared",
        "start": "its first week", "end": "the first week no longer in force",
    }  # fmt: skip
    for p in view.rows["policies"]:
        for name in right if p.kind == "code_red" else ():
            if not getattr(p, name):
                yield fault("policies", p, name, "is blank for a code red", right[name])


@check()
def protects_what_cannot_run(view: View) -> Iterator[Fault]:
    for s in view.rows["stances"]:
        project = view.project.get(s.project)
        if s.stance != "protect" or not project:
            continue
        if project.status == "done":
            yield fault("stances", s, "stance", f"keeps {s.project} on, which is done", "normal, or no row")
        elif project.must == "out":
            yield fault("stances", s, "stance", f"keeps {s.project} on, which is forced out", "normal, or must not out")


@check(whole=("portfolio",))
def pauses_what_must_run(view: View) -> Iterator[Fault]:
    for s in view.rows["stances"]:
        project, policy = view.project.get(s.project), view.policy.get(s.policy)
        if s.stance != "pause" or not view.head or not project or not policy:
            continue
        if project.must == "in" and project.status != "done" and view.window(policy) == (0, view.head.weeks):
            message = f"pauses {s.project} in every week, which is forced in"
            yield fault("stances", s, "stance", message, "a policy that ends, another stance, or must not in")


@check()
def floor_without_one_size(view: View) -> Iterator[Fault]:
    for f in view.rows["floors"]:
        if f.amount is None and f.share is None:
            yield fault("floors", f, "amount", "is blank, and so is share", "an amount, or a share such as 1")
        elif f.amount is not None and f.share is not None:
            yield fault("floors", f, "share", f"is given besides the amount {f.amount:g}", "only one of the two")


@check(keys=("eligible",))
def floor_on_ineligible_pool(view: View) -> Iterator[Fault]:
    for f in view.known["floors"]:
        if f.pool is not None and (f.project, f.need, f.pool) not in view.eligible and view.stands(f):
            pools = [e.pool for e in view.pools_of[f.project, f.need]]
            right = f"one of {some(pools)}, or blank" if pools else "a pool named in eligible.csv"
            yield fault("floors", f, "pool", f"is not eligible for {f.need} of {f.project}", right)


@check(whole=("eligible",))
def floor_of_a_paused_project(view: View) -> Iterator[Fault]:
    """A paused project keeps its standby and nothing else."""
    paused = {(s.policy, s.project) for s in view.rows["stances"] if s.stance == "pause"}
    for f in view.rows["floors"]:
        need = view.need.get((f.project, f.need))
        if (f.policy, f.project) in paused and need and view.floor_size(f) * _rate(view, f) > need.standby + TOLERANCE:
            right = f"at most its standby {need.standby:g}, another stance, or no floor"
            yield fault("floors", f, "project", f"is paused by {f.policy}, and a paused project keeps no more", right)


def _rate(view: View, floor: Floor) -> float:
    """Units of need in a unit of the floor."""
    rows = view.pools_of[floor.project, floor.need]
    return next((e.rate for e in rows if e.pool == floor.pool), 1.0)


@check(whole=("portfolio", "capacity", "eligible"))
def floor_above_capacity(view: View) -> Iterator[Fault]:
    """The named pool, or else all eligible pools together, can give a floor in every week it holds."""
    supplies: dict[tuple[Any, ...], list[float]] = {}
    for f, first, last in _spans(view):
        key = (f.project, f.need, f.pool)
        if key not in supplies:
            supplies[key] = _supply(view, f)
        asked, least = view.floor_size(f), min(supplies[key][first:last], default=0.0)
        if first < last and asked > least + TOLERANCE:
            week = _week(view, first + supplies[key][first:last].index(least))
            of = f"the capacity of {f.pool}" if f.pool else f"what all eligible pools give to {f.need}"
            size = f"asks for {plain(round(asked, 6))}, which is" if f.amount is None else "is"
            message = f"{size} above {of}: {least:g} in the week of {week}"
            column = "share" if f.amount is None else "amount"
            yield fault("floors", f, column, message, f"at most {least:g} in all")


def _spans(view: View) -> Iterator[tuple[Floor, int, int]]:
    """Floors that stand, with the weeks `first <= t < last` in which they hold."""
    rows: dict[tuple[Any, ...], list[Floor]] = defaultdict(list)
    for f in view.rows["floors"]:
        if view.head and f.policy in view.policy and view.stands(f) and (f.amount is None) != (f.share is None):
            rows[f.policy, f.project, f.need, f.pool].append(f)
    for (policy, *_), floors in rows.items():
        start, end = view.window(view.policy[policy])
        floors.sort(key=lambda f: f.week or date.min)
        firsts = [view.index(f.week) if f.week else 0 for f in floors] + [end]
        for f, (first, last) in zip(floors, pairwise(firsts), strict=True):
            yield f, max(start, first), min(end, last)


def _supply(view: View, floor: Floor) -> list[float]:
    """What a floor can be given in each week: of its pool, or of the need from all eligible pools."""
    if floor.pool is not None:
        return view.supply(floor.pool)
    rows = view.pools_of[floor.project, floor.need]
    supplies = [[e.rate * amount for amount in view.supply(e.pool)] for e in rows]
    weeks = view.head.weeks if view.head else 0
    return [sum(week) for week in zip(*supplies, strict=True)] if supplies else [0.0] * weeks


def _week(view: View, t: int) -> date | str:
    return view.head.start + timedelta(weeks=t) if view.head else ""
