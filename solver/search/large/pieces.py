"""A large model cut up by projects: a few of them at a time are a model of their own, with what the others leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solver.model import Model
from solver.model.sheet import Bools, Floats, Ints, dot
from solver.task import Holds

if TYPE_CHECKING:
    from solver.search.stages import Stages

MET = 1e-6
"""How far a row may be off its side and count as met."""
HELD = 1e-9
"""By how much the value of a class above may be off."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The columns of some projects and the rows they are in; row and column numbers are the piece's own."""

    columns: Ints
    rows: Ints
    row: Ints
    column: Ints
    coefficient: Floats
    low: Floats
    high: Floats
    binary: Bools

    def sums(self, values: Floats) -> Floats:
        """What values of its columns make of its rows."""
        return np.bincount(self.row, self.coefficient * values[self.column], minlength=len(self.rows))


class Pieces:
    """The entries of a model in the order of projects."""

    def __init__(self, model: Model) -> None:
        self.model, count = model, len(model.setting.projects)
        self._columns = np.argsort(model.owner, kind="stable")
        self._first = np.searchsorted(model.owner[self._columns], np.arange(count + 1))
        of_entry = model.owner[model.column].astype(np.int32)
        order = np.argsort(of_entry, kind="stable")
        self._row, self._column = model.row[order].astype(np.int32), model.column[order].astype(np.int32)
        self._coefficient = model.coefficient[order]
        self._start = np.searchsorted(of_entry[order], np.arange(count + 1))

    def columns(self, projects: Iterable[int]) -> Ints:
        """The columns of some projects, in order."""
        return np.sort(np.concatenate([self._columns[self._first[i] : self._first[i + 1]] for i in projects]))

    def of(self, projects: Iterable[int]) -> Piece:
        """Some projects with all the rows they are in; what others are in there too is still to be taken off."""
        return self._cut(projects, None)

    def apart(self, projects: Iterable[int]) -> Piece:
        """Some projects with only those rows that are about one project alone."""
        return self._cut(projects, self.model.row_is_own)

    def _cut(self, projects: Iterable[int], which: Bools | None) -> Piece:
        projects = list(projects)
        parts = [slice(self._start[i], self._start[i + 1]) for i in projects]
        row = np.concatenate([self._row[part] for part in parts])
        column = np.concatenate([self._column[part] for part in parts])
        coefficient = np.concatenate([self._coefficient[part] for part in parts])
        if which is not None:
            kept = which[row]
            row, column, coefficient = row[kept], column[kept], coefficient[kept]
        columns, model = self.columns(projects), self.model
        rows, place = np.unique(row, return_inverse=True)
        order = np.argsort(place, kind="stable")
        return Piece(
            columns, rows, place[order], np.searchsorted(columns, column[order]), coefficient[order],
            model.low[rows], model.high[rows], model.binary[columns],
        )  # fmt: skip

    @cached_property
    def shared(self) -> tuple[Ints, Ints, Floats]:
        """The entries of rows that are about several projects: row, column, coefficient."""
        model = self.model
        kept = np.flatnonzero(~model.row_is_own[model.row])
        return model.row[kept], model.column[kept], model.coefficient[kept]


class Held:
    """Values of all columns, a copy of their own, with what they make of every row."""

    def __init__(self, model: Model, values: Floats) -> None:
        self.values = values.copy()
        self.sums = np.bincount(model.row, model.coefficient * values[model.column], minlength=len(model.low))

    def beside(self, piece: Piece) -> Floats:
        """What the others make of the rows of a piece."""
        others: Floats = self.sums[piece.rows] - piece.sums(self.values[piece.columns])
        return others

    def take(self, piece: Piece, values: Floats) -> None:
        """Other values for a piece."""
        self.sums[piece.rows] += piece.sums(values) - piece.sums(self.values[piece.columns])
        self.values[piece.columns] = values

    def left(self, piece: Piece) -> Piece:
        """A piece with what the others leave."""
        others = self.beside(piece)
        return replace(piece, low=piece.low - others, high=piece.high - others)


def held_above(stages: Stages, piece: Piece, values: Floats) -> Holds:
    """What a piece gives the classes above its own, which it has to go on with."""
    here = [weights[piece.columns] for weights, _ in stages.held]
    return [(some, dot(some, values[piece.columns]) - HELD) for some in here if some.any()]
