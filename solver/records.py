"""The record kinds of a portfolio: one frozen class each; its fields are the columns of its CSV file and SQL table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from solver.columns import Column, Type, column, columns_of
from solver.serving.records import SERVING_TABLES, Demand, LanguageModel, Lever, Service, Sku, Throughput

Curve = tuple[tuple[float, float], ...]
LINEAR: Curve = ((0.0, 0.0), (1.0, 1.0))
GPU, ENGINEER, MONEY = KINDS = ("gpu", "engineer", "money")
STANCES = ("protect", "focus", "normal", "pause")
VALUE = "value"
"""The item of a profile that says what a build yields."""
STATUSES = ("running", "paused", "candidate", "done")
DELAY, ATTRITION, SURGE, SLIP = RISKS = ("delay", "attrition", "surge", "slip")
FIGURES = {
    "fixed": ("mean",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
}
"""The columns of a risk that each distribution takes; what is drawn below 0 counts as 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What an organisation plans over: one row with the first Monday and the number of weeks."""

    portfolio: str = column(Type.ID, "id of the portfolio", required=True, key=True)
    name: str = column(Type.TEXT, "name as people say it", default="")
    start: date = column(Type.WEEK, "first week (a Monday)", required=True)
    weeks: int = column(Type.INTEGER, "number of weeks", required=True, minimum=1, maximum=260, unit="weeks")
    currency: str = column(Type.TEXT, "currency of costs and money pools", default="USD")
    discount: float = column(
        Type.AMOUNT, "what a week's delay costs: the value of week t counts 1 / (1 + discount)^t, t = 0 in the first",
        default=0.0, minimum=0, maximum=1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A supply: GPU nodes of one SKU at one site, engineers of one skill at one site, or money."""

    pool: str = column(Type.ID, "id of the pool", required=True, key=True)
    name: str = column(Type.TEXT, "name as people say it", default="")
    kind: str = column(Type.CHOICE, "what kind of supply", required=True, choices=KINDS)
    type: str = column(Type.ID, "SKU or skill", required=True)
    site: str = column(Type.TEXT, "where it is", default="")
    unit: str = column(Type.TEXT, "unit (default: node, FTE or the currency)", default="")
    step: float | None = column(
        Type.AMOUNT, "smallest amount that can be given (default: gpu 1, engineer 0.1, money 0 = any)", minimum=0
    )
    cost: float = column(Type.AMOUNT, "cost per unit and week", default=0.0, minimum=0, unit="currency/unit/week")
    period: str = column(
        Type.CHOICE,
        "what a capacity is for: each week anew, or once for all weeks until the pool's next row or the end",
        default="week", choices=("week", "horizon"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Supply of a pool from a week on, until the pool's next row; before its first row there is none."""

    pool: str = column(Type.ID, "pool", required=True, key=True, refers="pools")
    week: date = column(Type.WEEK, "first week of this amount", required=True, key=True)
    amount: float = column(Type.AMOUNT, "supply", required=True, minimum=0, unit="units of the pool")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Work that needs resources: `run` (ongoing) or `build` (finite)."""

    project: str = column(Type.ID, "id of the project", required=True, key=True)
    name: str = column(Type.TEXT, "name as people say it", default="")
    program: str = column(Type.TEXT, "program it belongs to", default="")
    kind: str = column(Type.CHOICE, "ongoing or finite", required=True, choices=("run", "build"))
    priority: int = column(Type.INTEGER, "0 is the highest, 4 the lowest", required=True, minimum=0, maximum=4)
    value: float = column(Type.AMOUNT, "value per week", required=True, minimum=0, unit="value/week")
    duration: float | None = column(
        Type.AMOUNT, "weeks a build takes at full pace", minimum=0.001, maximum=1000, unit="weeks"
    )
    benefit: str = column(
        Type.CHOICE, "when a build yields its value", default="completion", choices=("completion", "progress")
    )
    curve: Curve = column(Type.CURVE, "diminishing returns, concave (default linear)", default=LINEAR)
    status: str = column(Type.CHOICE, "state before the first week", default="candidate", choices=STATUSES)
    progress: float = column(Type.AMOUNT, "share of a build that is done", default=0.0, minimum=0, maximum=1)
    earliest: date | None = column(Type.WEEK, "first week it may run")
    deadline: date | None = column(Type.WEEK, "last week in which a build should become complete")
    must: str | None = column(Type.CHOICE, "forced in or out", choices=("in", "out"))
    min_run: int = column(Type.INTEGER, "weeks it stays on once started", default=1, minimum=1, maximum=260)
    min_pause: int = column(Type.INTEGER, "weeks it stays off once paused", default=1, minimum=1, maximum=260)
    pause_cost: float = column(Type.AMOUNT, "disruption of one pause", default=0.0, minimum=0, unit="units moved")
    owner: str = column(Type.TEXT, "who answers for it", default="")
    schedule: str = column(
        Type.CHOICE, "how a build runs: at any pace, or fixed: once started, at full pace without a break to its end",
        default="free", choices=("free", "fixed"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a project consumes of one kind of supply at full pace, at least, and while paused."""

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    need: str = column(Type.ID, "id of the need within its project", required=True, key=True)
    kind: str = column(Type.CHOICE, "kind of supply", required=True, choices=KINDS)
    full: float | None = column(
        Type.AMOUNT, "supply at full pace (blank only for a service: its demand)", minimum=0, unit="units of need"
    )
    minimum: float = column(Type.AMOUNT, "least supply while on", default=0.0, minimum=0, unit="units of need")
    standby: float = column(Type.AMOUNT, "supply kept while paused", default=0.0, minimum=0, unit="units of need")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """A pool that can serve a need."""

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    need: str = column(Type.ID, "need", required=True, key=True, refers="needs")
    pool: str = column(Type.ID, "pool", required=True, key=True, refers="pools")
    rate: float = column(Type.AMOUNT, "units of need that one unit supplies", default=1.0, minimum=0.000001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one week of a build with a fixed schedule takes of a need, or yields; weeks without a row: nothing.

    A need without any row takes its `full` in every week; without rows for `value` the build yields as other builds do.
    """

    project: str = column(Type.ID, "build with schedule=fixed", required=True, key=True, refers="projects")
    item: str = column(Type.ID, f"one of its needs, or {VALUE}", required=True, key=True)
    elapsed: int = column(
        Type.INTEGER, "weeks since its start, 0 is the first", required=True, key=True, minimum=0, maximum=259
    )
    amount: float = column(
        Type.AMOUNT, "supply taken (at most the need's full), or value yielded (in place of the project's value)",
        required=True, minimum=0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is allocated in the week before the first."""

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    need: str = column(Type.ID, "need", required=True, key=True, refers="needs")
    pool: str = column(Type.ID, "pool", required=True, key=True, refers="pools")
    amount: float = column(Type.AMOUNT, "amount today", required=True, minimum=0, unit="units of the pool")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`requires`: the other is complete before the project starts; `excludes`: never both."""

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    relation: str = column(Type.CHOICE, "relation", required=True, key=True, choices=("requires", "excludes"))
    other: str = column(Type.ID, "the other project", required=True, key=True, refers="projects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A human decision: exactly this amount in those weeks."""

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    need: str = column(Type.ID, "need", required=True, key=True, refers="needs")
    pool: str = column(Type.ID, "pool", required=True, key=True, refers="pools")
    since: date = column(Type.WEEK, "first week", name="from", required=True, key=True)
    until: date | None = column(Type.WEEK, "last week (blank: to the end)", name="to")
    amount: float = column(Type.AMOUNT, "amount", required=True, minimum=0, unit="units of the pool")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What matters, and the limits of change; a code red has an owner, a reason, a start and an end."""

    policy: str = column(Type.ID, "id of the policy", required=True, key=True)
    name: str = column(Type.TEXT, "name as people say it", default="")
    kind: str = column(Type.CHOICE, "kind", required=True, choices=("normal", "code_red"))
    start: date | None = column(Type.WEEK, "first week in force (blank: the first)")
    end: date | None = column(Type.WEEK, "first week no longer in force (blank: after the last)")
    owner: str = column(Type.TEXT, "who decides", default="")
    reason: str = column(Type.TEXT, "why", default="")
    exit_criteria: str = column(Type.TEXT, "when it may end early", default="")
    max_cost: float | None = column(Type.AMOUNT, "highest cost per week", minimum=0, unit="currency/week")
    gpu_moves: float | None = column(Type.AMOUNT, "highest GPU arrivals per week", minimum=0, unit="nodes/week")
    engineer_moves: float | None = column(Type.AMOUNT, "highest engineer arrivals per week", minimum=0, unit="FTE/week")
    growth: float | None = column(Type.AMOUNT, "highest growth of a project's engineers per week", minimum=0)
    gpu_ramp: tuple[float, ...] = column(Type.RAMP, "loss per week after arrival, GPUs", default=(0.25,))
    engineer_ramp: tuple[float, ...] = column(
        Type.RAMP, "loss per week after arrival, engineers", default=(0.5, 0.35, 0.2, 0.1)
    )
    mentor: float = column(
        Type.AMOUNT, "what each new engineer costs the others while ramping up", default=0.15, minimum=0, maximum=1
    )
    memory_cap: float = column(Type.AMOUNT, "share of node memory in use at peak", default=0.5, minimum=0.01, maximum=1)
    tolerance: float = column(
        Type.AMOUNT, "share of a class's ideal it may give up for the next", default=0.002, minimum=0, maximum=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What a policy does with a project while it is in force."""

    policy: str = column(Type.ID, "policy", required=True, key=True, refers="policies")
    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    stance: str = column(Type.CHOICE, "stance", required=True, choices=STANCES)
    priority: int | None = column(Type.INTEGER, "priority while in force", minimum=0, maximum=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a protected project keeps, from a week until the next row of the same project, need and pool."""

    policy: str = column(Type.ID, "policy", required=True, key=True, refers="policies")
    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    need: str = column(Type.ID, "need", required=True, key=True, refers="needs")
    pool: str | None = column(Type.ID, "pool (blank: supply of the need from all pools)", key=True, refers="pools")
    week: date | None = column(Type.WEEK, "first week (blank: from the first)", key=True)
    amount: float | None = column(Type.AMOUNT, "absolute amount", minimum=0)
    share: float | None = column(Type.AMOUNT, "share of the baseline", minimum=0, maximum=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One measured point of a series (users, latency ...)."""

    signal: str = column(Type.ID, "series", required=True, key=True)
    day: date = column(Type.DATE, "day", name="date", required=True, key=True)
    value: float = column(Type.AMOUNT, "value", required=True, minimum=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The rule that advises a code red: the mean of a window falls by a share."""

    trigger: str = column(Type.ID, "id of the trigger", required=True, key=True)
    signal: str = column(Type.ID, "series it watches", required=True, refers="signals")
    window_days: int = column(Type.INTEGER, "length of the mean", required=True, minimum=1, maximum=366, unit="days")
    drop: float = column(
        Type.AMOUNT, "fall that triggers, as a share (0.06 = 6 %)", required=True, minimum=0, maximum=1
    )
    policy: str = column(Type.ID, "policy it advises", required=True, refers="policies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of a pool of engineers. With people, the amounts of a plan become change orders."""

    person: str = column(Type.ID, "id of the person", required=True, key=True)
    pool: str = column(Type.ID, "pool of engineers", required=True, refers="pools")
    site: str = column(Type.TEXT, "where the person works (blank: the pool's site)", default="")
    project: str | None = column(Type.ID, "project today (blank: free)", refers="projects")
    fte: float = column(Type.AMOUNT, "working time", default=1.0, minimum=0.01, maximum=1, unit="FTE")
    locked_until: date | None = column(Type.DATE, "stays where it is in every week that begins before this day")
    skills: str = column(Type.TEXT, "what the person can do, for who reads the orders", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What may go otherwise than planned, as a distribution: one figure is drawn for each simulated future.

    `delay`: weeks by which what a pool is to gain arrives late. `attrition`: share of a pool lost per year, one unit at
    a time, not replaced. `surge`: share by which a project's needs exceed `full`. `slip`: share by which a build's
    work takes longer (0.25 = 25 %).
    """

    risk: str = column(Type.ID, "id of the risk", required=True, key=True)
    kind: str = column(Type.CHOICE, "what may happen", required=True, choices=RISKS)
    pool: str | None = column(Type.ID, "pool (delay, attrition)", refers="pools")
    project: str | None = column(Type.ID, "project (surge, slip)", refers="projects")
    need: str | None = column(Type.ID, "need (surge; blank: every need of the project)", refers="needs")
    distribution: str = column(Type.CHOICE, "how the figure is distributed", required=True, choices=tuple(FIGURES))
    low: float | None = column(Type.AMOUNT, "least (uniform, triangular)", minimum=0)
    mode: float | None = column(Type.AMOUNT, "likeliest (triangular)", minimum=0)
    high: float | None = column(Type.AMOUNT, "most (uniform, triangular)", minimum=0)
    mean: float | None = column(Type.AMOUNT, "mean (fixed, normal, lognormal)", minimum=0)
    sd: float | None = column(Type.AMOUNT, "standard deviation (normal, lognormal)", minimum=0)
    chance: float = column(Type.AMOUNT, "chance that it happens at all", default=1.0, minimum=0, maximum=1)
    since: date | None = column(Type.WEEK, "first week in which it may (blank: the first)", name="from")
    until: date | None = column(Type.WEEK, "last week in which it may (blank: the last)", name="to")
    note: str = column(Type.TEXT, "what the figures rest on", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """What really happened in a week: how a project ran (need and pool blank), or what it had of a pool.

    It says nothing about what is planned, and is no part of a portfolio's digest.
    """

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    week: date = column(Type.WEEK, "week in which it happened", required=True, key=True)
    need: str | None = column(Type.ID, "need (blank: how the project ran)", key=True, refers="needs")
    pool: str | None = column(Type.ID, "pool that served the need", key=True, refers="pools")
    amount: float | None = column(Type.AMOUNT, "what it had of the pool", minimum=0)
    pace: float | None = column(Type.AMOUNT, "how fast it ran, of its full pace (0 = not at all)", minimum=0, maximum=1)
    progress: float | None = column(
        Type.AMOUNT, "progress of a build at the end of the week, of the whole", minimum=0, maximum=1
    )
    note: str = column(Type.TEXT, "what is worth knowing about it", default="")


Record = (
    Portfolio | Pool | Capacity | Project | Need | Eligible | Profile | Baseline | Link | Pin | Policy | Stance
    | Floor | Signal | Trigger | LanguageModel | Sku | Service | Demand | Lever | Throughput | Person | Risk
    | Actual
)  # fmt: skip

TABLES: dict[str, type[Any]] = {
    "portfolio": Portfolio,
    "pools": Pool,
    "capacity": Capacity,
    "projects": Project,
    "needs": Need,
    "eligible": Eligible,
    "profiles": Profile,
    "baseline": Baseline,
    "links": Link,
    "pins": Pin,
    "policies": Policy,
    "stances": Stance,
    "floors": Floor,
    "signals": Signal,
    "triggers": Trigger,
    **SERVING_TABLES,
    "people": Person,
    "risks": Risk,
    "actuals": Actual,
}
"""Every record kind by the stem of its file (`pools` for pools.csv), in the order a reader needs them."""

OPTIONAL = frozenset({
    "profiles", "baseline", "links", "pins", "stances", "floors", "signals", "triggers", *SERVING_TABLES, "people",
    "risks", "actuals",
})  # fmt: skip
"""Files that may be missing: an empty table."""

AFTERWARDS = frozenset({"actuals"})
"""Record kinds that say what happened, not what is to be planned: no part of a digest, and of no what-if."""


def columns(table: str) -> tuple[Column, ...]:
    """The columns of a table, in file order."""
    return columns_of(TABLES[table])  # type: ignore[arg-type]  # a class is hashable


def key_columns(table: str) -> tuple[Column, ...]:
    """The columns that identify a row of a table."""
    return tuple(c for c in columns(table) if c.key)


def key_of(record: Any) -> tuple[Any, ...]:
    """The values that identify a record within its table."""
    return tuple([getattr(record, name) for name in _key_attributes(type(record))])  # type: ignore[arg-type]  # a class is hashable


@cache
def _key_attributes(kind: type[Any]) -> tuple[str, ...]:
    return tuple(c.attribute for c in columns_of(kind) if c.key)  # type: ignore[arg-type]  # a class is hashable


def sort_key(record: Any) -> tuple[str, ...]:
    """The key as texts, so that tables have one order however they were read."""
    return tuple("" if v is None else str(v) for v in key_of(record))
