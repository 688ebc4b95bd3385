"""How many people of a pool are where in each week, as columns, and what they must cover, as rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.sheet import Bools, Floats, Ints, Sheet, Terms
from solver.orders.roster import Roster

SHARED = 0.9
"""Most FTE of one project and week that colleagues of other projects share: less than one person."""


@dataclass(frozen=True)
class Network:
    """Rows `low <= A z <= high` over people [C,Q,T] and, per place and week, what is lent, borrowed, short [Q,T]."""

    there: Ints
    leave: Ints
    join: Ints
    borrow: Ints
    lend: Ints
    short: Ints
    lower: Floats
    upper: Floats
    discrete: Bools
    row: Ints
    column: Ints
    coefficient: Floats
    low: Floats
    high: Floats

    @property
    def binary(self) -> Bools:
        """No column is an on/off decision."""
        return np.zeros(len(self.lower), dtype=bool)

    def weights(self, columns: Ints, each: float = 1.0) -> Floats:
        """An objective that counts some columns."""
        found = np.zeros(len(self.lower))
        found[columns] = each
        return found


def network(roster: Roster) -> Network:
    """The columns and rows of a roster.

    Who joins and who leaves need not be whole columns: they are the differences of whole numbers of people.
    """
    sheet, shape = Sheet(), roster.locked.shape
    total = roster.at_home.sum(axis=1)[:, None, None]
    there = sheet.columns("there", shape, roster.locked, np.broadcast_to(total, shape), integer=True)
    leave = sheet.columns("leave", shape, 0, np.broadcast_to(total, shape))
    # Nobody is sent to nowhere: who is not needed stays where they are.
    join = sheet.columns("join", shape, 0, np.where(np.arange(shape[1])[None, :, None] > 0, total, 0))
    borrow = sheet.columns("borrow", shape[1:], 0, np.where(roster.amount > 0, SHARED, 0.0))
    lend = sheet.columns("lend", shape[1:], 0, np.inf)
    short = sheet.columns("short", shape[1:], 0, roster.amount)
    _change(sheet, roster, there, leave, join)
    _dwell(sheet, roster, there, leave, join)
    _cover(sheet, roster, there, (borrow, lend, short))
    _whole(sheet, roster, there, short)
    _share(sheet, roster, there, (borrow, lend))
    firsts = np.cumsum([0, *(block.count for block in sheet.blocks)])
    row = np.concatenate([block.row + first for block, first in zip(sheet.blocks, firsts, strict=False)])
    order = np.argsort(row, kind="stable")
    column, coefficient, low, high = (
        np.concatenate([getattr(b, name) for b in sheet.blocks]) for name in ("column", "coefficient", "lower", "upper")
    )
    return Network(
        there, leave, join, borrow, lend, short, *sheet.bounds(), row[order], column[order], coefficient[order], low,
        high,
    )  # fmt: skip


def _change(sheet: Sheet, roster: Roster, there: Ints, leave: Ints, join: Ints) -> None:
    """there[c,q,t] = there[c,q,t-1] + join[c,q,t] - leave[c,q,t]  for all c, q, t;
    sum_q there[c,q,t] = people[c]  for all c, t
    """
    rows = np.arange(there.size).reshape(there.shape)
    home = np.zeros(there.shape)
    home[..., 0] = roster.at_home
    terms = [(rows, there, 1.0), (rows[..., 1:], there[..., :-1], -1.0), (rows, join, -1.0), (rows, leave, 1.0)]
    sheet.rows("change", there.size, terms, lower=home.ravel(), upper=home.ravel())
    contracts, _, weeks = there.shape
    every = np.arange(contracts * weeks).reshape(contracts, 1, weeks)
    people = np.repeat(roster.at_home.sum(axis=1), weeks)
    sheet.rows("people", every.size, [(every, there, 1.0)], lower=people, upper=people)


def _dwell(sheet: Sheet, roster: Roster, there: Ints, leave: Ints, join: Ints) -> None:
    """leave[c,q,t] + sum_{0 < k < dwell} join[c,q,t-k] <= there[c,q,t-1] - locked[c,q,t]  for all c, q, t:
    who is locked, or came less than dwell weeks ago, does not leave
    """
    rows = np.arange(there.size).reshape(there.shape)
    home = np.zeros(there.shape)
    home[..., 0] = roster.at_home
    terms = [(rows, leave, 1.0), (rows[..., 1:], there[..., :-1], -1.0)]
    terms += [(rows[..., k:], join[..., :-k], 1.0) for k in range(1, min(roster.dwell, roster.weeks))]
    sheet.rows("dwell", there.size, terms, upper=(home - roster.locked).ravel())


def _cover(sheet: Sheet, roster: Roster, there: Ints, shared: tuple[Ints, Ints, Ints]) -> None:
    """sum_c fte[c] * there[c,q,t] + borrow[q,t] - lend[q,t] + short[q,t] >= amount[q,t]  for all q, t"""
    rows = np.arange(roster.amount.size).reshape(roster.amount.shape)
    terms: list[Terms] = [(rows, columns, sign) for columns, sign in zip(shared, (1.0, -1.0, 1.0), strict=True)]
    terms.append((rows[None], there, np.array(roster.contracts)[:, None, None]))
    sheet.rows("cover", rows.size, terms, lower=roster.amount.ravel())


def _whole(sheet: Sheet, roster: Roster, there: Ints, short: Ints) -> None:
    """sum_c there[c,q,t] + short[q,t] / f >= ceil(b)  for all q, t,  b = amount[q,t] - SHARED,  f = b - floor(b):
    what follows from `cover` because nobody works more than full time and people are whole
    """
    beyond = np.maximum(0.0, roster.amount - SHARED)
    part = beyond - np.floor(beyond)
    rows = np.arange(roster.amount.size).reshape(roster.amount.shape)
    terms: list[Terms] = [
        (rows[None], there, 1.0),
        (rows, short, np.where(part > 1e-6, 1.0 / np.maximum(part, 1e-6), 1.0)),
    ]
    sheet.rows("whole", rows.size, terms, lower=np.ceil(beyond - 1e-6).ravel())


def _share(sheet: Sheet, roster: Roster, there: Ints, shared: tuple[Ints, Ints]) -> None:
    """sum_q borrow[q,t] = sum_q lend[q,t]  for all t;
    lend[q,t] <= sum_c fte[c] * (there[c,q,t] - locked[c,q,t])  for all q, t
    """
    borrow, lend = shared
    week, fte = np.arange(roster.weeks)[None], np.array(roster.contracts)
    sheet.rows("share", roster.weeks, [(week, borrow, 1.0), (week, lend, -1.0)], lower=0.0, upper=0.0)
    rows = np.arange(lend.size).reshape(lend.shape)
    terms: list[Terms] = [(rows, lend, 1.0), (rows[None], there, -fte[:, None, None])]
    sheet.rows("lend", rows.size, terms, upper=-np.tensordot(fte, roster.locked, 1).ravel())
