"""The page for operators: jobs of every portfolio, the workers that do them, and a job started again."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import operate
from app.web import context

page = Blueprint("operators", __name__)


@page.get("/jobs")
def listing() -> str:
    """What waits, runs and ended, and who does it."""
    asked = request.args.get("state", "")
    states = (asked,) if asked in operate.STATES else ()
    return render_template(
        "jobs.html", tasks=operate.tasks(context.db(), states), workers=operate.present(context.db()),
        states=operate.STATES, asked=asked,
    )  # fmt: skip


@page.post("/jobs/<int:job_id>/again")
def again(job_id: int) -> Response:
    """Put a job that ended without a result back into the queue."""
    operate.start_again(context.db(), job_id, context.who())
    return redirect(url_for("jobs.show", job_id=job_id), 303)
