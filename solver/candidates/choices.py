"""A portfolio of candidates as arrays: every start that is possible, what it is worth, and what it takes from where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver.classes import starts
from solver.model.sheet import Bools, Floats, Ints
from solver.model.variables import Setting
from solver.schedule import length, takes, yields

FITS = 1e-9
"""By how much, relative to a capacity, a start may exceed it and still count as possible."""


@dataclass(frozen=True)
class Choices:
    """Options o: start[o] of project[o], worth value[o], takes amount[e] of row[e] for the entries e of option[e].

    Rows are pools and weeks, or pools and the weeks that share a budget; capacity[row]. `requires` (p, q, lag): p
    starts no sooner than lag weeks after q. `excludes` (p, q): not both. `must`: projects that have to start.
    """

    count: int
    project: Ints
    start: Ints
    value: Floats
    row: Ints
    option: Ints
    amount: Floats
    capacity: Floats
    requires: tuple[tuple[int, int, int], ...]
    excludes: tuple[tuple[int, int], ...]
    must: Bools

    @property
    def size(self) -> int:
        """How many options."""
        return len(self.project)

    @cached_property
    def first(self) -> Ints:
        """Where the options of each project begin; they are sorted by project and start."""
        return np.searchsorted(self.project, np.arange(self.count + 1))

    def of(self, project: int) -> slice:
        """The options of a project."""
        return slice(int(self.first[project]), int(self.first[project + 1]))

    def worth(self, chosen: Ints) -> float:
        """The value of some options together."""
        return float(self.value[chosen].sum())

    def obeys(self, chosen: Ints) -> bool:
        """Whether these options are a plan."""
        begins = np.full(self.count, -1, dtype=np.int64)
        begins[self.project[chosen]] = self.start[chosen]
        used = np.zeros(self.size)
        used[chosen] = 1.0
        total = np.bincount(self.row, self.amount * used[self.option], minlength=len(self.capacity))
        return (
            len(np.unique(self.project[chosen])) == len(chosen)
            and bool((total <= self.capacity * (1 + FITS) + 1e-6).all())
            and all(begins[p] < 0 or (begins[q] >= 0 and begins[p] >= begins[q] + lag) for p, q, lag in self.requires)
            and all(begins[p] < 0 or begins[q] < 0 for p, q in self.excludes)
            and bool((begins[self.must] >= 0).all())
        )


def choices_of(s: Setting) -> Choices:
    """The choices of a portfolio of candidates."""
    options = [(i, t, v) for i in range(len(s.projects)) for t, v in _options(s, i)]
    project = np.array([i for i, _, _ in options], dtype=np.int64)
    start = np.array([t for _, t, _ in options], dtype=np.int64)
    value = np.array([v for _, _, v in options], dtype=float)
    row, option, amount = _entries(s, project, start)
    links = [k for k in s.problem.links if k.project in s.index and k.other in s.index]
    pairs = [(k.relation, s.index[k.project], s.index[k.other]) for k in links]
    requires = tuple((p, q, length(s.projects[q])) for how, p, q in pairs if how == "requires")
    excludes = tuple((p, q) for how, p, q in pairs if how == "excludes")
    found = Choices(
        len(s.projects), project, start, value, row, option, amount, s.whole_capacity.ravel(), requires, excludes,
        np.array([p.must == "in" for p in s.projects], dtype=bool),
    )  # fmt: skip
    return _bare(keep(found, _possible(found)))


def _options(s: Setting, i: int) -> Iterable[tuple[int, float]]:
    """The starts of a project, each with its value."""
    p, worth = s.projects[i], np.array(s.problem.worth)
    given, weeks = np.array(yields(s.problem, p)), s.weeks
    last = weeks if p.deadline is None else min(weeks, s.problem.week_index(p.deadline) + 1)
    for t in starts(p, [not off for off in s.forced_off[i]]):
        if p.must != "in" or t + length(p) <= last:
            rest = min(len(given), weeks - t)
            yield t, float(given[:rest] @ worth[t : t + rest])


def _entries(s: Setting, project: Ints, start: Ints) -> tuple[Ints, Ints, Floats]:
    """What each option takes, added up by row: pool * weeks + the first of the weeks that share its capacity."""
    asked = [np.array(takes(s.problem, need)) for need in s.needs]
    parts: list[tuple[Ints, Ints, Floats]] = []
    for k, n in enumerate(s.pair_need):
        mine = np.flatnonzero(project == s.need_project[n])
        amounts = asked[n] / s.rate[k]
        e = np.flatnonzero(amounts)
        week = start[mine][:, None] + e
        o, j = np.nonzero(week < s.weeks)
        pool = int(s.pair_pool[k])
        parts.append((pool * s.weeks + s.budget_week[pool, week[o, j]], mine[o], amounts[e[j]]))
    row, option, amount = (np.concatenate([p[n] for p in parts]) for n in range(3))
    places, inverse = np.unique(row * max(1, len(project)) + option, return_inverse=True)
    return places // max(1, len(project)), places % max(1, len(project)), np.bincount(inverse, amount)


def keep(c: Choices, kept: Bools) -> Choices:
    """The choices with these options only."""
    entries = kept[c.option]
    place = np.cumsum(kept) - 1
    return Choices(
        c.count, c.project[kept], c.start[kept], c.value[kept], c.row[entries], place[c.option[entries]],
        c.amount[entries], c.capacity, c.requires, c.excludes, c.must,
    )  # fmt: skip


def _possible(c: Choices) -> Bools:
    """Options that fit alone, after the soonest end of all that their project requires."""
    fits = np.ones(c.size, dtype=bool)
    fits[c.option[c.amount > c.capacity[c.row] * (1 + FITS) + FITS]] = False
    changed = True
    while changed:
        soonest = np.full(c.count, np.iinfo(np.int64).max // 2)
        np.minimum.at(soonest, c.project[fits], c.start[fits])
        before = fits.sum()
        for p, q, lag in c.requires:
            mine = c.of(p)
            fits[mine] &= c.start[mine] >= soonest[q] + lag
        changed = bool(fits.sum() < before)
    return fits


def _bare(c: Choices) -> Choices:
    """Without rows that bind nothing: those that all projects together do not fill, and sums of two other rows."""
    most = np.zeros((len(c.capacity), c.count))
    np.maximum.at(most, (c.row, c.project[c.option]), c.amount)
    needed = most.sum(axis=1) > c.capacity
    for total in np.flatnonzero(needed):
        needed[total] = not _is_sum(c, int(total), needed)
    entries = needed[c.row]
    place = np.cumsum(needed) - 1
    return Choices(
        c.count, c.project, c.start, c.value, place[c.row[entries]], c.option[entries], c.amount[entries],
        c.capacity[needed], c.requires, c.excludes, c.must,
    )  # fmt: skip


def _is_sum(c: Choices, total: int, needed: Bools) -> bool:
    """Whether a row is the sum of one or two others, which then keep it."""
    mine, amounts = _line(c, total)
    inside = np.unique(c.row[np.isin(c.option, mine[:1])])
    others = [int(r) for r in inside if r != total and needed[r]]
    lines = {r: _line(c, r) for r in others}
    for a in others:
        for b in (None, *(r for r in others if r > a)):
            pair = [lines[a]] if b is None else [lines[a], lines[b]]
            capacity = c.capacity[a] + (0.0 if b is None else c.capacity[b])
            sums = np.zeros(c.size)
            for options, parts in pair:
                np.add.at(sums, options, parts)
            if capacity <= c.capacity[total] * (1 + FITS) and (sums[mine] >= amounts - 1e-9).all():
                return True
    return False


def _line(c: Choices, row: int) -> tuple[Ints, Floats]:
    """The entries of a row."""
    here = slice(*np.searchsorted(c.row, [row, row + 1]))
    return c.option[here], c.amount[here]
