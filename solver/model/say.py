"""A row of the model in the user's words, for conflicts and reasons."""

from __future__ import annotations

from solver.columns import plain
from solver.model.sheet import Ints
from solver.model.variables import Setting
from solver.records import Link


def number(amount: float) -> str:
    """An amount rounded as people say it."""
    return plain(round(float(amount), 2))


def capacity(s: Setting, n: int) -> str:
    """`pool x has 12 node in the week of 2026-01-12`, or for a budget `from the week of ... on`."""
    r, t = divmod(n, s.weeks)
    pool = s.problem.pools[r].pool
    if s.problem.pools[r].period == "horizon":
        budget = f"{number(s.capacity[r, t])} {s.problem.unit(pool)}"
        return f"pool {pool} has a budget of {budget} from the week of {s.problem.weeks[t]} on"
    return f"pool {pool} has {number(s.capacity[r, t])} {s.problem.unit(pool)} in the week of {s.problem.weeks[t]}"


def minimum(s: Setting, n: int) -> str:
    """What a need keeps at least while its project is on, or while it is paused."""
    need, t = s.needs[n // s.weeks], n % s.weeks
    serving = s.serving.get((need.project, need.need))
    if serving:
        least = f"{number(s.whole_minimum[n // s.weeks, t])} tokens/s, its minimum_share of the demand"
        return f"{need.project} serves at least {least}, in the week of {s.problem.weeks[t]}"
    kept = f"at least {number(need.minimum)} of {need.need} while on and {number(need.standby)} while paused"
    return f"{need.project} keeps {kept}, in the week of {s.problem.weeks[t]}"


def floor(s: Setting, pairs: Ints, first: int, amount: float, n: int) -> str:
    """A floor of the policy."""
    project, need, pool = s.pairs[int(pairs[0])]
    where = f" from {pool}" if len(pairs) == 1 else ""
    return f"{project}'s floor of {number(amount)} of {need}{where} in the week of {s.problem.weeks[first + n]}"


def moves(s: Setting, kind: str, limit: float, n: int) -> str:
    """A limit on arrivals."""
    return f"at most {number(limit)} {kind} arrivals in the week of {s.problem.weeks[n]}"


def growth(s: Setting, i: int, n: int) -> str:
    """A limit on a project's growth."""
    percent = number(100.0 * (s.policy.growth or 0.0))
    return f"{s.projects[i].project}'s engineers grow by at most {percent} % in the week of {s.problem.weeks[n]}"


def pin(s: Setting, k: int, first: int, amount: float, n: int) -> str:
    """A pinned amount."""
    project, need, pool = s.pairs[k]
    return f"{project}'s pin of {number(amount)} of {need} from {pool} in the week of {s.problem.weeks[first + n]}"


def money(s: Setting, n: int) -> str:
    """The cost limit."""
    return f"a cost of at most {number(s.policy.max_cost or 0.0)} in the week of {s.problem.weeks[n]}"


def must(s: Setting, i: int, n: int) -> str:
    """A build that has to be complete in time."""
    p = s.projects[i]
    when = f"by its deadline {p.deadline}" if p.deadline else "by the end of the horizon"
    return f"{p.project} must be complete {when}"


def protect(s: Setting, p: Ints, t: Ints, n: int) -> str:
    """A protected build."""
    return f"{s.projects[int(p[n])].project} is protected in the week of {s.problem.weeks[int(t[n])]}"


def requires(s: Setting, link: Link, n: int) -> str:
    """A project that waits for another."""
    return f"{link.project} requires {link.other} to be complete before the week of {s.problem.weeks[n]}"


def excludes(s: Setting, link: Link, n: int) -> str:
    """Two projects of which only one may run."""
    return f"{link.project} and {link.other} exclude each other"


def profile(s: Setting, need: int, t: int) -> str:
    """What a fixed schedule takes."""
    n = s.needs[need]
    return f"{n.project}'s fixed schedule takes what its profile says of {n.need} in the week of {s.problem.weeks[t]}"
