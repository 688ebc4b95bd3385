"""Checks of actuals: a row says either how a project ran, or what it had of a pool."""

from __future__ import annotations

from collections.abc import Iterator

from solver.crosschecks.view import View, check, fault, some
from solver.faults import Fault


@check()
def actual_without_its_figure(view: View) -> Iterator[Fault]:
    for row in view.rows["actuals"]:
        if row.need is None and row.pool is None and row.pace is None and row.progress is None:
            yield fault("actuals", row, "pace", "is blank, as is progress", "how fast the project ran, from 0 to 1")
        elif (row.need is None) != (row.pool is None):
            name, other = ("need", "pool") if row.need is None else ("pool", "need")
            yield fault("actuals", row, name, f"is blank beside a {other}", f"a {name}, or both blank")
        elif row.need is not None and row.amount is None:
            yield fault("actuals", row, "amount", "is blank for a need and pool", "an amount; 0 for nothing")


@check()
def actual_with_another_figure(view: View) -> Iterator[Fault]:
    for row in view.rows["actuals"]:
        if row.need is None and row.pool is None and row.amount is not None:
            yield fault("actuals", row, "amount", "means nothing without a need and a pool", "blank")
        for name in ("pace", "progress") if row.need is not None else ():
            if getattr(row, name) is not None:
                right = "blank, and a row without need and pool"
                yield fault("actuals", row, name, "is of a project, not of a need and pool", right)


@check()
def actual_progress_of_what_is_no_build(view: View) -> Iterator[Fault]:
    for row in view.rows["actuals"]:
        project = view.project.get(row.project)
        if row.progress is not None and project is not None and project.kind != "build":
            yield fault("actuals", row, "progress", f"is blank for {row.project}, which is no build", "blank")


@check(keys=("eligible",))
def actual_on_ineligible_pool(view: View) -> Iterator[Fault]:
    for row in view.known["actuals"]:
        if row.need is None or row.pool is None or not view.stands(row):
            continue
        if (row.project, row.need, row.pool) not in view.eligible:
            pools = [e.pool for e in view.pools_of[row.project, row.need]]
            right = f"one of {some(pools)}" if pools else "a pool named in eligible.csv"
            yield fault("actuals", row, "pool", f"is not eligible for {row.need} of {row.project}", right)
