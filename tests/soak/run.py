"""A whole soak: editors, then viewers (or both at once), the large portfolio throughout, and the verdict.

stage -> server -> every page once -> editors + large portfolio -> viewers + large portfolio -> the database is asked
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.actions.snapshot import snapshot
from app.db import Database
from app.store import records
from tests.forked import forked
from tests.soak import editors, stage, viewers
from tests.soak.asking import Asked, User
from tests.soak.editors import Edits, Target
from tests.soak.stage import EXAMPLE, Stage
from tests.soak.verdict import faults, statuses, times

LARGE_EDITORS, LARGE_PAUSE = 1, 2.5
"""Of the large portfolio: few people, who take their time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for on the command line."""

    size: tuple[int, int, int] = (2000, 200, 52)
    editors: int = 25
    viewers: int = 200
    seconds: float = 60.0
    edit_pause: float = 0.5
    view_pause: float = 4.0
    processes: int = 2
    hot: int = 5
    together: bool = False
    limit: float = 100.0
    """Milliseconds that 95 of 100 requests of the editors stay within; 0: not judged."""


def soak(database: str, folder: Path, staged: Stage, asked: Wanted) -> dict[str, Any]:
    """All figures, and under `faults` everything that is not as it must be."""
    db = Database(database)
    words = stage.tokens(db, asked.editors + LARGE_EDITORS)
    before = {name: _revision(db, name) for name in (EXAMPLE, staged.large)}
    hot, rest, large = _targets(db, staged, asked.hot)
    load = [os.getloadavg()[0]]
    with stage.served(database, folder, asked.processes) as port, _users() as users:
        cookies = users(viewers.sessions, port, asked.viewers + 1).result()
        warm = {**cookies[0], "Authorization": f"Bearer {words[0]}"}
        _warm(port, warm, staged, 3 * asked.processes if asked.limit else 1)
        look = viewers.Plan(port, staged, asked.viewers, asked.seconds, asked.view_pause)
        many = editors.Plan(port, tuple(words[: asked.editors]), hot, rest, asked.seconds, asked.edit_pause)
        calm = viewers.Plan(port, staged, 1, asked.seconds, LARGE_PAUSE / 2)

        def with_large(*phase: Future[Any], again: int = 0) -> tuple[list[Asked], list[Edits], list[Any]]:
            first = asked.editors + again  # whose writes say something else than those of the phase before
            few = editors.Plan(port, tuple(words[asked.editors :]), large, (), asked.seconds, LARGE_PAUSE, first)
            seen, wrote = users(viewers.view_large, calm, cookies[:1]), users(editors.edit, few)
            return seen.result(), wrote.result(), [one.result() for one in phase]

        if asked.together:
            large_seen, large_wrote, (wrote, seen) = with_large(
                users(editors.edit, many), users(viewers.view, look, cookies[1:])
            )
            load.append(os.getloadavg()[0])
        else:
            large_seen, large_wrote, (wrote,) = with_large(users(editors.edit, many))
            load.append(os.getloadavg()[0])
            more_seen, more_wrote, (seen,) = with_large(users(viewers.view, look, cookies[1:]), again=LARGE_EDITORS)
            large_seen, large_wrote = large_seen + more_seen, large_wrote + more_wrote
            load.append(os.getloadavg()[0])
        found = faults(db, wrote + large_wrote, before)
    db.close()
    return _told(asked, wrote, seen, large_seen, large_wrote, found) | {"load": load}


@contextmanager
def _users() -> Iterator[Callable[..., Future[Any]]]:
    """Users in processes of their own, so that they do not wait for one another."""
    with ProcessPoolExecutor(4, mp_context=forked) as pool:
        yield pool.submit


def _revision(db: Database, portfolio: str) -> int:
    with db.reading() as session:
        return records.revision(session, portfolio)


def _targets(
    db: Database, staged: Stage, hot: int
) -> tuple[tuple[Target, ...], tuple[Target, ...], tuple[Target, ...]]:
    """What everybody edits, what else is edited, and what is edited of the large portfolio."""
    problem, large = snapshot(db, EXAMPLE), snapshot(db, staged.large)
    values = [Target(EXAMPLE, "projects", p.project, "value") for p in problem.projects]
    signals = [Target(EXAMPLE, "signals", f"{s.signal}/{s.day}", "value") for s in problem.signals]
    of_large = [Target(staged.large, "projects", p.project, "value") for p in large.projects[:20]]
    return tuple(values[:hot]), tuple(values[hot:] + signals), tuple(of_large)


def _warm(port: int, headers: dict[str, str], staged: Stage, times: int) -> None:
    """Every page so many times: connections are spread over the processes by chance."""
    for page in (*viewers.warm_pages(staged), *viewers.large_pages(staged)):
        for _ in range(times):
            answer = User(port, headers, Asked()).ask(page.name, "GET", page.path)
            if answer.status != 200:
                raise RuntimeError(f"{page.path}: {answer.status} {answer.body[:300]!r}")


def _told(  # noqa: PLR0917 - what everybody did and saw
    asked: Wanted, wrote: list[Edits], seen: list[Asked], large_seen: list[Asked], large_wrote: list[Edits],
    found: list[str],
) -> dict[str, Any]:  # fmt: skip
    mine, all_asked = [one.asked for one in wrote], [one.asked for one in (*wrote, *large_wrote)] + seen + large_seen
    edits, views = times(mine), times(seen)
    broken = sum(count for status, count in statuses(all_asked).items() if status >= 500)
    if broken:
        found = [*found, f"{broken} requests were answered with 5xx or not at all"]
    if edits is None or not any(one.accepted for one in wrote):
        found = [*found, "nobody wrote anything"]
    elif asked.limit and edits.p95 >= asked.limit:
        found = [*found, f"95 of 100 requests of the editors took up to {edits.p95:.0f} ms, not {asked.limit:.0f}"]
    names = {what for one in large_seen for what, _, _ in one.answers}
    figures = {"editors": edits, "read": times(mine, ["read"]), "write": times(mine, ["write"]), "viewers": views}
    figures |= {name: times(large_seen, [name]) for name in sorted(names)}
    figures |= {f"large: {verb} by API": times([e.asked for e in large_wrote], [verb]) for verb in ("read", "write")}
    return {
        "accepted": sum(len(one.accepted) for one in (*wrote, *large_wrote)),
        "second": sum(one.taken for one in (*wrote, *large_wrote)),
        "times": {name: figure.as_dict() for name, figure in figures.items() if figure},
        "statuses": statuses(all_asked),
        "faults": found,
    }
