"""Inquiries about a plan: what it would take, what forcing costs, what a unit of a pool brings; ask, watch, apply."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify, request
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import AfterValidator, Field

from app.actions import inquiries
from app.actions.inquiries import Inquiry
from app.actions.question import PACE, Question
from app.api import context, jobs, models
from app.api.context import Numbered, Once
from app.api.models import Id, Paging, Strict, Text, a_date
from app.api.operations import OF_NUMBER, add, first
from app.api.responses import LOCATION, REPLAYED, answer, declare

INQUIRIES = Tag(
    name="inquiries",
    description="Questions about a plan, answered by solving: ask, watch, cancel, read the ways, apply one.",
)
OF_PLAN = "/plans/<int:number>/inquiries"
LINKS = {"get_inquiry": OF_NUMBER, "list_inquiries": {"number": "$response.body#/plan"}}
Kind = Literal["takes", "force", "price"]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2025-12-01"]), AfterValidator(a_date)]


class NewInquiry(Strict):
    """What to ask: `takes` of a project, a week and a pace; `force` of a project and `must`; `price` of a pool and a
    week.
    """

    kind: Kind
    project: Id | None = None
    pool: Id | None = None
    week: Day | None = None
    pace: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = PACE
    must: Literal["in", "out"] | None = None


class ClassChange(Strict):
    """A priority class in the plan and when solved again; `percent` and `unproven` are of its ideal."""

    name: str
    before: float
    after: float
    ideal: float
    percent: float
    unproven: float


class Way(Strict):
    """One way, in words and as the records that change. What each class pays stands in `pays`, in percent of its ideal
    (takes), with how much of it is not proven in `unproven`, or in `classes` (force and price); `pins` are records of
    what the project then holds in the week; `status` is that of the solve, and `step` the change of the pool.
    """

    text: str
    status: str
    edits: list[dict[str, Any]]
    pays: dict[str, float]
    unproven: dict[str, float]
    pins: list[dict[str, Any]]
    classes: list[ClassChange]
    conflicts: list[dict[str, str]]
    step: float | None


class IndicativePrice(Strict):
    """What one unit more of a pool in a week is worth to a class, with everything else as planned: of what was asked,
    and where it would help the highest classes most.
    """

    pool: str
    week: str
    name: str
    price: float


class NewWay(Strict):
    """Which way to make a scenario of, from 1; without a name it is called as the way reads."""

    way: Annotated[int, Field(ge=1, le=1000)]
    name: Text = ""
    time_limit: jobs.Limit = None


class InquiryOut(Strict):
    """An inquiry about a plan, with the ways found so far."""

    id: int
    plan: int
    job: int | None
    kind: Kind
    asked: dict[str, Any]
    state: Literal["queued", "running", "done", "failed", "cancelled", "parked"]
    message: str
    seconds: float
    who: str
    ways: list[Way]
    prices: list[IndicativePrice]


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    page = models.page_model("Inquiries", InquiryOut)
    declare(app, page, InquiryOut)
    add(app, INQUIRIES, "get", OF_PLAN, _list_inquiries, {200: answer(page.__name__, links=first("get_inquiry"))})
    begun = {202: answer("InquiryOut", "Accepted", {**LOCATION, **REPLAYED}, {"cancel_inquiry": OF_NUMBER, **LINKS})}
    add(app, INQUIRIES, "post", OF_PLAN, _start_inquiry, begun)
    add(app, INQUIRIES, "get", "/inquiries/<int:number>", _get_inquiry, {200: answer("InquiryOut", links=LINKS)})
    cancelled = {200: answer("InquiryOut", links={"get_inquiry": OF_NUMBER})}
    add(app, INQUIRIES, "post", "/inquiries/<int:number>/cancel", _cancel_inquiry, cancelled)
    add(app, INQUIRIES, "post", "/inquiries/<int:number>/scenarios", _apply_way, {202: jobs.begun()})


def _list_inquiries(path: Numbered, query: Paging) -> dict[str, Any]:
    """List the newest inquiries about a plan.

    The newest first.
    """
    page = context.page_of(inquiries.listing(context.db(), path.number, query.offset + query.limit + 1), query)
    return {**page, "items": [_told(one) for one in page["items"]]}


def _start_inquiry(path: Numbered, header: Once, body: NewInquiry) -> Response:
    """Ask a question about a plan.

    It is answered in the background, from the plan as it is stored. The same question asked again while it is open or
    answered is the same inquiry.
    """
    question = Question(
        body.kind, body.project or "", body.pool or "", body.week or "", body.pace, body.must or ""
    )  # fmt: skip
    number = inquiries.ask(context.db(), path.number, question, context.who())
    found = jsonify(_told(inquiries.get(context.db(), number)))
    found.status_code = 202
    found.headers["Location"] = f"{request.script_root}/inquiries/{number}"
    return found


def _get_inquiry(path: Numbered) -> dict[str, Any]:
    """Read an inquiry.

    With the ways found so far.
    """
    return _told(inquiries.get(context.db(), path.number))


def _cancel_inquiry(path: Numbered) -> dict[str, Any]:
    """Cancel an inquiry.

    The ways found so far stay.
    """
    inquiries.cancel(context.db(), path.number, context.who())
    return _told(inquiries.get(context.db(), path.number))


def _apply_way(path: Numbered, header: Once, body: NewWay) -> Response:
    """Make a way a scenario and recompute it.

    Its changes come over what the plan is of, as that is recorded now; the portfolio itself stays as it is.
    """
    return jobs.accepted(
        inquiries.try_way(
            context.db(), path.number, body.way - 1, context.who(), body.name, jobs.options(body.time_limit)
        )
    )  # fmt: skip


def _told(inquiry: Inquiry) -> dict[str, Any]:
    return {name: getattr(inquiry, name) for name in InquiryOut.model_fields}
