"""Checks of amounts: today's baseline and the pins against eligibility, steps and capacity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from solver.columns import plain
from solver.crosschecks.view import TOLERANCE, View, check, fault, some
from solver.faults import Fault
from solver.records import Baseline, Pin


@check(keys=("eligible",))
def baseline_on_ineligible_pool(view: View) -> Iterator[Fault]:
    return _ineligible(view, "baseline")


@check(keys=("eligible",))
def pin_on_ineligible_pool(view: View) -> Iterator[Fault]:
    return _ineligible(view, "pins")


def _ineligible(view: View, table: str) -> Iterator[Fault]:
    for row in view.known[table]:
        if (row.project, row.need, row.pool) not in view.eligible and view.stands(row):
            pools = [e.pool for e in view.pools_of[row.project, row.need]]
            right = f"one of {some(pools)}" if pools else "a pool named in eligible.csv"
            yield fault(table, row, "pool", f"is not eligible for {row.need} of {row.project}", right)


@check()
def baseline_off_step(view: View) -> Iterator[Fault]:
    return _off_step(view, "baseline")


@check()
def pin_off_step(view: View) -> Iterator[Fault]:
    return _off_step(view, "pins")


def _off_step(view: View, table: str) -> Iterator[Fault]:
    for row in view.rows[table]:
        step = view.step(view.pool[row.pool]) if row.pool in view.pool else 0.0
        if step and abs(row.amount - round(row.amount / step) * step) > TOLERANCE:
            near = plain(round(round(row.amount / step) * step, 6))
            yield fault(table, row, "amount", f"is not a multiple of the pool's step {step:g}", f"such as {near}")


@check(whole=("portfolio", "capacity"))
def baseline_above_capacity(view: View) -> Iterator[Fault]:
    """One fault per pool, at the row that brings it above what it has at the turn to the first week."""
    rows: dict[str, list[Baseline]] = defaultdict(list)
    for row in view.rows["baseline"] if view.head else ():
        rows[row.pool].append(row)
    for pool, members in rows.items():
        most, total = view.supply_today(pool), sum(b.amount for b in members)
        if total > most + TOLERANCE:
            message = f"brings {pool} to {total:g} in use today, above its capacity of {most:g}"
            yield fault("baseline", _crossing(members, most), "amount", message, f"a sum of at most {most:g}")


def _crossing(rows: list[Baseline], most: float) -> Baseline:
    total = 0.0
    for row in rows:
        total += row.amount
        if total > most + TOLERANCE:
            return row
    return rows[-1]


@check()
def pin_ends_before_it_starts(view: View) -> Iterator[Fault]:
    for pin in view.rows["pins"]:
        if pin.until is not None and pin.until < pin.since:
            yield fault("pins", pin, "to", f"is before its first week {pin.since}", f"{pin.since} or later, or blank")


@check(whole=("portfolio", "capacity"))
def pin_above_capacity(view: View) -> Iterator[Fault]:
    if not view.head:
        return
    for pin in view.rows["pins"]:
        first = max(0, view.index(pin.since))
        last = view.index(pin.until) + 1 if pin.until else view.head.weeks
        least = min(view.supply(pin.pool)[first:last], default=pin.amount)
        if pin.amount > least + TOLERANCE:
            week = view.head.start + timedelta(weeks=first + view.supply(pin.pool)[first:last].index(least))
            message = f"is above the capacity of {pin.pool}, which is {least:g} in the week of {week}"
            yield fault("pins", pin, "amount", message, f"at most {least:g}")


@check()
def pins_that_overlap(view: View) -> Iterator[Fault]:
    rows: dict[tuple[str, str, str], list[Pin]] = defaultdict(list)
    for pin in view.rows["pins"]:
        rows[pin.project, pin.need, pin.pool].append(pin)
    for pins in rows.values():
        for before, after in pairwise(sorted(pins, key=lambda p: p.since)):
            if before.since < after.since and (before.until is None or after.since <= before.until):
                end = before.until or "the end"
                message = f"overlaps the pin from {before.since} to {end} on the same need and pool"
                yield fault("pins", after, "from", message, "one pin per week")
