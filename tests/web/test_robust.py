"""Asking for a robust plan on the page of risks, and what its page says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.actions.plans import store_plan
from app.actions.recompute import get_job
from solver.risks import draw, hedged
from tests.app.company import LATE, SLIP, company, outcome
from tests.web.conftest import Site
from tests.web.test_risks import PAGE, fill

ASK = "/plans/1/robust"


@pytest.fixture
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.actions.work.wake", lambda _: None)
    monkeypatch.setattr("app.actions.work.watch", lambda _: None)


@pytest.mark.usefixtures("_nobody_works")
def test_the_form_starts_a_job_that_says_what_it_does(empty: Site) -> None:
    fill(empty, LATE, SLIP)
    client = empty.app.test_client()
    assert f'action="{ASK}?portfolio=' in client.get(PAGE).text
    answer = client.post(ASK, data={"share": "75", "futures": "200", "seed": "7"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/jobs/1")
    job = get_job(empty.db, 1)
    asked = {name: job.options[name] for name in ("robust", "futures", "seed", "subject")}
    assert (job.kind, asked) == ("robust", {"robust": 0.75, "futures": 200, "seed": 7, "subject": 1})
    text = client.get("/jobs/1").text
    assert "Robust plan under normal" in text
    assert "<title>Robust plan" in text


@pytest.mark.parametrize(
    ("share", "futures", "told"),
    [("many", "100", "such as 90"), ("0", "100", "above 0"), ("101", "100", "at most 1"), ("90", "x", "whole numbers"),
     ("nan", "100", "above 0"), ("90", "10001", "from 1 to 10,000")],
)  # fmt: skip
def test_what_cannot_be_planned_for_is_refused_in_words(empty: Site, share: str, futures: str, told: str) -> None:
    fill(empty, LATE)
    answer = empty.app.test_client().post(ASK, data={"share": share, "futures": futures, "seed": "0"})
    assert answer.status_code == 409
    assert told in answer.text


def test_without_risks_there_is_no_form(empty: Site) -> None:
    fill(empty)
    client = empty.app.test_client()
    assert ASK not in client.get(PAGE).text
    answer = client.post(ASK, data={"share": "90", "futures": "10", "seed": "0"})
    assert (answer.status_code, "nothing to be robust against" in answer.text) == (409, True)


def test_a_robust_plan_says_what_it_withstands_and_leads_to_the_comparison(empty: Site) -> None:
    fill(empty, LATE)
    problem, plan = company(LATE)
    better = problem.replace(risks=[replace(LATE, chance=0.0)], floors=problem.floors)
    answered = hedged(better, draw(better, 10, 3), 0.75)
    how = {"robust": 0.75, "futures": 10, "seed": 3, "against": ["delay"], "beside": 1}
    store_plan(empty.db, answered, replace(outcome(answered, plan), options=how), None, "eve")
    client = empty.app.test_client()
    text = client.get("/plans/2").text
    assert "A robust plan." in text
    assert "75 % of 10 drawn futures" in text
    assert 'href="/compare?plan=1&amp;plan=2' in text
    assert "robust for 75 %" in client.get("/compare?plan=1&plan=2").text
    assert "A robust plan." not in client.get("/plans/1").text
    assert json.dumps(how["against"]) not in text
