"""Old plans that nobody decided about go; all that was decided stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.actions import prune
from app.actions.approve import approve
from app.actions.audit import entries, verify
from app.actions.decide import propose
from app.actions.plans import list_plans
from app.cli import main
from app.db import Database
from app.errors import Refused
from solver.problem import Problem
from tests.app.test_plans import stored


@pytest.fixture
def three(lab: Database, problem: Problem, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Three plans of today, seen from a hundred days later: one approved, one proposed, one forgotten."""
    numbers = [stored(lab, problem, nodes) for nodes in (6.0, 5.0, 4.0)]
    approve(lab, numbers[0], "the first", "kim")
    propose(lab, numbers[1], "have a look", "ann")

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=100)

    monkeypatch.setattr(prune, "datetime", Later)
    return lab


def test_only_plans_that_nobody_decided_about_go(three: Database) -> None:
    assert prune.prune_plans(three, 90, "ops") == [3]
    assert [plan.id for plan in list_plans(three, "lab", 10)] == [2, 1]
    newest = entries(three, "lab", 1)[0]
    assert (newest.verb, newest.who, newest.detail) == ("prune", "ops", {"plans": [3], "older_than_days": 90})
    assert verify(three).good


def test_young_plans_stay(three: Database) -> None:
    assert prune.prune_plans(three, 101, "ops") == []
    assert len(list_plans(three, "lab", 10)) == 3


def test_a_dry_run_only_says_what_would_go(three: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "prune", "--dry-run", "--database", str(three.url)]) == 0
    assert "1 plans and 0 jobs would go" in capsys.readouterr().out
    assert len(list_plans(three, "lab", 10)) == 3


def test_plans_of_today_cannot_be_asked_away(three: Database) -> None:
    with pytest.raises(Refused, match="a day at least"):
        prune.prune_plans(three, 0, "ops")
