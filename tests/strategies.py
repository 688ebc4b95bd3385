"""Hypothesis strategies: small valid portfolios, mostly solvable, and texts that files stumble over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from solver.problem import Problem
from solver.records import (
    Actual,
    Baseline,
    Capacity,
    Eligible,
    Floor,
    Link,
    Need,
    Person,
    Pin,
    Policy,
    Pool,
    Portfolio,
    Project,
    Risk,
    Signal,
    Stance,
    Trigger,
)

START = date(2025, 12, 1)
CURVES = (((0.0, 0.0), (1.0, 1.0)), ((0.0, 0.0), (0.5, 0.8), (1.0, 1.0)), ((0.0, 0.0), (0.25, 0.5), (1.0, 1.0)))
_NASTY = (
    "=1+1",
    "+1",
    "-1",
    "@sum",
    "'",
    "''x",
    "'=x",
    'say "so"',
    "a,b",
    "two\nlines",
    "old\rmac",
    "dos\r\nend",
    "漢字 é 🚦",
)

texts = st.one_of(
    st.just(""),
    st.sampled_from(_NASTY),
    st.text(alphabet=st.sampled_from("ab \"',;\n\r\t=+-@é漢|\\#\ufeff\u2028"), max_size=8).map(str.strip),
    st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8).map(str.strip),
)
"""Texts without outer white space (which reading takes off) and without NUL (which is a fault)."""


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@dataclass
class _Draft:
    """The tables while they are drawn, and what is left of each pool in the first week."""

    draw: Any
    weeks: int
    tables: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, float] = field(default_factory=dict)
    least: dict[str, float] = field(default_factory=dict)

    def week(self, first: int = 0, last: int | None = None) -> date:
        return START + timedelta(weeks=self.draw(st.integers(first, self.weeks if last is None else last)))

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)


def _amount(draw: Any, kind: str, low: float, high: float) -> float:
    """A multiple of the kind's default step from `low` to `high`."""
    per_unit = {"gpu": 1, "engineer": 10, "money": 4}[kind]
    return draw(st.integers(round(low * per_unit), max(round(low * per_unit), int(high * per_unit + 1e-9)))) / per_unit


def _pools(d: _Draft) -> None:
    for number in range(d.draw(st.integers(1, 3))):
        kind = "gpu" if number == 0 else d.draw(st.sampled_from(("gpu", "engineer", "engineer", "money")))
        pool = Pool(
            pool=f"{kind}-{number}", name=d.draw(texts), kind=kind, type=d.draw(st.sampled_from(("h100", "ml"))),
            site=d.draw(texts), cost=d.draw(st.sampled_from((0.0, 1.0, 2.5))),
            step=d.draw(st.sampled_from((None, None, {"gpu": 1.0, "engineer": 0.1, "money": 0.25}[kind]))),
        )  # fmt: skip
        d.tables["pools"].append(pool)
        amounts = [_amount(d.draw, kind, 4, 12 if kind != "engineer" else 6)]
        d.tables["capacity"].append(Capacity(pool=pool.pool, week=START, amount=amounts[0]))
        if d.weeks > 1 and d.chance(30):
            amounts.append(_amount(d.draw, kind, 2, 12 if kind != "engineer" else 6))
            d.tables["capacity"].append(Capacity(pool=pool.pool, week=d.week(1, d.weeks - 1), amount=amounts[1]))
        d.left[pool.pool], d.least[pool.pool] = amounts[0], min(amounts)


def _project(d: _Draft, project: str) -> None:
    kind = d.draw(st.sampled_from(("run", "build")))
    status = d.draw(st.sampled_from(("running", "running", "running", "candidate", "candidate", "paused", "done")))
    build = kind == "build"
    row = Project(
        project=project, name=d.draw(texts), program=d.draw(texts), owner=d.draw(texts), kind=kind, status=status,
        priority=d.draw(st.integers(0, 4)), value=d.draw(st.sampled_from((0.0, 1.0, 5.0, 10.0, 12.5))),
        duration=d.draw(st.sampled_from((1.0, 1.5, 2.0, 4.0))) if build else None,
        benefit=d.draw(st.sampled_from(("completion", "progress"))) if build else "completion",
        curve=d.draw(st.sampled_from(CURVES)),
        progress=d.draw(st.sampled_from((0.0, 0.25, 0.5))) if build and status != "candidate" else 0.0,
        earliest=d.week() if status == "candidate" and d.chance(20) else None,
        deadline=d.week() if build and d.chance(20) else None,
        must=d.draw(st.sampled_from(("in", "out"))) if status == "candidate" and not build and d.chance(15) else None,
        min_run=d.draw(st.integers(1, 3)), min_pause=d.draw(st.integers(1, 3)),
        pause_cost=d.draw(st.sampled_from((0.0, 0.5, 2.0))),
    )  # fmt: skip
    d.tables["projects"].append(row)
    kinds = sorted({p.kind for p in d.tables["pools"]})
    chosen = d.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2, unique=True))
    for need_kind in chosen:
        _need(d, row, need_kind)


def _need(d: _Draft, project: Project, kind: str) -> None:
    """A need of about a third to two thirds of its first pool, with a baseline that its status explains."""
    pools = [p for p in d.tables["pools"] if p.kind == kind]
    full = _amount(d.draw, kind, 1, 4 if kind != "engineer" else 2)
    need = Need(
        project=project.project, need=kind, kind=kind, full=full,
        minimum=_amount(d.draw, kind, 0, full / 2), standby=_amount(d.draw, kind, 0, full / 4),
    )  # fmt: skip
    d.tables["needs"].append(need)
    names = d.draw(st.lists(st.sampled_from([p.pool for p in pools]), min_size=1, max_size=2, unique=True))
    key = {"project": project.project, "need": kind}
    for pool in names:
        rate = d.draw(st.sampled_from((1.0, 1.0, 1.0, 2.0)))
        d.tables["eligible"].append(Eligible(**key, pool=pool, rate=rate))
    pool, rate = names[-1], d.tables["eligible"][-1].rate
    wanted = {"running": full, "paused": need.standby}.get(project.status, 0.0) / rate
    amount = _amount(d.draw, kind, 0, min(wanted, d.left[pool]))
    if amount > 0:
        d.left[pool] -= amount
        d.tables["baseline"].append(Baseline(**key, pool=pool, amount=amount))


def _links(d: _Draft) -> None:
    projects = d.tables["projects"]
    for before, after in pairwise(projects):
        if d.chance(20):
            finite = before.kind == "build" and after.status == "candidate"
            relation = "requires" if finite else "excludes"
            if relation == "requires" or "candidate" in (before.status, after.status):
                d.tables["links"].append(Link(project=after.project, relation=relation, other=before.project))


def _pins(d: _Draft) -> None:
    """A pin keeps what a running project has today, where capacity lets it; or keeps a candidate out."""
    status = {p.project: p.status for p in d.tables["projects"]}
    for b in d.tables["baseline"]:
        if status[b.project] == "running" and b.amount <= d.least[b.pool] and d.chance(35):
            since = d.draw(st.integers(0, d.weeks - 1))
            until = _maybe(st.integers(since, d.weeks))
            end = d.draw(until)
            d.tables["pins"].append(Pin(
                project=b.project, need=b.need, pool=b.pool, amount=b.amount,
                since=START + timedelta(weeks=since), until=None if end is None else START + timedelta(weeks=end),
            ))  # fmt: skip


def _policies(d: _Draft) -> None:
    limits = st.sampled_from((None, None, 2.0, 6.0))
    ramps = st.sampled_from(((0.0,), (0.25,), (0.5, 0.2)))
    d.tables["policies"].append(Policy(policy="normal", name=d.draw(texts), kind="normal"))
    if not d.chance(60):
        return
    first = d.draw(st.integers(0, d.weeks - 1))
    d.tables["policies"].append(Policy(
        policy="code-red", name=d.draw(texts), kind="code_red", start=START + timedelta(weeks=first),
        end=d.week(first + 1, d.weeks + 2), owner="ceo", reason="users fall", exit_criteria=d.draw(texts),
        gpu_moves=d.draw(limits), engineer_moves=d.draw(limits), growth=d.draw(st.sampled_from((None, 0.5, 1.0))),
        gpu_ramp=d.draw(ramps), engineer_ramp=d.draw(ramps), mentor=d.draw(st.sampled_from((0.0, 0.15))),
        max_cost=d.draw(st.sampled_from((None, None, 50.0))), tolerance=d.draw(st.sampled_from((0.0, 0.002))),
    ))  # fmt: skip
    for p in d.tables["projects"]:
        _stance(d, p)


def _stance(d: _Draft, p: Project) -> None:
    if p.status == "done" or p.must is not None or not d.chance(75):
        return
    safe = ("protect", "protect") if p.status == "running" and p.kind == "run" else ()
    stance = d.draw(st.sampled_from((*safe, "focus", "normal", "pause")))
    priority = d.draw(_maybe(st.integers(0, 4)))
    d.tables["stances"].append(Stance(policy="code-red", project=p.project, stance=stance, priority=priority))
    if stance != "protect":
        return
    for b in d.tables["baseline"]:
        if b.project == p.project and b.amount <= d.least[b.pool] and d.chance(80):
            size: dict[str, Any] = d.draw(st.sampled_from(({"share": 0.5}, {"share": 1.0}, {"amount": b.amount})))
            if "amount" in size or d.chance(50):
                size["pool"] = b.pool
            week = d.draw(_maybe(st.just(START)))
            d.tables["floors"].append(Floor(policy="code-red", project=p.project, need=b.need, week=week, **size))


def _signals(d: _Draft) -> None:
    for day in range(d.draw(st.integers(0, 3))):
        value = d.draw(st.floats(0, 1e9, allow_nan=False) | st.sampled_from((203.0, 191.0)))
        d.tables["signals"].append(Signal(signal="users", day=START + timedelta(days=day), value=value))
    if d.tables["signals"] and d.chance(50):
        policy = d.tables["policies"][-1].policy
        d.tables["triggers"].append(Trigger(trigger="fall", signal="users", window_days=7, drop=0.06, policy=policy))


def _people(d: _Draft) -> None:
    """Some of the people of some pools, on projects that their pool serves, or free."""
    served: dict[str, list[str | None]] = defaultdict(lambda: [None])
    for e in d.tables["eligible"]:
        served[e.pool].append(e.project)
    for pool in (p.pool for p in d.tables["pools"] if p.kind == "engineer"):
        for number in range(d.draw(st.integers(0, 2))):
            d.tables["people"].append(Person(
                person=f"{pool}-{number}", pool=pool, site=d.draw(texts), project=d.draw(st.sampled_from(served[pool])),
                fte=d.draw(st.sampled_from((1.0, 1.0, 0.8, 0.05))), skills=d.draw(texts),
                locked_until=d.draw(_maybe(st.just(START + timedelta(days=9)))),
            ))  # fmt: skip


def _risks(d: _Draft) -> None:
    figures = st.sampled_from((
        {"distribution": "fixed", "mean": 0.5}, {"distribution": "uniform", "low": 0.0, "high": 0.75},
        {"distribution": "triangular", "low": 0.0, "mode": 0.25, "high": 1.0},
        {"distribution": "lognormal", "mean": 0.25, "sd": 0.125},
    ))  # fmt: skip
    targets: list[dict[str, Any]] = [{"kind": "attrition", "pool": p.pool} for p in d.tables["pools"]]
    targets += [{"kind": "surge", "project": n.project, "need": n.need} for n in d.tables["needs"]]
    targets += [{"kind": "slip", "project": p.project} for p in d.tables["projects"] if p.kind == "build"]
    for number, target in enumerate(targets):
        if d.chance(25):
            facts = {"chance": d.draw(st.sampled_from((0.25, 1.0))), "note": d.draw(texts)}
            d.tables["risks"].append(Risk(risk=f"r{number}", **target, **d.draw(figures), **facts))


def _actuals(d: _Draft) -> None:
    for e in d.tables["eligible"]:
        if d.chance(15):
            key = {"project": e.project, "week": d.week(), "need": e.need, "pool": e.pool}
            d.tables["actuals"].append(
                Actual(**key, amount=d.draw(st.sampled_from((0.0, 1.0, 2.5))), note=d.draw(texts))
            )
    for p in d.tables["projects"]:
        if d.chance(15):
            progress = d.draw(_maybe(st.sampled_from((0.0, 0.25)))) if p.kind == "build" else None
            d.tables["actuals"].append(Actual(project=p.project, week=d.week(), pace=0.5, progress=progress))


@st.composite
def problems(draw: Any, *, max_projects: int = 4, max_weeks: int = 6) -> Problem:
    """A valid portfolio of 1-4 projects, 1-3 pools and 1-6 weeks; policy `normal` is always there, `code-red` often."""
    d = _Draft(draw, draw(st.integers(1, max_weeks)))
    d.tables["portfolio"].append(
        Portfolio(
            portfolio="small",
            name=draw(texts),
            start=START,
            weeks=d.weeks,
            currency=draw(st.sampled_from(("USD", "EUR"))),
        )
    )
    _pools(d)
    for number in range(draw(st.integers(1, max_projects))):
        _project(d, f"p{number}")
    _links(d)
    _pins(d)
    _policies(d)
    _signals(d)
    _people(d)
    _risks(d)
    _actuals(d)
    return Problem.from_tables(d.tables)
