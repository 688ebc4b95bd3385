"""The model with its levers as columns: what may be given up, at a price, so that some plan exists."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.model import Model
from solver.model.sheet import Floats, Ints
from solver.repair.lever import SHARE, Lever, Used
from solver.task import Cuts

USED = 1e-6
WIDE = 1e7
"""Bound of amounts in steps: what limits them are the rows of capacity, which levers widen."""


@dataclass(frozen=True)
class Elastic:
    """A model with one 0/1 column per lever and one column per give, after the columns of the model itself."""

    model: Model
    levers: Sequence[Lever]
    use: Ints
    gives: tuple[Ints, ...]
    price: Floats

    def used(self, values: Floats) -> tuple[Used, ...]:
        """The levers that a solution uses."""
        return tuple(
            Used(lever, tuple(float(a) for a in values[give]))
            for lever, use, give in zip(self.levers, self.use, self.gives, strict=True)
            if values[use] > 0.5 and values[give].max(initial=0.0) > USED
        )

    def without(self, sets: Collection[Collection[Lever]]) -> Cuts:
        """Rows that forbid each set of levers, and every larger one: sum of use <= size - 1."""
        place = {id(lever): int(column) for lever, column in zip(self.levers, self.use, strict=True)}
        rows = [(n, place[id(lever)]) for n, one in enumerate(sets) for lever in one]
        row, column = (np.array([r[k] for r in rows], dtype=np.int64) for k in (0, 1))
        return Cuts(row, column, np.ones(len(rows)), np.array([len(one) - 1.0 for one in sets]))


def elastic(model: Model, levers: Sequence[Lever]) -> Elastic:
    """Give every lever its columns and rows."""
    use, v = model.size + np.arange(len(levers)), model.variables
    size, gives = model.size + len(levers), []
    for lever in levers:
        gives.append(size + np.arange(len(lever.gives)))
        size += len(lever.gives)
    new = _Entries(len(model.low))
    lower, upper = model.lower.copy(), model.upper.copy()
    for columns in (v.x, v.arrive, v.nodes, v.useful):
        upper[columns] = WIDE
    for lever, one, columns in zip(levers, use, gives, strict=True):
        lower[lever.free_on], upper[lever.free_off] = 0.0, 1.0
        _rows_of(new, lever, int(one), columns)
    wider = _wider(model, new, levers, lower, upper)
    return Elastic(wider, levers, use, tuple(gives), _price(model, levers, use, gives, size))


class _Entries:
    """New entries and new rows `low <= row` of a model, as they are added."""

    def __init__(self, rows: int) -> None:
        self.first, self.low = rows, list[float]()
        self.row, self.column, self.coefficient = list[int](), list[int](), list[float]()

    def add(self, row: int, column: int, coefficient: float) -> None:
        self.row.append(row)
        self.column.append(column)
        self.coefficient.append(coefficient)

    def new_row(self, low: float, *terms: tuple[int, float]) -> None:
        for column, coefficient in terms:
            self.add(self.first + len(self.low), column, coefficient)
        self.low.append(low)


def _rows_of(new: _Entries, lever: Lever, use: int, columns: Ints) -> None:
    """give <= most * use; what it gives to rows; nested gives in turn; columns held at 0 or 1 until it is used."""
    for give, column in zip(lever.gives, columns, strict=True):
        new.new_row(0.0, (use, give.most), (int(column), -1.0))
        for row, factor in zip(give.rows, give.factor, strict=True):
            new.add(int(row), int(column), float(factor))
    if lever.nested:
        for before, after in pairwise(columns):
            new.new_row(0.0, (int(before), 1.0), (int(after), -1.0))
    for column in lever.free_on:
        new.new_row(1.0, (int(column), 1.0), (int(columns[0]), 1.0))
    for column in lever.free_off:
        new.new_row(0.0, (int(column), -1.0), (int(columns[0]), 1.0))
    for column in lever.asks:
        new.new_row(0.0, (int(column), 1.0), (use, -1.0))


def _wider(model: Model, new: _Entries, levers: Sequence[Lever], lower: Floats, upper: Floats) -> Model:
    gives = [give for lever in levers for give in lever.gives]
    row = np.concatenate([model.row, np.array(new.row, dtype=np.int64)])
    column = np.concatenate([model.column, np.array(new.column, dtype=np.int64)])
    coefficient = np.concatenate([model.coefficient, np.array(new.coefficient)])
    order = np.lexsort((column, row))
    uses = len(levers)
    count = uses + len(gives)
    whole = np.concatenate([np.ones(uses, dtype=bool), np.array([g.whole for g in gives], dtype=bool)])
    most = np.concatenate([np.ones(uses), np.array([g.most for g in gives])])
    return dataclasses.replace(
        model, row=row[order], column=column[order], coefficient=coefficient[order],
        lower=np.concatenate([lower, np.zeros(count)]), upper=np.concatenate([upper, most]),
        binary=np.concatenate([model.binary, whole]), scale=np.concatenate([model.scale, np.ones(count)]),
        low=np.concatenate([model.low, new.low]), high=np.concatenate([model.high, np.full(len(new.low), np.inf)]),
    )  # fmt: skip


def _price(model: Model, levers: Sequence[Lever], use: Ints, gives: Sequence[Ints], size: int) -> Floats:
    """Each lever's price, the more of its rule it gives up the more (what a class pays counts by its amount alone);
    builds sooner complete rather than later."""
    price = np.zeros(size)
    price[use] = [0.0 if lever.kind == "value" else lever.price for lever in levers]
    for lever, columns in zip(levers, gives, strict=True):
        spread = len(columns) if lever.kind == "capacity" else 1
        price[columns] = SHARE * lever.price / lever.size / spread
        late = np.unique(lever.asks - np.arange(model.setting.weeks)[:, None]) if len(lever.asks) else lever.asks
        price[late] -= 1e-3
    return price
