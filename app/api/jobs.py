"""Jobs: solving in the background; start, watch, cancel, then read the plan."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify, request
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import Field

from app.actions import recompute, robust
from app.actions.recompute import Job
from app.actions.risks import MOST_FUTURES
from app.api import context, models
from app.api.context import Home, Numbered, Once
from app.api.models import WHOLE, Id, Paging, Strict
from app.api.operations import HOME, OF_NUMBER, OF_PORTFOLIO, add, first
from app.api.responses import LOCATION, REPLAYED, answer, declare
from solver.progress import Options
from solver.risks import FUTURES

JOBS = Tag(name="jobs", description="Solving in the background: start, watch, cancel, then read the plan.")
LINKS = {"get_plan": {"number": "$response.body#/plan"}, "get_job": OF_NUMBER, "list_jobs": OF_PORTFOLIO}
Limit = Annotated[
    float | None,
    Field(gt=0, le=3600, allow_inf_nan=False, examples=[60], description="seconds; default: the installation's"),
]


class Against(Strict):
    """What the plan is to withstand: what a share of so many drawn futures have at least; 1 is the worst of them."""

    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, examples=[0.9])]
    futures: Annotated[int, Field(ge=1, le=MOST_FUTURES), WHOLE] = FUTURES
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE] = 0


class NewJob(Strict):
    """What to solve, and for how long."""

    policy: Id
    scenario: Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE] | None = None
    time_limit: Limit = None
    robust: Against | None = None


class JobOut(Strict):
    """A job; `plan` is there when it is done. `progress` is what the solver reported, the newest last."""

    id: int
    portfolio: str
    policy: str
    scenario: int | None
    kind: Literal["plan", "orders", "futures", "frontier", "robust", "sweep", "inquiry"]
    state: Literal["queued", "running", "done", "failed", "cancelled", "parked"]
    message: str
    seconds: float
    plan: int | None
    progress: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    page = models.page_model("Jobs", JobOut)
    declare(app, page, JobOut)
    add(app, JOBS, "get", f"{HOME}/jobs", _list_jobs, {200: answer(page.__name__, links=first("get_job"))})
    add(app, JOBS, "post", f"{HOME}/jobs", _start_job, {202: begun()})
    add(app, JOBS, "get", "/jobs/<int:number>", _get_job, {200: answer("JobOut", links=LINKS)})
    cancelled = {200: answer("JobOut", links={"get_job": OF_NUMBER})}
    add(app, JOBS, "post", "/jobs/<int:number>/cancel", _cancel_job, cancelled)


def begun() -> dict[str, Any]:
    """A job that was queued."""
    links = {"get_job": OF_NUMBER, "cancel_job": OF_NUMBER}
    return answer("JobOut", "Accepted", {**LOCATION, **REPLAYED}, links)


def accepted(number: int) -> Response:
    """The answer for a job that was queued just now."""
    answer = jsonify(_job(recompute.get_job(context.db(), number)))
    answer.status_code = 202
    answer.headers["Location"] = f"{request.script_root}/jobs/{number}"
    return answer


def options(time_limit: float | None) -> Options:
    """Time and threads of a solve: as asked for, else as this installation is set up."""
    settings = context.settings()
    return Options(time_limit=time_limit or settings.time_limit, threads=settings.threads)


def _list_jobs(path: Home, query: Paging) -> dict[str, Any]:
    """List the newest jobs of a portfolio.

    The newest first.
    """
    page = context.page_of(recompute.list_jobs(context.db(), path.portfolio, query.offset + query.limit + 1), query)
    return {**page, "items": [_job(job) for job in page["items"]]}


def _start_job(path: Home, header: Once, body: NewJob) -> Response:
    """Solve a portfolio, or a scenario of it, in the background.

    The answer comes at once; read the job until its state is done, failed, cancelled or parked. With `robust` the plan
    answers the portfolio as it would be if its recorded risks came badly.
    """
    limits = options(body.time_limit)
    if body.robust is not None:
        against = robust.Futures(**body.robust.model_dump())
        return accepted(
            robust.start(context.db(), path.portfolio, body.scenario, body.policy, context.who(), against, limits)
        )
    return accepted(recompute.start(context.db(), path.portfolio, body.scenario, body.policy, context.who(), limits))


def _get_job(path: Numbered) -> dict[str, Any]:
    """Read a job.

    With what the solver reported so far.
    """
    return _job(recompute.get_job(context.db(), path.number))


def _cancel_job(path: Numbered) -> dict[str, Any]:
    """Cancel a job.

    At once when it waits, within a second when it runs, not at all when it ended.
    """
    recompute.cancel(context.db(), path.number, context.who())
    return _job(recompute.get_job(context.db(), path.number))


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id, "portfolio": job.portfolio, "policy": job.policy, "scenario": job.scenario,
        "kind": job.kind, "state": job.state,
        "message": job.message, "seconds": job.seconds, "plan": job.plan_id, "progress": job.progress,
        "faults": job.faults, "conflicts": job.conflicts,
    }  # fmt: skip
