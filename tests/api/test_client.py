"""The Python client against a served application: the planner's own objects there and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.actions.snapshot import snapshot
from app.client import ApiError, ChangedMeanwhile, Client, NotThere, SolveFailed
from app.client.wire import Wire, as_json, as_record
from app.db import Database
from solver.progress import Progress
from solver.records import TABLES, Capacity, Floor, Need, Pool, Project
from tests.api.conformance import door, served


@pytest.fixture
def lab(tmp_path: Path, filled: str) -> Iterator[tuple[Client, Database]]:
    """A client of a served application with the portfolio `lab`, and its database."""
    app, token = door(tmp_path, filled)
    with served(app) as address, Client(address, token.removeprefix("Bearer ")) as client:
        yield client, app.extensions["codered"][0]


def test_a_portfolio_is_listed_read_and_added_as_the_planner_has_it(lab: tuple[Client, Database]) -> None:
    client, db = lab
    assert [(p.portfolio, p.start, p.weeks) for p in client.portfolios()] == [("lab", date(2025, 12, 1), 4)]
    whole = client.read("lab")
    assert whole.problem == snapshot(db, "lab")
    assert whole.problem.digest == whole.digest
    copy = whole.problem.replace(portfolio=[replace(whole.problem.head, portfolio="copy")])
    assert client.create(copy, key="once").problem == copy
    assert client.create(copy, key="once").problem == copy
    with pytest.raises(ApiError, match="there is a portfolio copy already"):
        client.create(copy)


def test_every_kind_of_record_is_the_same_after_a_way_over_the_wire(lab: tuple[Client, Database]) -> None:
    problem = lab[0].read("lab").problem
    for table, rows in problem.tables().items():
        assert [as_record(table, as_json(row)) for row in rows] == list(rows)
    assert TABLES.keys() == problem.tables().keys()


def test_records_are_found_added_changed_and_removed_and_nobodys_change_is_lost(lab: tuple[Client, Database]) -> None:
    client, _ = lab
    assert [r.record.need for r in client.records("lab", Need, project="chat")] == ["gpu", "people"]
    added = client.add("lab", Pool(pool="b200", kind="gpu", type="b200", cost=5))
    again = client.change("lab", replace(added.record, cost=6), added.version)
    assert (again.record.cost, client.record("lab", Pool, "b200")) == (6, again)
    with pytest.raises(ChangedMeanwhile, match="changed by somebody else"):
        client.change("lab", replace(added.record, cost=7), added.version)
    client.remove("lab", again.record, again.version)
    with pytest.raises(NotThere):
        client.record("lab", Pool, "b200")
    floor = client.add("lab", Floor(policy="ordinary", project="chat", need="gpu", share=0.5))
    assert client.record("lab", Floor, "ordinary", "chat", "gpu", None, None) == floor


def test_many_records_are_written_at_once_over_the_version_that_was_read(lab: tuple[Client, Database]) -> None:
    client, db = lab
    version = client.read("lab").version
    new = [Pool(pool="b200", kind="gpu", type="b200"), Capacity(pool="b200", week=date(2025, 12, 29), amount=3)]
    done = client.write("lab", put=new, version=version)
    assert (done.created, done.updated, done.removed) == (2, 0, 0)
    assert client.record("lab", Capacity, "b200", date(2025, 12, 29)).record == new[1]
    with pytest.raises(ChangedMeanwhile):
        client.write("lab", remove=new, version=version)
    assert client.write("lab", remove=new, version=done.version).removed == 2
    before = snapshot(db, "lab").digest
    with pytest.raises(ApiError) as refused:
        client.write("lab", put=[Capacity(pool="h900", week=date(2025, 12, 1), amount=1), new[1]])
    assert (refused.value.status, len(refused.value.faults)) == (409, 2)
    assert all(f.where.startswith("capacity/") and f.right for f in refused.value.faults)
    assert snapshot(db, "lab").digest == before


def test_a_solve_is_awaited_and_its_plan_is_the_planners(lab: tuple[Client, Database]) -> None:
    client, _ = lab
    plan = client.solve("lab", "ordinary", time_limit=5, key="monday", every=0.02)
    assert (plan.portfolio, plan.policy, plan.start) == ("lab", "ordinary", date(2025, 12, 1))
    assert plan.allocation.set_index(["project", "need"]).amount["chat", "gpu"] == 5.0
    assert plan.reasons.detail[0] == "=3 nodes, to chat"
    assert client.plan(client.plans("lab")[0]).moves.equals(plan.moves)
    assert client.summary(client.plans("lab")[0])["status"] == "optimal"
    number = len(client.plans("lab"))
    assert client.start("lab", "ordinary", time_limit=5, key="monday").plan is None
    assert len(client.plans("lab")) == number


def test_reports_of_the_solver_are_handed_on_once_and_a_failure_says_why(
    lab: tuple[Client, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = lab
    report = {"rank": 1, "name": "priority 0", "incumbent": 5.0, "bound": 6.0, "gap_percent": 2.5, "seconds": 0.1}
    first = client.start("lab", "ordinary")
    two = [report, report | {"seconds": 0.2}]
    answers = iter([replace(first, state=s, progress=p) for s, p in (("running", two[:1]), ("failed", two))])
    monkeypatch.setattr(client, "job", lambda number: next(answers))
    told: list[Progress] = []
    with pytest.raises(SolveFailed, match=f"job {first.id} failed"):
        raise SolveFailed(client.wait(first.id, told.append, every=0))
    assert [p.seconds for p in told] == [0.1, 0.2]


def test_a_question_about_a_plan_is_asked_and_awaited(lab: tuple[Client, Database]) -> None:
    client, _ = lab
    asked = client.ask(1, "price", pool="h100", week=date(2025, 12, 10), key="once")
    assert client.ask(1, "price", pool="h100", week=date(2025, 12, 10), key="once") == asked
    found = client.answered(asked.id, every=0.05)
    assert (found.plan, found.kind, found.asked) == (1, "price", {"pool": "h100", "week": "2025-12-08"})
    assert (found.state, [way["step"] for way in found.ways]) == ("done", [1.0, -1.0])
    job = client.apply(asked.id, 2, "one less", key="again")
    assert client.apply(asked.id, 2, "one less", key="again") == job
    assert (job.portfolio, job.policy, job.scenario is not None) == ("lab", "ordinary", True)
    with pytest.raises(ApiError, match="is no project of this plan"):
        client.ask(1, "force", project="nobody", must="in")


def test_a_refusal_names_every_fault_and_no_token(lab: tuple[Client, Database]) -> None:
    client, _ = lab
    with pytest.raises(ApiError) as refused:
        client.add("lab", Project(project="Not an id", kind="fun", priority=9, value=1.0))
    assert {f.where for f in refused.value.faults} == {"project", "kind", "priority"}
    assert "priority: Input should be less than or equal to 4" in str(refused.value)
    assert "codered_" not in repr(Wire("http://127.0.0.1:1", "codered_secret", 1))
    with pytest.raises(ApiError, match="401") as unknown:
        Client(client._wire.root.removesuffix("/api/v1"), "codered_guess").portfolios()
    assert unknown.value.status == 401
