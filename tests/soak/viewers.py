"""People who read: many with a plan's page open, and one who goes through the pages of the large portfolio."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.soak.asking import Asked, User, signed_in
from tests.soak.stage import EXAMPLE, PASSWORD, PLANS_OF_LARGE, VIEWER, VIEWERS, Stage

AT_THE_DOOR = 4
"""How many sign in at the same time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who looks at what for how long; `pause` is the mean number of seconds between two requests of one viewer."""

    port: int
    stage: Stage
    viewers: int
    seconds: float
    pause: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and how it is called in the figures."""

    name: str
    path: str


def sessions(port: int, count: int) -> list[dict[str, str]]:
    """So many sessions, each begun with the form."""
    with ThreadPoolExecutor(AT_THE_DOOR) as door:
        return list(door.map(lambda n: signed_in(port, VIEWER.format(n % VIEWERS), PASSWORD), range(count)))


def view(plan: Plan, cookies: list[dict[str, str]]) -> list[Asked]:
    """All viewers at the same time, each on the page of one of the example's plans."""
    pages = [Page("plan", f"/plans/{number}") for number in plan.stage.plans]
    return _together(plan, cookies, lambda chance: chance.choice(pages))


def view_large(plan: Plan, cookies: list[dict[str, str]]) -> list[Asked]:
    """One after the other, the pages of the large portfolio."""
    pages = large_pages(plan.stage)
    return _together(plan, cookies, lambda chance: chance.choice(pages))


def large_pages(stage: Stage) -> list[Page]:
    """What a large portfolio is read by."""
    of = f"portfolio={stage.large}"
    first, second = PLANS_OF_LARGE
    found = {
        "situation": f"/?{of}", "plans": f"/plans?{of}", "week": f"/week?{of}",
        "plan": f"/plans/{second}", "plan of record": f"/plans/{first}",
        "compare": f"/compare?plan={first}&plan={second}&{of}", "scenarios": f"/scenarios?{of}",
        "portfolio": f"/portfolio?{of}", "eligible": f"/portfolio?table=eligible&{of}", "capacity": f"/capacity?{of}",
    }  # fmt: skip
    return [Page(f"large: {name}", path) for name, path in found.items()]


def warm_pages(stage: Stage) -> list[Page]:
    """What is asked for once of every process before the figures count."""
    api = [Page("api", f"/api/v1/portfolios/{name}/projects?limit=1") for name in (EXAMPLE, stage.large)]
    return [*api, *(Page("plan", f"/plans/{n}") for n in stage.plans), Page("situation", f"/?portfolio={EXAMPLE}")]


def _together(plan: Plan, cookies: list[dict[str, str]], choose: Callable[[random.Random], Page]) -> list[Asked]:
    found = [Asked() for _ in cookies]
    until = time.monotonic() + plan.seconds
    threads = [
        threading.Thread(target=_look, args=(plan, number, cookie, asked, until, choose))
        for number, (cookie, asked) in enumerate(zip(cookies, found, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _look(  # noqa: PLR0917 - a thread's arguments
    plan: Plan, number: int, cookie: dict[str, str], asked: Asked, until: float,
    choose: Callable[[random.Random], Page],
) -> None:  # fmt: skip
    chance = random.Random(number)
    user = User(plan.port, cookie, asked)
    time.sleep(chance.uniform(0, 2 * plan.pause))
    while time.monotonic() < until:
        page = choose(chance)
        user.ask(page.name, "GET", page.path)
        time.sleep(chance.uniform(0, 2 * plan.pause))
