"""A model as arrays: columns and rows in blocks, handed to PuLP for reading and to HiGHS for solving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Terms = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]
"""Entries of a block of rows: row within the block, column, coefficient (each broadcast to the others)."""

INF = float("inf")


def dot(weights: Floats, values: Floats) -> float:
    """Their scalar product, on one core: for long vectors BLAS would wake threads that spin beside everybody else."""
    return float(np.einsum("i,i->", weights, values))


@dataclass(frozen=True, slots=True)
class Rows:
    """One family of rows `lower <= entries <= upper`, made by one rule; `label` says a row in words."""

    rule: str
    lower: Floats
    upper: Floats
    row: Ints
    column: Ints
    coefficient: Floats
    label: Callable[[int], str] | None

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.lower)


@dataclass(slots=True)
class Sheet:
    """Columns with bounds and the row blocks over them."""

    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    integer: list[Bools] = field(default_factory=list)
    families: list[tuple[str, int]] = field(default_factory=list)
    blocks: list[Rows] = field(default_factory=list)
    size: int = 0

    def columns(
        self, name: str, shape: tuple[int, ...], lower: npt.ArrayLike, upper: npt.ArrayLike, *, integer: bool = False
    ) -> Ints:
        """New columns of a family, as an array of their numbers of the given shape."""
        count = int(np.prod(shape))
        self.lower.append(np.broadcast_to(np.asarray(lower, float), shape).ravel().copy())
        self.upper.append(np.broadcast_to(np.asarray(upper, float), shape).ravel().copy())
        self.integer.append(np.full(count, integer))
        self.families.append((name, count))
        first, self.size = self.size, self.size + count
        return np.arange(first, self.size, dtype=np.int64).reshape(shape)

    def rows(
        self,
        rule: str,
        count: int,
        terms: Sequence[Terms],
        *,
        lower: npt.ArrayLike = -INF,
        upper: npt.ArrayLike = INF,
        label: Callable[[int], str] | None = None,
    ) -> None:
        """A block of `count` rows; entries of the same row and column add up, rows without entries stay out."""
        if count == 0:
            return
        parts = [np.broadcast_arrays(*(np.asarray(a) for a in term)) for term in terms]
        row = np.concatenate([np.ravel(p[0]) for p in parts]).astype(np.int64)
        col = np.concatenate([np.ravel(p[1]) for p in parts]).astype(np.int64)
        coef = np.concatenate([np.ravel(p[2]) for p in parts]).astype(float)
        real = coef != 0.0
        low = np.broadcast_to(np.asarray(lower, float), (count,)).copy()
        high = np.broadcast_to(np.asarray(upper, float), (count,)).copy()
        self.blocks.append(Rows(rule, low, high, row[real], col[real], coef[real], label))

    def bounds(self) -> tuple[Floats, Floats, Bools]:
        """Lower and upper bounds and integrality of all columns, as one array each."""
        return np.concatenate(self.lower), np.concatenate(self.upper), np.concatenate(self.integer)
