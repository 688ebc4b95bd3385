"""Plan against futures: recompute a portfolio or scenario as it would be if the risks recorded came badly.

the portfolio with its risks -> futures drawn -> the hedged portfolio -> a plan of that, kept with both portfolios
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.actions import work
from app.actions.plans import PlanInfo, StoredPlan, get_plan, plan_info
from app.actions.recompute import require
from app.actions.risks import require_drawable
from app.actions.snapshot import snapshot
from app.actions.work.kinds import ROBUST, SUBJECT
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, jobs
from solver.progress import Options
from solver.risks import FUTURES


@dataclass(frozen=True, slots=True)
class Futures:
    """What a robust plan withstands: what a `share` of so many futures have at least."""

    share: float = 0.9
    futures: int = FUTURES
    seed: int = 0


def start(  # noqa: PLR0917 - what to plan, against what, and who asks
    db: Database,
    portfolio: str,
    scenario: int | None,
    policy: str,
    who: str,
    against: Futures,
    options: Options | None = None,
    beside: int | None = None,
) -> int:
    """Queue a robust plan; the job's id. `beside` is the plan to compare it with.

    Raises NotFound; Refused without risks or for futures that cannot be drawn; InvalidInput where a scenario's changes
    no longer fit.
    """
    if not 0 < against.share <= 1:
        raise Refused("the share of the futures is above 0, and at most 1 (100 %)")
    require_drawable(against.futures, against.seed)
    with db.reading() as session:
        require(session, portfolio, scenario, policy)
    if not snapshot(db, portfolio, scenario).risks:
        raise Refused("no risks are recorded, so that there is nothing to be robust against")
    limits = replace(options or Options(), seed=against.seed)
    how = {"robust": against.share, "futures": against.futures, SUBJECT: beside}
    with db.session() as session:
        require(session, portfolio, scenario, policy)
        job = jobs.add(session, {
            "kind": ROBUST, "portfolio": portfolio, "scenario": scenario, "policy": policy, "who": who,
            "options": asdict(limits) | how,
        })  # fmt: skip
        detail = {name: fact for name, fact in {**how, "seed": against.seed}.items() if fact is not None}
        audit.add(session, portfolio, who, "plan robustly", subject=f"job {job}", detail=detail)
    work.wake(db)
    return job


def start_beside(db: Database, plan_id: int, who: str, against: Futures, options: Options | None = None) -> int:
    """Queue a robust plan of what a plan was made for, as it is recorded now; the job's id. Raises as `start`."""
    stored = get_plan(db, plan_id)
    before = stored.options.get("beside") or plan_id
    return start(db, stored.portfolio, stored.scenario, stored.policy, who, against, options, before)


def futures_of(plan: StoredPlan | PlanInfo) -> Futures | None:
    """What a robust plan withstands; None for a plan that takes everything as certain."""
    options: Mapping[str, Any] = plan.options if isinstance(plan, StoredPlan) else plan.summary.get("options", {})
    if "robust" not in options:
        return None
    return Futures(options["robust"], options["futures"], options["seed"])


def plain_plan(db: Database, stored: StoredPlan) -> int | None:
    """The plan that a robust one was asked for beside, as long as it is there."""
    beside: int | None = stored.options.get("beside")
    try:
        return beside and plan_info(db, beside).id
    except NotFound:
        return None
