"""Problem -> model: decisions as columns, rules as rows, classes as weights, in arrays for PuLP and HiGHS alike."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.model.goals import cost, disruption, done, gains
from solver.model.rules import RULES
from solver.model.sheet import Bools, Floats, Ints, Rows, Sheet
from solver.model.variables import Setting, Variables, declare
from solver.problem import Problem

if TYPE_CHECKING:
    import pulp

__all__ = ["Model", "build", "columns_only"]


@dataclass(frozen=True)
class Model:
    """Rows `low <= A z <= high` over columns `lower <= z <= upper`; amounts count in steps of their pool (`scale`)."""

    setting: Setting
    variables: Variables
    lower: Floats
    upper: Floats
    binary: Bools
    scale: Floats
    row: Ints
    column: Ints
    coefficient: Floats
    low: Floats
    high: Floats
    blocks: tuple[Rows, ...]
    families: tuple[tuple[str, int], ...]
    classes: dict[int, Floats]
    constants: dict[int, float]
    disruption: Floats
    cost: Floats

    @property
    def size(self) -> int:
        """How many columns."""
        return len(self.lower)

    @cached_property
    def owner(self) -> Ints:
        """The project of each column."""
        s, v = self.setting, self.variables
        found = np.full(self.size, -1, dtype=np.int64)
        for name, columns in v.families.items():
            if name in ("x", "arrive"):
                found[columns] = s.pair_project[:, None]
            elif name in ("nodes", "useful"):
                found[columns] = s.pair_project[s.nodes.pair, None]
            elif name == "begin":
                found[columns] = s.fixed[:, None]
            else:
                found[columns] = np.arange(len(s.projects)).reshape(-1, *([1] * (columns.ndim - 1)))
        return found

    @cached_property
    def discrete(self) -> Bools:
        """Columns that are whole in a published plan: binaries, and amounts of pools with a step."""
        whole = self.binary.copy()
        whole[self.variables.x] = (self.setting.step > 0)[:, None]
        whole[self.variables.nodes] = (self.setting.step > 0)[self.setting.nodes.pair, None]
        return whole

    @cached_property
    def row_owner(self) -> Ints:
        """A project that each row is about; see `row_is_own`."""
        found = np.zeros(len(self.low), dtype=np.int64)
        found[self.row] = self.owner[self.column]
        return found

    @cached_property
    def row_is_own(self) -> Bools:
        """Whether a row is about one project alone."""
        own = np.ones(len(self.low), dtype=bool)
        own[self.row[self.owner[self.column] != self.row_owner[self.row]]] = False
        return own

    def row_of(self, *rules: str) -> Bools:
        """Whether a row was made by one of the rules."""
        return np.repeat([block.rule in rules for block in self.blocks], [block.count for block in self.blocks])

    @cached_property
    def rule_of_row(self) -> list[tuple[Rows, int]]:
        """The block of each row and its number within the block."""
        return [(block, n) for block in self.blocks for n in range(block.count)]

    def problem(self, rank: int) -> pulp.LpProblem:
        """The model as a PuLP problem that maximises one class: to read, to write as LP or MPS, to solve elsewhere.

        Only here is PuLP loaded: a worker that only solves is ready half a second sooner.
        """
        import pulp
        from pulp import _rustcore

        core = pulp.LpProblem(self.setting.problem.head.portfolio.replace("-", "_"), pulp.LpMaximize)
        names = (f"{name}_{n}" for name, count in self.families for n in range(count))
        kinds = (_rustcore.Category.Continuous, _rustcore.Category.Integer)
        added = [
            core._model.add_variable(name, low, high, kinds[bool(whole)])
            for name, low, high, whole in zip(names, self.lower, self.upper, self.discrete, strict=True)
        ]
        ids = np.array([variable.id() for variable in added], dtype=np.uint64)
        starts = np.searchsorted(self.row, np.arange(len(self.low) + 1))
        for n in range(len(self.low)):
            span = slice(starts[n], starts[n + 1])
            self._add_rows(_rustcore, core, (array("Q", ids[self.column[span]]), array("d", self.coefficient[span])), n)
        goal = _rustcore.AffineExpr()
        weighted = np.flatnonzero(self.classes[rank])
        goal.add_term_ids_coeffs(core._model, array("Q", ids[weighted]), array("d", self.classes[rank][weighted]))
        goal.set_constant(self.constants[rank])
        core._model.set_objective(goal)
        return core

    def _add_rows(self, rust: Any, core: pulp.LpProblem, entries: tuple[array[int], array[float]], n: int) -> None:
        sides = [(self.low[n], rust.Sense.GreaterEqual), (self.high[n], rust.Sense.LessEqual)]
        if self.low[n] == self.high[n]:
            sides = [(self.low[n], rust.Sense.Equal)]
        ids, coefficients = entries
        for value, sense in sides:
            if np.isfinite(value) and len(ids):
                row = rust.AffineExpr()
                row.add_term_ids_coeffs(core._model, ids, coefficients)
                row.set_constant(-float(value))
                row.set_sense(sense)
                core._model.add_constraint(row)


def build(problem: Problem, policy: str) -> Model:
    """The whole model of a problem under a policy."""
    setting, sheet = Setting(problem, problem.policy[policy]), Sheet()
    variables = declare(setting, sheet)
    for rule in RULES.values():
        rule(setting, variables, sheet)
    return _model(setting, variables, sheet, *gains(setting, variables, sheet))


def columns_only(setting: Setting) -> Model:
    """The columns without rows: for decisions that were found another way, to be published like any others."""
    sheet, constants = Sheet(), dict.fromkeys((int(r) for r in np.unique(setting.rank)), 0.0)
    variables = declare(setting, sheet)
    done(setting, constants)
    return _model(setting, variables, sheet, {}, constants)


def _model(
    setting: Setting, variables: Variables, sheet: Sheet, classes: dict[int, Floats], constants: dict[int, float]
) -> Model:
    lower, upper, binary = sheet.bounds()
    scale = np.ones(sheet.size)
    unit = np.where(setting.step > 0, setting.step, 1.0)[:, None]
    scale[variables.x], scale[variables.nodes] = unit, unit[setting.nodes.pair]
    row, column, coefficient = _entries(sheet)
    return Model(
        setting=setting, variables=variables, lower=lower / scale, upper=upper / scale, binary=binary, scale=scale,
        row=row, column=column, coefficient=coefficient * scale[column],
        low=_joined([b.lower for b in sheet.blocks]), high=_joined([b.upper for b in sheet.blocks]),
        blocks=tuple(sheet.blocks), families=tuple(sheet.families),
        classes={rank: weights * scale for rank, weights in classes.items()}, constants=constants,
        disruption=disruption(setting, variables, sheet.size) * scale,
        cost=cost(setting, variables, sheet.size) * scale,
    )  # fmt: skip


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)


def _entries(sheet: Sheet) -> tuple[Ints, Ints, Floats]:
    """All entries, sorted by row and column, with those of the same place added up."""
    first, rows = 0, []
    for block in sheet.blocks:
        rows.append((block.row + first) * max(1, sheet.size) + block.column)
        first += block.count
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    places, inverse = np.unique(np.concatenate(rows), return_inverse=True)
    values = np.bincount(inverse, np.concatenate([b.coefficient for b in sheet.blocks]))
    real = values != 0.0
    return places[real] // sheet.size, places[real] % sheet.size, values[real]
