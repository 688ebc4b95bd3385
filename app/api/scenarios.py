"""Scenarios: a portfolio with changes, to be solved under a policy."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import Field

from app.actions import scenarios
from app.api import context, models
from app.api.context import Home, Known, Numbered, Once
from app.api.models import Id, Paging, Strict, Text
from app.api.operations import HOME, OF_NUMBER, OF_PORTFOLIO, add, first
from app.api.responses import ETAG, LOCATION, REPLAYED, answer, declare, nothing
from app.cells import key_from_text, key_text, record_of
from app.store.scenarios import PUT, REMOVE, SET, ScenarioChange
from solver.records import TABLES, key_of

SCENARIOS = Tag(name="scenarios", description="A portfolio with changes, to be solved under a policy.")
TABLE_NAMES = tuple(TABLES)
SOLVE: dict[str, Any] = {**OF_PORTFOLIO, "body": {"policy": "$response.body#/policy", "scenario": "$response.body#/id"}}
LINKS: dict[str, dict[str, Any]] = {"start_job": SOLVE, "list_scenarios": OF_PORTFOLIO}


class Change(Strict):
    """One change: `put` a whole record, `set` some of its cells, or `remove` it. Cells are texts as in the CSV file."""

    operation: Literal["put", "set", "remove"]
    table: Literal[TABLE_NAMES]  # type: ignore[valid-type]
    key: Annotated[str, Field(description="parts of the key joined by /; may stay empty for put")] = ""
    cells: dict[str, Text] = Field(default_factory=dict)


class NewScenario(Strict):
    """A scenario to be stored."""

    name: Text = ""
    policy: Id
    changes: Annotated[list[Change], Field(max_length=10_000)]


class ScenarioOut(Strict):
    """A stored scenario."""

    id: int
    portfolio: str
    name: str
    policy: str
    kind: str
    status: str
    who: str
    version: int
    changes: list[Change]


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    page = models.page_model("Scenarios", ScenarioOut)
    declare(app, page, ScenarioOut)
    listed = answer(page.__name__, links=first("get_scenario"))
    add(app, SCENARIOS, "get", f"{HOME}/scenarios", _list_scenarios, {200: listed})
    add(app, SCENARIOS, "post", f"{HOME}/scenarios", _create_scenario, {201: made()})
    found = {200: answer("ScenarioOut", headers=ETAG, links=LINKS), 304: nothing("Not Modified", ETAG)}
    add(app, SCENARIOS, "get", "/scenarios/<int:number>", _get_scenario, found)


def made() -> dict[str, Any]:
    """A scenario that is new."""
    headers = {**ETAG, **LOCATION, **REPLAYED}
    return answer("ScenarioOut", "Created", headers, {"get_scenario": OF_NUMBER, **LINKS})


def stored(number: int) -> Response:
    """The answer for a scenario that was stored just now."""
    found = scenario_json(number)
    return context.tagged(found, found["version"], 201, f"/scenarios/{number}")


def _list_scenarios(path: Home, query: Paging) -> dict[str, Any]:
    """List the scenarios of a portfolio.

    The newest first.
    """
    page = context.page_of(scenarios.list_scenarios(context.db(), path.portfolio), query)
    return {**page, "items": [scenario_json(s.id) for s in page["items"]]}


def _create_scenario(path: Home, header: Once, body: NewScenario) -> Response:
    """Store a scenario.

    The portfolio with the changes must fit together.
    """
    changes = [_change(c) for c in body.changes]
    number = scenarios.add_scenario(
        context.db(), path.portfolio, body.name.strip() or body.policy, body.policy, changes, context.who()
    )
    return stored(number)


def _get_scenario(path: Numbered, header: Known) -> Response:
    """Read a scenario.

    With its changes, in order.
    """
    found = scenario_json(path.number)
    return context.tagged(found, found["version"])


def _change(change: Change) -> ScenarioChange:
    """A change as it is stored; its key is that of its record. Raises InvalidInput, or NotFound for no key."""
    if change.operation == PUT:
        record = record_of(change.table, change.cells)
        return ScenarioChange(PUT, change.table, key_text(change.table, key_of(record)), dict(change.cells))
    key = key_text(change.table, key_from_text(change.table, change.key))
    return ScenarioChange(SET if change.operation == SET else REMOVE, change.table, key, dict(change.cells))


def scenario_json(number: int) -> dict[str, Any]:
    """A scenario as JSON."""
    found = scenarios.get_scenario(context.db(), number)
    changes = [
        {"operation": c.operation, "table": c.table, "key": c.key, "cells": c.cells}
        for c in scenarios.get_changes(context.db(), number)
    ]
    return {
        "id": found.id, "portfolio": found.portfolio, "name": found.name, "policy": found.policy, "kind": found.kind,
        "status": found.status, "who": found.who, "version": found.version, "changes": changes,
    }  # fmt: skip
