"""Checks of risks: their target, the figures of their distribution, their weeks, and that they can happen at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from solver.crosschecks.view import View, check, fault, some
from solver.faults import Fault
from solver.records import ATTRITION, DELAY, FIGURES, SLIP, SURGE, Risk

_TARGETS = {DELAY: ("pool",), ATTRITION: ("pool",), SURGE: ("project", "need"), SLIP: ("project",)}
"""The columns that name what a kind of risk is about: the first must be there, the others may."""
_WORDS = {
    "pool": "a pool of pools.csv", "project": "a project of projects.csv",
}  # fmt: skip
_MOST = {ATTRITION: 1.0, SURGE: 10.0, SLIP: 10.0}
"""The most that a share may be; above it, it was meant in percent."""


@check()
def risk_without_its_target(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        name = _TARGETS[row.kind][0]
        if getattr(row, name) is None:
            yield fault("risks", row, name, f"is blank for a {row.kind}", _WORDS[name])


@check()
def risk_with_another_target(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        for name in ("pool", "project", "need"):
            if name not in _TARGETS[row.kind] and getattr(row, name) is not None:
                yield fault("risks", row, name, f"means nothing for a {row.kind}", "blank")


@check()
def risk_without_its_figures(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        names = FIGURES[row.distribution]
        for name in names:
            if getattr(row, name) is None:
                message = f"is blank, but a {row.distribution} distribution takes {some(list(names))}"
                yield fault("risks", row, name, message, "a plain decimal number such as 0.25")


@check()
def risk_with_other_figures(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        names = FIGURES[row.distribution]
        for name in ("low", "mode", "high", "mean", "sd"):
            if name not in names and getattr(row, name) is not None:
                message = f"means nothing in a {row.distribution} distribution, which takes {some(list(names))}"
                yield fault("risks", row, name, message, "blank")


@check()
def risk_figures_out_of_order(view: View) -> Iterator[Fault]:
    """low <= mode <= high; a lognormal distribution has a mean above 0."""
    for row in view.rows["risks"]:
        given = [(name, getattr(row, name)) for name in ("low", "mode", "high") if name in FIGURES[row.distribution]]
        for (before, low), (name, high) in pairwise([one for one in given if one[1] is not None]):
            if high < low:
                yield fault("risks", row, name, f"is below {before} ({low:g})", f"at least {low:g}")
        if row.distribution == "lognormal" and row.mean == 0:
            yield fault("risks", row, "mean", "is 0 in a lognormal distribution", "more than 0, or a fixed 0")


@check()
def risk_share_that_is_a_percentage(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        most = _MOST.get(row.kind)
        for name in FIGURES[row.distribution] if most is not None else ():
            value = getattr(row, name)
            if value is not None and value > most:
                message = f"is above {most:g}, but a {row.kind} is a share"
                yield fault("risks", row, name, message, "a share such as 0.25 for 25 %")


@check()
def risk_ends_before_it_starts(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        if row.since is not None and row.until is not None and row.until < row.since:
            yield fault("risks", row, "to", f"is before its first week {row.since}", f"{row.since} or later, or blank")


@check()
def slip_of_what_is_no_build(view: View) -> Iterator[Fault]:
    for row in view.rows["risks"]:
        project = view.project.get(row.project or "")
        if row.kind == SLIP and project and project.kind != "build":
            yield fault("risks", row, "project", "is no build, which alone can slip", "a build, or kind surge")


@check(keys=("capacity",), whole=("capacity",))
def delay_of_nothing(view: View) -> Iterator[Fault]:
    """A delay is of capacity that a pool gains after its first row."""
    for row in view.rows["risks"]:
        if row.kind != DELAY or row.pool not in view.pool:
            continue
        gains = _gains(view, row.pool)
        if not any(_inside(row, week) for week in gains):
            right = f"weeks around {some([str(w) for w in gains], 3)}" if gains else "a pool whose capacity grows"
            column = "from" if gains else "pool"
            yield fault("risks", row, column, f"is of no week in which {row.pool} gains capacity", right)


def _gains(view: View, pool: str) -> list[date]:
    rows = sorted((c for c in view.rows["capacity"] if c.pool == pool), key=lambda c: c.week)
    return [after.week for before, after in pairwise(rows) if after.amount > before.amount]


def _inside(row: Risk, week: date) -> bool:
    return (row.since is None or row.since <= week) and (row.until is None or week <= row.until)
