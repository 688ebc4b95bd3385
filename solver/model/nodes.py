"""The nodes of services by set of levers: which there can be, what they supply, and the rules they follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Bools, Floats, Ints, Sheet, Terms
from solver.serving.services import levers_in

if TYPE_CHECKING:
    from solver.model.variables import Setting, Variables


@dataclass(frozen=True)
class Nodes:
    """Kinds q of nodes: a pair, a set of levers, and what one node of it is planned with in tokens/s.

    `serves`: by pair, whether it is a service's. `best` and `worst`: the highest and lowest supply of a node by pair.
    """

    pair: Ints
    label: tuple[str, ...]
    supply: Floats
    serves: Bools
    best: Floats
    worst: Floats

    def having(self, pair: int, lever: str) -> Ints:
        """The kinds of a pair whose sets hold a lever."""
        return np.array([q for q in np.flatnonzero(self.pair == pair) if lever in levers_in(self.label[q])], dtype=int)


def nodes_of(s: Setting) -> Nodes:
    """Every kind of node that can serve at all, the smallest sets first."""
    found: list[tuple[int, str, float]] = []
    for k, (project, need, pool) in enumerate(s.pairs):
        serving = s.serving.get((project, need))
        for label in serving.sets if serving else ():
            one = serving.supply(label, pool) if serving else 0.0
            if one > 0:
                found.append((k, label, one))
    pair = np.array([k for k, _, _ in found], dtype=np.int64)
    supply = np.array([x for _, _, x in found], dtype=float)
    best, worst = np.zeros(len(s.pairs)), np.full(len(s.pairs), np.inf)
    np.maximum.at(best, pair, supply)
    np.minimum.at(worst, pair, supply)
    serves = np.array([(project, need) in s.serving for project, need, _ in s.pairs], dtype=bool)
    return Nodes(pair, tuple(label for _, label, _ in found), supply, serves, best, worst)


def serving(s: Setting, v: Variables, sheet: Sheet) -> None:
    """12. sum_c nodes[k,c,t] = x[k,t];  sum_{c with lever} nodes[k,c,t] <= most[k,t] * complete[lever,t].

    What arrived is lost in part, of the slowest nodes first: useful[k,c,t] <= nodes[k,c,t] and
    sum_c useful[k,c,t] <= x[k,t] - sum_j loss[j] * arrive[k,t-j].
    """
    mine = np.flatnonzero(s.nodes.serves)
    row = np.full(len(s.pairs), -1)
    row[mine] = np.arange(len(mine))
    grid = np.arange(len(mine) * s.weeks).reshape(len(mine), s.weeks)
    place = grid[row[s.nodes.pair]]
    sheet.rows("serving", grid.size, [(grid, v.x[mine], 1.0), (place, v.nodes, -1.0)], lower=0.0, upper=0.0)
    terms: list[Terms] = [(grid, v.x[mine], 1.0), (place, v.useful, -1.0)]
    for kind in np.unique(s.pair_kind[mine]):
        of_kind = mine[s.pair_kind[mine] == kind]
        for age, loss in enumerate(s.loss(int(kind))):
            terms.append((grid[row[of_kind], age:], v.arrive[of_kind, : s.weeks - age], -loss))
    sheet.rows("serving", grid.size, terms, lower=0.0)
    cells = np.arange(v.nodes.size).reshape(v.nodes.shape)
    sheet.rows("serving", cells.size, [(cells, v.nodes, 1.0), (cells, v.useful, -1.0)], lower=0.0)
    for k in mine:
        _delivered(s, v, sheet, int(k))


def _delivered(s: Setting, v: Variables, sheet: Sheet, k: int) -> None:
    """A pair's nodes with a lever, none before it is complete; never more than what serves the demand alone."""
    weeks, n = np.arange(s.weeks), s.pair_need[k]
    project, need, _ = s.pairs[k]
    for lever in s.serving[project, need].levers:
        kinds = s.nodes.having(k, lever)
        if len(kinds):
            enough = (s.full[n] + s.full_slack[n]) / s.nodes.supply[kinds].min()
            most = np.minimum(s.capacity[s.pair_pool[k]], np.ceil(enough + s.step[k]))
            there: Terms = (weeks, v.complete[s.index[lever], :-1], -most)
            sheet.rows("serving", s.weeks, [(weeks[None, :], v.nodes[kinds], 1.0), there], upper=0.0)
