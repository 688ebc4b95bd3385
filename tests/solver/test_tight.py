"""Rows that cut off what only fractions could do: they ask for what whole steps need, and take no plan away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver.model import Model, build
from solver.model.sheet import Floats
from solver.records import Eligible
from solver.search.tight import cuts
from tests.solver.handmade import gpu_pool, portfolio, project


def ads(**facts: Any) -> dict[str, list[Any]]:
    """Ads on nodes of two kinds, of which 1.2 and 1.3 count."""
    rates = {"h100": 1.2, "a100": 1.3}
    found = project("ads", pools=tuple(rates), status="running", today=3, **facts)
    eligible = [Eligible(project="ads", need="gpu", pool=pool, rate=rate) for pool, rate in rates.items()]
    return found | {"eligible": eligible}


def beside(held: float) -> tuple[Model, list[str]]:
    """The model of ads beside chat, which holds so many of ten nodes of the first kind, and what is cut off for ads."""
    problem = portfolio(
        gpu_pool(), gpu_pool("a100"), project("chat", full=10), ads(standby=2.4, minimum=3.6, full=6), weeks=1
    )
    model = build(problem, "normal")
    s, v = model.setting, model.variables
    values = np.zeros(model.size)
    values[v.x[s.pair_number["chat", "gpu", "h100"]]] = held
    mine = np.array([p.project == "ads" for p in s.projects])
    found = cuts(model, mine, mine[model.owner] & (model.owner >= 0), values, model.upper.copy())
    names = {int(v.x[k, 0]): f"x {pool}" for k, (_, _, pool) in enumerate(s.pairs)}
    names |= {int(c[s.index["ads"], 0]): name for name, c in (("on", v.on), ("been", v.been), ("complete", v.complete))}
    of_supply = {int(row) for row, column in zip(found.row, found.column, strict=True) if "x " in names.get(column, "")}
    return model, [
        f"{found.coefficient[k]:.4g} {names[int(found.column[k])]}"
        for k in range(len(found.row)) if int(found.row[k]) in of_supply
    ]  # fmt: skip


@pytest.mark.parametrize("held", [0, 9])
def test_where_a_step_is_left_of_every_pool_the_rule_says_it_all(held: float) -> None:
    assert beside(held)[1] == []


def test_where_a_pool_is_used_up_whole_steps_of_the_others_are_asked_for() -> None:
    assert sorted(beside(10)[1]) == sorted(["-1.2 x h100", "-1.3 x a100", "1.3 on", "2.6 been", "-2.6 complete"])


@pytest.mark.parametrize(("nodes", "running", "allowed"), [(2, 0, True), (1, 0, False), (3, 1, True), (2, 1, False)])
def test_what_is_cut_off_is_no_plan(nodes: int, running: int, allowed: bool) -> None:
    model, _ = beside(10)
    s, v = model.setting, model.variables
    values: Floats = np.zeros(model.size)
    values[v.x[s.pair_number["chat", "gpu", "h100"]]] = 10
    mine = np.array([p.project == "ads" for p in s.projects])
    found = cuts(model, mine, mine[model.owner] & (model.owner >= 0), values, model.upper.copy())
    i = s.index["ads"]
    values[v.x[s.pair_number["ads", "gpu", "a100"], 0]] = nodes
    values[v.on[i, 0]], values[v.been[i, 0]] = running, 1
    sums = np.bincount(found.row, found.coefficient * values[found.column], minlength=len(found.high))
    assert bool((sums <= found.high + 1e-9).all()) is allowed
