"""Ending a code red early, acknowledging an advice and ordering several code reds from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.actions import work
from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.edit import add_record
from app.actions.import_data import import_portfolio
from app.actions.plans import plan_info, store_plan
from app.actions.scenarios import add_scenario, get_scenario
from app.actions.situation import situation
from app.actions.snapshot import snapshot
from app.cli import main
from app.db import Database
from tests.api.conftest import AtOnce
from tests.app.lab import FILES, as_bytes, outcome
from tests.app.test_end_early import RED

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def db(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The lab with a code red, `red`, and a solver that answers at once."""
    monkeypatch.setenv("CODERED_DATABASE_URL", url)
    made = Database(url)
    import_portfolio(made, as_bytes(FILES), "ann")
    add_record(made, "lab", "policies", RED, "ann")
    work.use(work.Worker(AtOnce()))  # type: ignore[arg-type]
    yield made
    work.shut_down()
    made.close()


def test_a_code_red_ends_early_and_its_way_back_is_a_plan_to_decide_on(db: Database, capsys: Captured) -> None:
    problem = snapshot(db, "lab")
    approve(db, store_plan(db, problem, outcome(problem, policy="red"), None, "ann"), "visits fell", "eve")
    said = ["end-early", "lab", "2025-12-10", "--reason", "visits are back", "--who", "eve", "--json"]
    assert main(said) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], plan_info(db, told["plan"]).scenario) == ("done", told["scenario"])
    assert snapshot(db, "lab", told["scenario"]).policy["red"].end.isoformat() == "2025-12-08"  # type: ignore[union-attr]
    assert next(e for e in entries(db, "lab", 5) if e.verb == "end early").detail["reason"] == "visits are back"


def test_what_cannot_end_early_is_said_in_words(db: Database, capsys: Captured) -> None:
    assert main(["end-early", "lab", "2025-12-08", "--reason", "visits are back"]) == 1
    assert "there is no code red in force that could end early" in capsys.readouterr().err
    assert main(["end-early", "lab", "soon", "--reason", "visits are back"]) == 2
    assert main(["end-early", "lab", "2025-12-08"]) == 2


def test_an_advice_is_acknowledged_with_a_reason(db: Database, capsys: Captured) -> None:
    assert main(["acknowledge", "lab", "visits-fall", "--reason", "a holiday", "--who", "kim"]) == 0
    assert situation(db, "lab").seen["visits-fall"].reason == "a holiday"
    assert main(["acknowledge", "lab", "latency", "--reason", "a holiday"]) == 1
    assert "no trigger 'latency'" in capsys.readouterr().err


def test_several_code_reds_get_an_order_in_which_the_first_wins(db: Database, capsys: Captured) -> None:
    add_record(db, "lab", "policies", {**RED, "policy": "latency"}, "ann")
    add_record(db, "lab", "stances", {"policy": "red", "project": "chat", "stance": "focus"}, "ann")
    add_record(db, "lab", "stances", {"policy": "latency", "project": "chat", "stance": "pause"}, "ann")
    numbers = [str(add_scenario(db, "lab", name, name, [], "ann")) for name in ("red", "latency")]
    assert main(["order", "lab", *numbers, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["policy"] == get_scenario(db, made["scenario"]).policy == "red-over-latency"
    assert snapshot(db, "lab", made["scenario"]).stances_of("red-over-latency")["chat"].stance == "focus"
    assert main(["order", "lab", numbers[0], numbers[0]]) == 2
    assert main(["order", "lab", numbers[0]]) == 1
