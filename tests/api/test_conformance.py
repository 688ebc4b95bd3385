"""The API does what its document says: schemathesis finds nothing, alone and along the links from answer to request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
import requests
from schemathesis.checks import CHECKS, load_all_checks

from app import api
from tests.api.conformance import Report, door, run, served
from tests.uncovered import uncovered

KINDS = "Floor|floors"
"""The record kind of which every operation is tried here, whose key may be blank in parts.

All kinds have the same operations, made by the same code; the long run (see conformance.py) tries each.
"""
OTHERS = "list_portfolios|get_portfolio|.*(scenario|job|plan|plan_table|advice|code_red|code_reds|scenarios|jobs|plans)"
ON_THE_WAY = "get_portfolio|list_pools|.*_Pool|.*_(scenario|job|plan|plan_table)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, whole: str) -> Iterator[tuple[str, str]]:
    """The address of a served application, and a token."""
    app, token = door(tmp_path_factory.mktemp("conformance"), whole)
    with served(app) as address:
        yield address, token


@pytest.fixture(scope="module")
def alone(site: tuple[str, str], pytestconfig: pytest.Config) -> Report:
    """Each operation by itself: its examples, every rule of its schemas kept and broken, and what chance finds."""
    only = f"^({OTHERS}|.*_({KINDS}))$"
    with uncovered(pytestconfig):
        return run(*site, examples=2, steps=1, only=only, phases=("examples", "coverage", "fuzzing"))


@pytest.fixture(scope="module")
def linked(site: tuple[str, str], pytestconfig: pytest.Config) -> Report:
    """Requests in a row, along the links that the answers name."""
    with uncovered(pytestconfig):
        return run(*site, examples=15, steps=10, only=f"^({ON_THE_WAY})$", phases=("stateful",), of="lab")


def found(report: Report) -> str:
    """Everything that a run found, to be read."""
    return "\n\n".join([*(f"{what}\n{how}" for what, how in report.failures.items()), *report.errors])


def test_every_answer_is_as_the_document_says(alone: Report) -> None:
    assert found(alone) == ""
    assert alone.asked["coverage"] > 500
    assert {200, 201, 401, 404, 409, 415, 422} <= set(alone.statuses)


def test_what_answers_link_to_is_there_and_what_was_removed_is_not(linked: Report) -> None:
    assert found(linked) == ""
    assert len(linked.links) > 10
    assert {200, 201, 204, 404, 409} <= set(linked.statuses)


def test_no_check_is_left_out(alone: Report, linked: Report) -> None:
    load_all_checks()
    left = set(CHECKS.get_all_names()) - alone.checks - linked.checks
    assert left == set()


def test_the_way_from_a_portfolio_to_a_plan_is_linked(site: tuple[str, str]) -> None:
    document = requests.get(f"{site[0]}{api.ROOT}/openapi.json", timeout=10).json()
    links = {
        (operation["operationId"], link["operationId"])
        for item in document["paths"].values()
        for operation in item.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    }
    way = ("list_portfolios", "get_portfolio", "create_Pool", "get_Pool", "change_Pool")
    assert set(pairwise(way)) <= links
    way = ("get_portfolio", "create_scenario", "start_job", "get_job", "get_plan", "get_plan_table")
    assert set(pairwise(way)) <= links
