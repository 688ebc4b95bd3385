"""A first answer to start from: week by week, who is free and to spare goes where more than a share is missing."""

from __future__ import annotations

import numpy as np

from solver.model.sheet import Floats, Ints
from solver.orders.network import SHARED, Network
from solver.orders.roster import Roster

SMALL = 1e-6


def greedy(roster: Roster, net: Network) -> Floats:
    """Values of every column that keep all rows."""
    values = np.zeros(len(net.lower))
    there = roster.at_home.copy()
    joins = np.zeros(roster.locked.shape, dtype=np.int64)
    for t in range(roster.weeks):
        before = there.copy()
        recent = joins[..., max(0, t - roster.dwell + 1) : t].sum(axis=2)
        _fill(roster, t, there, before - roster.locked[..., t] - recent)
        change = there - before
        joins[..., t] = np.maximum(0, change)
        values[net.there[..., t]], values[net.join[..., t]] = there, joins[..., t]
        values[net.leave[..., t]] = np.maximum(0, -change)
        _share(roster, net, values, t, there)
    return values


def _fill(roster: Roster, t: int, there: Ints, may: Ints) -> None:
    """Move people in `there` [C,Q] until nobody lacks more than a share, or nobody who may go is to spare."""
    fte = np.array(roster.contracts)
    while True:
        balance = fte @ there - roster.amount[:, t]
        taker = int(np.argmin(balance))
        room = np.where((may > 0) & (balance[None] >= fte[:, None] - SHARED - SMALL), balance[None], -np.inf)
        room[:, taker] = -np.inf
        if balance[taker] >= -SHARED - SMALL or not np.isfinite(room).any():
            return
        c, giver = np.unravel_index(int(np.argmax(room)), room.shape)
        there[c, giver] -= 1
        may[c, giver] -= 1
        there[c, taker] += 1


def _share(roster: Roster, net: Network, values: Floats, t: int, there: Ints) -> None:
    """Lend what is over to where less than a share is missing; the rest is short."""
    fte = np.array(roster.contracts)
    balance = fte @ there - roster.amount[:, t]
    over = np.minimum(np.maximum(0.0, balance), fte @ (there - roster.locked[..., t]))
    missing = np.maximum(0.0, -balance)
    borrow = np.minimum(missing, SHARED)
    most = min(float(over.sum()), float(borrow.sum()))
    borrow = _first(borrow, most)
    values[net.borrow[:, t]], values[net.lend[:, t]] = borrow, _first(over, most)
    values[net.short[:, t]] = missing - borrow


def _first(parts: Floats, total: float) -> Floats:
    """As much of the parts, in their order, as makes the total."""
    return np.diff(np.minimum(np.cumsum(parts), total), prepend=0.0)
