"""codered's model through linopy on the same HiGHS: what our formulation gives without our search."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.answer import Answer, Found, class_by_class
from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.problem import Problem

linopy.options["semantics"] = "v1"
OPTIONS: dict[str, Any] = {"threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "output_flag": False}


def through_linopy(problem: Problem, policy: str, *, time_limit: float, gap: float) -> Answer:
    """Class by class on one thread, each a MIP over all projects that starts from the solution of the last."""
    with tempfile.TemporaryDirectory() as folder:
        return class_by_class(problem, policy, lambda m: Linopy(m, Path(folder)), time_limit=time_limit, gap=gap)


class Linopy:
    """Two arrays of variables, whole and any, and a row of linopy for each side of a row of the model."""

    def __init__(self, model: Model, folder: Path) -> None:
        self.model, self.lp, self.start = model, linopy.Model(sparse=True), folder / "start.sol"
        self.places = {"whole": np.flatnonzero(model.discrete), "any": np.flatnonzero(~model.discrete)}
        self.variables = {name: self._variables(name) for name in self.places}
        for name, sign, side in (("least", ">=", model.low), ("most", "<=", model.high)):
            finite = np.isfinite(side)
            rows = np.unique(model.row[finite[model.row]])
            labels = pd.Index(rows, name="row")
            self.lp.add_constraints(self._rows(finite), sign, xr.DataArray(side[rows], coords=[labels]), name=name)
        for rank, weights in model.classes.items():
            self.lp.add_constraints(self._weighted(weights), ">=", 0.0, name=f"held_{rank}", freeze=False)
        self.columns, self.rows = self.lp.nvars, self.lp.ncons

    def decide(self, rank: int, gap: float, seconds: float) -> Found:
        """One MIP, from the last solution on where there is one."""
        self.lp.add_objective(self._weighted(self.model.classes[rank]), sense="max", overwrite=True)
        start = self.start if self.start.exists() else None
        self.lp.solve(
            "highs", io_api="direct", set_names=False, warmstart_fn=start, mip_abs_gap=gap, time_limit=seconds,
            **OPTIONS,
        )  # fmt: skip
        highs = self.lp.solver_model
        info, status = highs.getInfo(), highs.modelStatusToString(highs.getModelStatus())
        values = np.array(highs.getSolution().col_value) if info.primal_solution_status == 2 else None
        bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else None
        if values is None:
            return Found(None, bound, proven=False)
        highs.writeSolution(str(self.start), 0)
        return Found(self._of_model(values), bound, proven=status == "Optimal")

    def hold(self, rank: int, least: float) -> None:
        """The side of a row that is there from the start, because HiGHS takes a solution for as many rows only."""
        self.lp.constraints[f"held_{rank}"].update(rhs=least)

    def _variables(self, name: str) -> linopy.Variable:
        columns = self.places[name]
        labels = [pd.RangeIndex(len(columns), name=name)]
        lower, upper = (xr.DataArray(side[columns], coords=labels) for side in (self.model.lower, self.model.upper))
        return self.lp.add_variables(lower, upper, name=name, integer=name == "whole")

    def _rows(self, wanted: Bools) -> linopy.LinearExpression:
        """sum coefficient * column by row, for the rows wanted."""
        m, parts, rows, first = self.model, [], [], 0
        for name, columns in self.places.items():
            place = np.full(m.size, -1)
            place[columns] = np.arange(len(columns))
            mine = np.flatnonzero(wanted[m.row] & (place[m.column] >= 0))
            entries = [pd.RangeIndex(first, first + len(mine), name="entry")]
            at = xr.DataArray(place[m.column[mine]], coords=entries)
            factor = xr.DataArray(m.coefficient[mine], coords=entries)
            parts.append((self.variables[name].isel({name: at}) * factor).drop_vars(name))
            rows.append(m.row[mine])
            first += len(mine)
        group = pd.Series(np.concatenate(rows), pd.RangeIndex(first, name="entry"), name="row")
        return linopy.merge(parts, dim="entry").groupby(group).sum()

    def _weighted(self, weights: Floats) -> linopy.LinearExpression:
        parts = [
            (self.variables[name] * xr.DataArray(weights[columns], dims=name)).sum()
            for name, columns in self.places.items()
        ]
        return parts[0] + parts[1]

    def _of_model(self, values: Floats) -> Floats:
        """HiGHS's columns, first the whole ones and then the others, in the order of the model."""
        found = np.zeros(self.model.size)
        found[np.concatenate(list(self.places.values()))] = values
        found[self.model.discrete] = np.round(found[self.model.discrete])
        return found
