"""Recompute: start a job, watch it with bound and gap, cancel it, go on to its plan."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import inquiries, operate, recompute
from app.actions.repair import repair
from app.actions.work import FRONTIER, FUTURES, INQUIRY, ORDERS, PLAN, ROBUST, SWEEP
from app.actions.work.kinds import SUBJECT
from app.web import context
from app.web.limits import options

page = Blueprint("jobs", __name__)
RESULTS = {PLAN: "plan.show", ORDERS: "people.show", FUTURES: "risks.show", ROBUST: "plan.show"}
"""The page that shows what a job of each kind made."""


@page.post("/recompute")
def start() -> BaseResponse:
    """Recompute the portfolio, or one of its scenarios, under a policy."""
    scenario = request.form.get("scenario", type=int)
    policy = request.form.get("policy", "")
    job = recompute.start(context.db(), context.portfolio_id(), scenario, policy, context.who(), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def _result(job: recompute.Job) -> str:
    """Where what a job made is to be seen."""
    return url_for(RESULTS[job.kind], plan_id=job.plan_id)


def _about(job: recompute.Job) -> dict[str, object]:
    """What its page tells beside the job itself: where the result is, and whether anybody is there to do it."""
    idle = job.state == "queued" and not operate.present(context.db())
    return {"result": _result(job) if job.plan_id is not None else "", "nobody": idle}


@page.get("/jobs/<int:job_id>")
def show(job_id: int) -> str | BaseResponse:
    """The job's page; a job that is done is its plan, one of a trade-off its points, of a sweep its table, of an
    inquiry its ways."""
    job = recompute.get_job(context.db(), job_id)
    context.page_is_of(job.portfolio)
    if job.kind == FRONTIER:
        return redirect(url_for("tradeoffs.show", run_id=job.options[SUBJECT]), 303)
    if job.kind == SWEEP:
        return redirect(url_for("sweeps.show", sweep=job.options[SUBJECT]), 303)
    if job.kind == INQUIRY:
        about = inquiries.get(context.db(), job.options[SUBJECT])
        return redirect(url_for("inquiries.show", plan_id=about.plan, inquiry=about.id), 303)
    if job.state == "done" and job.plan_id is not None:
        return redirect(_result(job), 303)
    return render_template("job.html", job=job, **_about(job))


@page.get("/jobs/<int:job_id>/progress")
def progress(job_id: int) -> Response:
    """The part of the page that changes; once the plan is stored, the way there."""
    job = recompute.get_job(context.db(), job_id)
    context.page_is_of(job.portfolio)
    response = make_response(render_template("job_progress.html", job=job, **_about(job)))
    if job.state == "done" and job.plan_id is not None:
        response.headers["HX-Redirect"] = _result(job)
    return response


@page.post("/jobs/<int:job_id>/repairs/<int:number>")
def apply_repair(job_id: int, number: int) -> BaseResponse:
    """Make one of the ways out a scenario, and recompute it."""
    job = recompute.get_job(context.db(), job_id)
    context.page_is_of(job.portfolio)
    scenario = repair(context.db(), job_id, number, context.who())
    again = recompute.start(context.db(), job.portfolio, scenario, job.policy, context.who(), options())
    return redirect(url_for("jobs.show", job_id=again), 303)


@page.post("/jobs/<int:job_id>/cancel")
def cancel(job_id: int) -> BaseResponse | str:
    """Stop the job."""
    recompute.cancel(context.db(), job_id, context.who())
    job = recompute.get_job(context.db(), job_id)
    context.page_is_of(job.portfolio)
    if context.is_htmx():
        return render_template("job_progress.html", job=job, **_about(job))
    return redirect(url_for("jobs.show", job_id=job_id), 303)
