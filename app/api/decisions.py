"""What people decide about code reds: what triggers advise and who saw it, an early end, an order of several."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from flask import Response, jsonify
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import AfterValidator, Field

from app.actions.acknowledge import Acknowledgement, acknowledge
from app.actions.advice import Advice, Mean
from app.actions.code_reds import order_code_reds
from app.actions.end_early import end_early
from app.actions.situation import situation
from app.api import context, jobs, models, scenarios
from app.api.context import Home, Once
from app.api.models import ID, WHOLE, Id, Paging, Strict, a_date
from app.api.operations import HOME, add
from app.api.responses import REPLAYED, answer, declare
from app.errors import Refused
from solver.crosschecks.identity import LONGEST_TEXT

DECISIONS = Tag(name="decisions", description="What triggers advise, and what people decide about code reds.")
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Reason = Annotated[
    str,
    Field(
        pattern=r"^[^\u0000]*[!-~][^\u0000]*$", max_length=LONGEST_TEXT, examples=["visits are back"],
        description="goes into the audit trail",
    ),
]  # fmt: skip


class MeanOut(Strict):
    """The mean of a window of measured days."""

    value: float
    first: Day
    last: Day


class AcknowledgementOut(Strict):
    """Who saw an advice, and why no code red was declared; it holds until another day is measured."""

    reason: str
    who: str
    evidence: Annotated[Day, Field(description="the last day that was measured then")]
    fall: float


class AdviceOut(Strict):
    """What a trigger says: the highest earlier mean against the mean now. Null: too few days were measured."""

    trigger: Id
    signal: Id
    window_days: int
    before: MeanOut | None
    now: MeanOut | None
    fall: Annotated[float, Field(description="share by which the mean fell")]
    drop: Annotated[float, Field(description="share from which on a code red is advised")]
    advised: bool
    policy: Id
    acknowledged: AcknowledgementOut | None


class TriggerPath(Home):
    """Which trigger."""

    trigger: Annotated[str, Field(pattern=ID)]


class Said(Strict):
    """Why no code red is declared."""

    reason: Reason


class EarlyEnd(Strict):
    """When the code red of the plan of record ends instead, and why: which of its exit criteria holds."""

    week: Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-01-05"]), AfterValidator(a_date)]
    reason: Reason
    time_limit: jobs.Limit = None


class Order(Strict):
    """Scenarios of code reds that hold in the same weeks, by number: the first wins over the second, and so on."""

    scenarios: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE]], Field(min_length=2, max_length=50)]


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    page = models.page_model("Advice", AdviceOut)
    declare(app, page, AcknowledgementOut)
    place = {"portfolio": "$request.path.portfolio"}
    seen = {**place, "trigger": "$response.body#/items/0/trigger"}
    listed = answer(page.__name__, links={"acknowledge_advice": seen})
    acknowledged = answer("AcknowledgementOut", "Created", REPLAYED, {"list_advice": place})
    add(app, DECISIONS, "get", f"{HOME}/advice", _list_advice, {200: listed})
    add(app, DECISIONS, "post", f"{HOME}/advice/<trigger>/acknowledgement", _acknowledge_advice, {201: acknowledged})
    add(app, DECISIONS, "post", f"{HOME}/early-end", _end_code_red, {202: jobs.begun()})
    add(app, DECISIONS, "post", f"{HOME}/code-red-orders", _order_code_reds, {201: scenarios.made()})


def _list_advice(path: Home, query: Paging) -> dict[str, Any]:
    """List what the triggers advise.

    From the measured signals, with the acknowledgement that still holds.
    """
    now = situation(context.db(), path.portfolio)
    page = context.page_of(now.advice, query)
    return {**page, "items": [_advice(one, now.seen.get(one.trigger)) for one in page["items"]]}


def _acknowledge_advice(path: TriggerPath, header: Once, body: Said) -> Response:
    """Acknowledge an advice.

    Seen, and no code red is declared; it holds until another day is measured.
    """
    acknowledge(context.db(), path.portfolio, path.trigger, body.reason, context.who())
    said = situation(context.db(), path.portfolio).seen.get(path.trigger)
    if said is None:
        raise Refused("another day was measured meanwhile; look at the advice again")
    made = jsonify(_acknowledgement(said))
    made.status_code = 201
    return made


def _end_code_red(path: Home, header: Once, body: EarlyEnd) -> Response:
    """End the code red in force before its date.

    A scenario with that end is made and solved; the plan of record stays until the new plan is approved.
    """
    week, limits = date.fromisoformat(body.week), jobs.options(body.time_limit)
    return jobs.accepted(end_early(context.db(), path.portfolio, week, body.reason, context.who(), limits))


def _order_code_reds(path: Home, header: Once, body: Order) -> Response:
    """Put several code reds into an order.

    They become one policy, in a scenario of its own: about each project the first that says something wins.
    """
    if len(set(body.scenarios)) < len(body.scenarios):
        raise Refused("a scenario stands in the order twice")
    places: dict[int, int | None] = {number: place for place, number in enumerate(body.scenarios, 1)}
    return scenarios.stored(order_code_reds(context.db(), path.portfolio, places, context.who()))


def _advice(one: Advice, seen: Acknowledgement | None) -> dict[str, Any]:
    return {
        "trigger": one.trigger, "signal": one.signal, "window_days": one.window_days, "before": _mean(one.before),
        "now": _mean(one.now), "fall": one.fall, "drop": one.drop, "advised": one.advised, "policy": one.policy,
        "acknowledged": _acknowledgement(seen) if seen else None,
    }  # fmt: skip


def _mean(mean: Mean | None) -> dict[str, Any] | None:
    return {"value": mean.value, "first": mean.first.isoformat(), "last": mean.last.isoformat()} if mean else None


def _acknowledgement(seen: Acknowledgement) -> dict[str, Any]:
    return {"reason": seen.reason, "who": seen.who, "evidence": seen.evidence.isoformat(), "fall": seen.fall}
