"""What schemathesis makes of an answer that was told again is set right, and nothing else of what it finds."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine.recorder import CaseNode, Interaction, Request, ScenarioRecorder

from tests.api.conformance import Report
from tests.api.replays import NOT_FOUND

pytestmark = pytest.mark.on_both

POOLS = "/api/v1/portfolios/lab/pools"
PLACE = f"{POOLS}/x"
POOL = {"pool": "x", "type": "gpu-x", "kind": "gpu"}


class Requests:
    """Requests of a scenario, as schemathesis records them; the last one found nothing, and a check says so."""

    def __init__(self) -> None:
        self.recorder, self._numbers = ScenarioRecorder(label="pools"), count()

    def asked(self, method: str, path: str, status: int, parent: str | None = None, **headers: str) -> str:
        """One request and its answer; the id of its case."""
        name = str(next(self._numbers))
        sent = requests.Request(method, f"http://localhost{path}").prepare()
        told = {header.replace("_", "-"): [value] for header, value in headers.items()}
        answer = Response(status, told, b"", sent, 0.1, verify=False, _override=None)
        self.recorder.record_case_node(name, CaseNode(_case(method), parent, None, is_transition_applied=False))
        self.recorder.record_interaction(name, Interaction(Request.from_prepared_request(sent), answer))
        return name

    def made(self, *, again: bool = False) -> str:
        """The pool is made, or the answer to that is told again."""
        headers = {"idempotent_replayed": "true"} if again else {}
        return self.asked("POST", POOLS, 201, None, location=PLACE, **headers)

    def gone(self, parent: str, check: str = NOT_FOUND) -> Requests:
        """The pool that a request made is not there."""
        name = self.asked("GET", PLACE, 404, parent)
        failure = Failure(operation="GET", title="Created resource not found", message="")
        self.recorder.record_check_failure(name=check, case_id=name, code_sample="", failure=failure)
        return self


def _case(method: str) -> Any:
    class Case:
        """What a report reads of a case."""

        class operation:  # noqa: N801 - as schemathesis has it
            label = f"{method} pool"

    return Case()


def report(*scenarios: Requests) -> Report:
    told = Report()
    for one in scenarios:
        told.take("stateful", one.recorder)
    return told


def removed() -> Requests:
    """A scenario in which the pool is made and removed."""
    scenario = Requests()
    scenario.asked("DELETE", PLACE, 204, scenario.made())
    return scenario


def after(scenario: Requests, *, again: bool = True) -> Requests:
    return scenario.gone(scenario.made(again=again))


def test_a_removal_in_an_earlier_scenario_explains_what_an_answer_told_again_speaks_of() -> None:
    assert report(removed(), after(Requests())).failures == {}


def test_what_was_made_anew_has_to_be_there() -> None:
    assert len(report(removed(), after(Requests(), again=False)).failures) == 1


def test_what_was_never_removed_has_to_be_there() -> None:
    assert len(report(after(Requests())).failures) == 1


def test_what_was_removed_and_made_again_has_to_be_there() -> None:
    made = Requests()
    made.made()
    assert len(report(removed(), made, after(Requests())).failures) == 1


def test_a_refused_removal_explains_nothing() -> None:
    refused = Requests()
    refused.asked("DELETE", PLACE, 409, refused.made())
    assert len(report(refused, after(Requests())).failures) == 1


def test_no_other_check_is_excused() -> None:
    scenario = Requests()
    scenario.gone(scenario.made(again=True), "status_code_conformance")
    assert len(report(removed(), scenario).failures) == 1


def test_an_answer_told_again_says_what_happened_then_though_the_record_is_gone(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "V"}
    first = client.post(POOLS, json=POOL, headers=key)
    assert (first.status_code, first.headers["Location"]) == (201, PLACE)
    assert client.delete(PLACE, headers={"If-Match": first.headers["ETag"]}).status_code == 204
    again = client.post(POOLS, json=POOL, headers=key)
    assert (again.status_code, again.headers["Idempotent-Replayed"], again.json) == (201, "true", first.json)
    assert client.get(PLACE).status_code == 404
    anew = client.post(POOLS, json=POOL, headers={"Idempotency-Key": "W"})
    assert anew.status_code == 201
    assert client.get(PLACE).status_code == 200
