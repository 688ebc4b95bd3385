"""How few have to move: first as little uncovered as possible, and given that as few moves as possible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solver.engine import run
from solver.model.sheet import Floats, Ints
from solver.orders.network import Network, network
from solver.orders.roster import Roster
from solver.orders.start import greedy
from solver.task import Answer, Clock, Task

FINE = 1e-4
"""FTE-weeks below which nothing is called uncovered."""
DEAR = 200.0
"""Moves that an uncovered FTE-week counts as while both are sought at once; what is proven does not depend on it."""


@dataclass(frozen=True)
class Decided:
    """People there [C,Q,T], uncovered FTE [Q,T], and below what uncovered FTE-weeks and moves cannot be."""

    there: Ints
    short: Floats
    moves: int
    moves_bound: int
    uncovered: float
    uncovered_bound: float


def decide(roster: Roster, clock: Clock, limit: float) -> Decided:
    """The least disruption of one pool. Stopped early it is the best found, with the bounds proven so far."""
    net = network(roster)
    short, moved = net.weights(net.short), net.weights(net.join)
    lowest = _lowest(net, clock, limit * 0.2)
    both = _task(net, greedy(roster, net), DEAR * short + moved, gap=0.999, limit=limit * 0.8)
    values, answer = _better(net, both, clock)
    uncovered = float(short @ values)
    bound = answer.bound - DEAR * uncovered
    if uncovered > lowest + FINE:
        values, answer = _better(net, _task(net, values, short, gap=FINE, limit=clock.budget(limit * 0.3)), clock)
        lowest, uncovered = max(lowest, answer.bound), float(short @ values)
        fewest = _task(net, values, moved, gap=0.999, limit=clock.budget(limit * 0.5))
        values, answer = _better(net, replace(fewest, holds=[(-short, -(uncovered + FINE))]), clock)
        bound = answer.bound
    there = np.round(values[net.there]).astype(np.int64)
    left = np.where(values[net.short] > FINE, values[net.short], 0.0)
    moves = _moves(roster, there)
    proven = min(moves, max(0, int(np.ceil(bound - 1e-4)))) if np.isfinite(bound) else 0
    return Decided(there, left, moves, proven, float(left.sum()), min(float(left.sum()), max(0.0, lowest)))


def _moves(roster: Roster, there: Ints) -> int:
    before = np.concatenate([roster.at_home[..., None], there[..., :-1]], axis=2)
    return int(np.maximum(0, there - before).sum())


def _lowest(net: Network, clock: Clock, limit: float) -> float:
    """What uncovered FTE-weeks cannot go below, were people not whole."""
    task = _task(net, np.zeros(len(net.lower)), net.weights(net.short), gap=0.0, limit=limit)
    answer = run(net, replace(task, discrete=np.zeros_like(net.discrete), start=None), clock)
    return max(0.0, answer.bound) if np.isfinite(answer.bound) else 0.0


def _better(net: Network, task: Task, clock: Clock) -> tuple[Floats, Answer]:
    """The values found, or those to start from where there was no time."""
    answer = run(net, task, clock)
    return (task.values if answer.values is None else answer.values), answer


def _task(net: Network, values: Floats, weights: Floats, *, gap: float, limit: float) -> Task:
    every = np.ones(len(net.lower), dtype=bool)
    return Task(
        every, values, net.lower, net.upper, net.discrete, weights, maximise=False, gap=gap, limit=limit, start=values
    )  # fmt: skip
