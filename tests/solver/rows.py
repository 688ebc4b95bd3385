"""The rows of one rule in the letters of its docstring: `x[ads,0] - x[ads,1] <= 2`."""

from __future__ import annotations

import numpy as np

from solver.model.rules import RULES
from solver.model.sheet import Rows, Sheet
from solver.model.variables import Setting, Variables, declare
from solver.problem import Problem


def rows_of(rule: str, problem: Problem) -> list[str]:
    """The rows that a rule adds, as inequalities; those that ask for nothing stay out."""
    setting, sheet = Setting(problem, problem.policy["normal"]), Sheet()
    variables = declare(setting, sheet)
    RULES[rule](setting, variables, sheet)
    names = _names(setting, variables)
    written = [_written(block, n, names) for block in sheet.blocks for n in range(block.count)]
    return [row for row in written if row]


def _names(s: Setting, v: Variables) -> dict[int, str]:
    """Each column as its family, its owner and its week; nodes by pool and set of levers."""
    projects = [p.project for p in s.projects]
    pairs = [f"{project},{pool}" for project, _, pool in s.pairs]
    kinds = [f"{s.pairs[k][2]},{label or '-'}" for k, label in zip(s.nodes.pair, s.nodes.label, strict=True)]
    owners = {"x": pairs, "arrive": pairs, "nodes": kinds, "useful": kinds, "begin": [projects[i] for i in s.fixed]}
    return {
        int(columns[index]): f"{family}[{','.join((owners.get(family, projects)[index[0]], *map(str, index[1:])))}]"
        for family, columns in v.families.items() for index in np.ndindex(columns.shape)
    }  # fmt: skip


def _written(block: Rows, n: int, names: dict[int, str]) -> str:
    terms: dict[int, float] = {}
    for column, coefficient in zip(block.column[block.row == n], block.coefficient[block.row == n], strict=True):
        terms[int(column)] = terms.get(int(column), 0.0) + float(coefficient)
    sides = " ".join(_term(c, names[column]) for column, c in sorted(terms.items()) if abs(c) > 1e-12)
    low, high = float(block.lower[n]) + 0.0, float(block.upper[n]) + 0.0
    if not sides or not np.isfinite([low, high]).any():
        return ""
    middle = sides.removeprefix("+ ")
    if low == high:
        return f"{middle} = {low:.6g}"
    left = f"{low:.6g} <= " if np.isfinite(low) else ""
    return left + middle + (f" <= {high:.6g}" if np.isfinite(high) else "")


def _term(coefficient: float, name: str) -> str:
    size = abs(coefficient)
    return f"{'-' if coefficient < 0 else '+'} {'' if size == 1 else f'{size:.6g} '}{name}"
