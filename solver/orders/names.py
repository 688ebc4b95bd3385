"""From how many to who: people are named so that guests go home, and those who work together stay together."""

from __future__ import annotations

from collections import Counter

import numpy as np

from solver.model.sheet import Ints
from solver.orders.roster import Roster


def named(roster: Roster, there: Ints) -> Ints:
    """The place of every person in every week [N,T], so that `there` [C,Q,T] holds and nobody breaks lock or dwell."""
    places = np.zeros((len(roster.people), roster.weeks), dtype=np.int64)
    place, free = roster.home.copy(), roster.free.copy()
    for t in range(roster.weeks):
        for c in range(len(roster.contracts)):
            mine = np.flatnonzero(roster.contract == c)
            change = there[c, :, t] - np.bincount(place[mine], minlength=len(roster.places))
            for person, to in _leavers(roster, mine[free[mine] <= t], place, change):
                place[person], free[person] = to, t + roster.dwell
        places[:, t] = place
    return places


def _leavers(roster: Roster, may: Ints, place: Ints, change: Ints) -> list[tuple[int, int]]:
    """Who goes where so that each place gains or loses `change`: first those who go home, then in groups."""
    left = change.copy()
    found: list[tuple[int, int]] = []
    for person in may.tolist():
        home, here = int(roster.home[person]), int(place[person])
        if left[home] > 0 > left[here]:
            found.append((person, home))
            left[home] -= 1
            left[here] += 1
    gone = {person for person, _ in found}
    staying = {
        q: [p for p in may.tolist() if place[p] == q and p not in gone] for q in np.flatnonzero(left < 0).tolist()
    }
    while (left > 0).any():
        giver, taker = int(np.argmin(left)), int(np.argmax(left))
        count = int(min(-left[giver], left[taker]))
        for person in _team(roster, staying[giver], giver, count):
            staying[giver].remove(person)
            found.append((person, taker))
        left[giver] += count
        left[taker] -= count
    return found


def _team(roster: Roster, people: list[int], here: int, count: int) -> list[int]:
    """Those of a place who go together: guests before the place's own, and of guests the largest team of one home."""
    size = Counter(int(roster.home[p]) for p in people)

    def order(person: int) -> tuple[bool, int, int, int]:
        home = int(roster.home[person])
        return home == here, -size[home], home, person

    return sorted(people, key=order)[:count]
