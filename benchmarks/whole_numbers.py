"""codered's model in whole numbers, as CP-SAT takes it: exact where decimals allow, else rounded to the safe side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.model import Model
from solver.model.sheet import Bools, Floats, Ints

FINE = 1e-4
"""What one of a pace, a gain or an amount without steps counts: at most half of it is lost, on 1 for a pace."""
DIGITS = 7
"""Decimals up to which a row is taken as it is, times a power of ten."""
ROUGH = 1e9
"""What a row with longer decimals is multiplied with, before its coefficients are rounded to the safe side."""
NEAR = 1e-6
"""How near to a whole number counts as whole."""
HEAVY = 1e10
"""What the largest weight of a class becomes: those of shares are smaller by `FINE`, and lose a millionth at most."""
NONE = np.iinfo(np.int64)


@dataclass(frozen=True)
class Whole:
    """Rows `low <= A n <= high` over whole columns, each worth `unit`; what they allow, the model allows."""

    unit: Floats
    lower: Ints
    upper: Ints
    starts: Ints
    column: Ints
    coefficient: Ints
    low: Ints
    high: Ints
    origin: Ints
    """The model's row of each."""
    exact: Bools
    """Whether each says what the model's row says; the others are rounded to the safe side."""


def whole(model: Model) -> Whole:
    """Every row of the model. A row with longer decimals becomes one row per side; its coefficients err against us."""
    unit = _units(model)
    if (model.lower < 0).any():
        raise ValueError("a column below nothing: rounding would not be to the safe side")
    factors = model.coefficient * unit[model.column]
    scale, exact = _scales(model, factors)
    low, high = np.isfinite(model.low), np.isfinite(model.high)
    parts = [
        _part(model, factors, scale, exact & (low | high), np.round, sides=(True, True)),
        _part(model, factors, scale, ~exact & high, np.ceil, sides=(False, True)),
        _part(model, factors, scale, ~exact & low, np.floor, sides=(True, False)),
    ]
    origin, counts, column, coefficient, lows, highs = (np.concatenate(of) for of in zip(*parts, strict=True))
    return Whole(
        unit, np.ceil(model.lower / unit - NEAR).astype(np.int64), np.floor(model.upper / unit + NEAR).astype(np.int64),
        np.concatenate([[0], np.cumsum(counts)]), column, coefficient, lows, highs, origin, exact[origin],
    )  # fmt: skip


def weights_of(model: Model, unit: Floats, rank: int) -> tuple[Ints, float]:
    """The weights of a class as whole numbers, rounded down, and what one of the sum is worth."""
    worth = model.classes[rank] * unit
    top = worth.max(initial=0.0)
    scale = HEAVY / top if top > 0 else 1.0
    return np.floor(worth * scale + NEAR).astype(np.int64), 1.0 / scale


def _units(model: Model) -> Floats:
    """1 for what is whole in every plan or follows from it, `FINE` for shares and amounts of any size."""
    s, v = model.setting, model.variables
    unit = np.full(model.size, FINE)
    unit[model.discrete] = 1.0
    for columns in (v.start, v.stop, v.been, v.ever):
        unit[columns] = 1.0
    stepped = s.step > 0
    today = np.divide(s.base, s.step, out=np.zeros_like(s.base), where=stepped)
    unit[v.arrive[stepped & (np.abs(today - np.round(today)) < NEAR)]] = 1.0
    return _in_steps(model, unit)


def _in_steps(model: Model, unit: Floats) -> Floats:
    """Arrivals count in amounts, not in steps: a whole one is a step of the pool."""
    s, v = model.setting, model.variables
    steps = np.broadcast_to(np.where(s.step > 0, s.step, 1.0)[:, None], v.arrive.shape)
    unit[v.arrive] = np.where(unit[v.arrive] == 1.0, steps / model.scale[v.arrive], unit[v.arrive])
    return unit


def _scales(model: Model, factors: Floats) -> tuple[Floats, Bools]:
    """What each row is multiplied with, and whether that makes all of it whole."""
    digits = np.zeros(len(model.low), dtype=np.int64)
    np.maximum.at(digits, model.row, _digits(factors))
    for side in (model.low, model.high):
        digits = np.maximum(digits, _digits(np.where(np.isfinite(side), side, 0.0)))
    exact = digits <= DIGITS
    return np.where(exact, 10.0 ** np.minimum(digits, DIGITS), ROUGH), exact


def _digits(numbers: Floats) -> Ints:
    """How many decimals a number has; one more than `DIGITS` where it is none of so few."""
    found = np.full(len(numbers), DIGITS + 1)
    for digits in range(DIGITS, -1, -1):
        scaled = numbers * 10.0**digits
        found[np.abs(scaled - np.round(scaled)) < NEAR] = digits
    return found


def _part(
    model: Model, factors: Floats, scale: Floats, rows: Bools, towards: Callable[[Floats], Floats], *,
    sides: tuple[bool, bool],
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:  # fmt: skip
    """The rows wanted: their numbers, entries per row, columns, coefficients rounded one way, and the sides wanted."""
    mine = rows[model.row]
    counts = np.bincount(model.row[mine], minlength=len(rows))[rows]
    coefficient = towards((factors * scale[model.row])[mine]).astype(np.int64)
    low, high = (np.full(len(counts), side) for side in (NONE.min, NONE.max))
    for wanted, found, given, to in ((sides[0], low, model.low, np.ceil), (sides[1], high, model.high, np.floor)):
        finite = np.isfinite(given[rows]) & wanted
        nudge = -NEAR if to is np.ceil else NEAR
        found[finite] = to((given * scale)[rows][finite] + nudge).astype(np.int64)
    return np.flatnonzero(rows), counts, model.column[mine], coefficient, low, high
