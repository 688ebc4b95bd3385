"""No plan at all: which rules stand against each other, found by letting each be broken at a price."""

from __future__ import annotations

import numpy as np

from solver.elastic import with_slack
from solver.engine import Clock, Task, run
from solver.model import Model
from solver.plan import Conflict

PRICE = {"floors": 1e4, "pins": 1e3, "must": 300.0, "stances": 300.0}
"""What a unit of breaking a rule costs: floors last, human decisions next; all others cost 1 (moves and growth 0.1)."""
SOFT = ("capacity", "viable", "fixed", "must", "stances", "floors", "change", "pins", "money")
MOST = 12


def conflicts(model: Model, clock: Clock) -> tuple[Conflict, ...]:
    """Rules whose breaking, together, would make a plan possible; empty if the time did not suffice to name them."""
    soft = [n for n, (block, _) in enumerate(model.rule_of_row) if block.rule in SOFT and block.label is not None]
    elastic, slack = with_slack(model, np.array(soft, dtype=np.int64))
    everything = np.ones(elastic.size, dtype=bool)
    price = np.zeros(elastic.size)
    rules = [model.rule_of_row[n][0].rule for n in soft]
    price[slack] = [PRICE.get(rule, 0.1 if rule == "change" else 1.0) for rule in rules]
    for whole in (np.zeros_like(elastic.binary), elastic.binary):
        task = Task(
            everything, np.zeros(elastic.size), elastic.lower, elastic.upper, whole, price, maximise=False,
            gap=0.01, limit=max(5.0, clock.left),
        )  # fmt: skip
        answer = run(elastic, task, clock)
        if answer.values is not None and (broken := np.flatnonzero(answer.values[slack] > 1e-5)).size:
            return _named(model, [(soft[n], answer.values[slack[n]]) for n in broken])
    return ()


def _named(model: Model, broken: list[tuple[int, float]]) -> tuple[Conflict, ...]:
    """Broken rows in words, the largest of each rule first."""
    found = []
    for n, amount in sorted(broken, key=lambda item: -item[1]):
        block, place = model.rule_of_row[n]
        if block.label is not None:
            found.append(Conflict(block.rule, f"{block.label(place)}: off by {amount:.2f}".rstrip("0").rstrip(".")))
    return tuple(found[:MOST])
