"""Portfolios that were read and judged before: what was written since is read, and nothing else again.

state -> the same as that of what is kept? -> else the rows written since -> exchanged in what is kept -> kept
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from cachetools import LRUCache
from sqlalchemy import URL
from sqlalchemy.orm import Session

from app.store import records
from app.store.records import State
from solver.problem import Problem
from solver.records import key_of

RECORDS_KEPT = 200_000
"""Records of problems that are kept parsed, all together; some 100 MB."""


def size(problem: Problem) -> int:
    """How many records a problem holds."""
    return sum(len(rows) for rows in problem.tables().values())


_Name = tuple[URL, str]
"""Of a database, and of a portfolio in it."""


class Parsed:
    """The newest problem of each portfolio that somebody asked for.

    A state names the portfolio's content: its line of the audit trail holds the hash of all lines before. So what is
    kept is never taken for what a restored database held before.
    """

    def __init__(self, most: int = RECORDS_KEPT) -> None:
        self._kept: LRUCache[_Name, tuple[State, Problem]] = LRUCache(most, getsizeof=lambda kept: size(kept[1]))
        self._guard = threading.Lock()
        self._turns: defaultdict[_Name, threading.Lock] = defaultdict(threading.Lock)

    def knows(self, session: Session, portfolio: str) -> bool:
        """Whether any state of a portfolio is kept."""
        return self._find((session.get_bind().engine.url, portfolio)) is not None

    def problem(self, session: Session, portfolio: str, state: State | None) -> Problem:
        """The portfolio in a state that the session sees; None: nothing tells its state. Raises NotFound."""
        if state is None:
            return _whole(session, portfolio)
        name = session.get_bind().engine.url, portfolio
        kept = self._find(name)
        if kept is not None and kept[0] == state:
            return kept[1]
        with self._turn(name):  # of many who ask at the same time, one reads
            kept = self._find(name)
            if kept is not None and kept[0] == state:
                return kept[1]
            caught_up = _caught_up(session, portfolio, *kept) if kept else None
            problem = caught_up or _whole(session, portfolio)
            self.keep(*name, state, problem)
            return problem

    def keep(self, database: URL, portfolio: str, state: State | None, problem: Problem) -> None:
        """Know a problem from now on, unless nothing tells its state or it is too large."""
        with self._guard:
            if state is not None and size(problem) <= self._kept.maxsize:
                self._kept[database, portfolio] = state, problem

    def _find(self, name: _Name) -> tuple[State, Problem] | None:
        with self._guard:
            return self._kept.get(name)

    def _turn(self, name: _Name) -> threading.Lock:
        with self._guard:
            return self._turns[name]


def _whole(session: Session, portfolio: str) -> Problem:
    return Problem.from_tables(records.read_all(session, portfolio))


def _caught_up(session: Session, portfolio: str, known: State, problem: Problem) -> Problem | None:
    """A problem with what was written since exchanged; None where the portfolio does not go on from there.

    A row that was written has a later version than the revision that is known. Where there are fewer rows than those
    that are known and the new ones together, others were removed, and the table is read again.
    """
    if not records.follows(session, known):
        return None
    put: dict[str, list[Any]] = {}
    gone: dict[str, list[Any]] = {}
    for table, (count, newer) in records.counts(session, portfolio, known.revision).items():
        before = {key_of(record): record for record in getattr(problem, table)} if newer else {}
        written = records.read_since(session, portfolio, table, known.revision) if newer else []
        added = sum(key_of(record) not in before for record in written)
        if count != len(getattr(problem, table)) + added:
            now = [stored.record for stored in records.read(session, portfolio, table)]
            gone[table] = _missing(getattr(problem, table), now)
        put[table] = written
    return problem.exchange(put, gone)


def _missing(before: Iterable[Any], now: Iterable[Any]) -> list[Any]:
    keys = {key_of(record) for record in now}
    return [record for record in before if key_of(record) not in keys]
