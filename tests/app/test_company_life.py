"""What people do to a portfolio in any order: after every step nothing is lost, nothing is twice, and all is told.

A few dozen steps in an ordinary run; CODERED_LIVES and CODERED_STEPS ask for more lives, and for longer ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from app.actions import work
from app.actions.acknowledge import acknowledge
from app.actions.acknowledge_moves import acknowledge_moves
from app.actions.advice import advise
from app.actions.approve import approve
from app.actions.audit import verify
from app.actions.code_reds import order_code_reds
from app.actions.decide import COMPUTED, OF_RECORD, PROPOSED, REPLACED, SENT_BACK, propose, send_back, standing
from app.actions.declare import Declaration, declare
from app.actions.edit import add_record, edit_record, rows
from app.actions.end_early import end_early, weeks_to_end
from app.actions.import_data import import_portfolio
from app.actions.plans import get_plan, list_plans, plan_files, plan_of_record
from app.actions.recompute import start
from app.actions.scenario_edit import ScenarioEdit, archive_scenario, change_scenario, copy_scenario, rename_scenario
from app.actions.scenarios import get_changes, get_scenario, list_scenarios
from app.actions.snapshot import snapshot
from app.actions.week import newest_approval, teams_of
from app.cells import cells_of, key_text
from app.db import Database
from app.errors import Conflict, Refused
from app.store import audit, records
from app.store.scenarios import DRAFT
from app.tables import AuditRow
from solver.progress import Options
from tests.app.lab import FILES, as_bytes
from tests.app.test_recompute import wait
from tests.databases import SQLITE, Makers
from tests.solver.test_conservation import assert_right

STEPS, LIVES = (int(os.environ.get(name, few)) for name, few in (("CODERED_STEPS", 20), ("CODERED_LIVES", 4)))
PORTFOLIO, FIRST = "lab", date(2025, 12, 1)
COUNTED = ("edit", "add", "declare", "propose", "send back", "approve")
"""What is written to a portfolio counts its revision up by one, and is one line of the audit trail."""
DECISIONS: dict[Any, tuple[tuple[str, ...], str]] = {
    propose: ((COMPUTED, SENT_BACK, REPLACED), PROPOSED),
    send_back: ((PROPOSED,), SENT_BACK),
    approve: ((COMPUTED, PROPOSED, REPLACED), OF_RECORD),
}
"""Where a plan may stand before a decision, and where it stands afterwards."""
people, reasons = st.sampled_from(["ann", "eve", "kim"]), st.sampled_from(["visits fell", "agreed", "ads pay too much"])


class Company(RuleBasedStateMachine):
    """One portfolio with chat, ads and training, and what is known of it without asking it."""

    makers: ClassVar[Makers]
    scenarios: Bundle[int] = Bundle("scenarios")
    plans: Bundle[int] = Bundle("plans")

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.db = Database(self.open.enter_context(self.makers.migrated(SQLITE)))
        self.open.callback(self.db.close)
        self.lines = 0
        self.states: dict[int, str] = {}
        self.files: dict[int, dict[str, str]] = {}
        self.versions: dict[int, int] = {}
        self.tried: dict[int, int | None] = {}
        self.seen: set[tuple[int, Any, str]] = set()

    def teardown(self) -> None:
        for plan, files in self.files.items():
            assert plan_files(self.db, plan) == files, "a stored plan changed"
        self.open.close()

    @initialize()
    def found(self) -> None:
        import_portfolio(self.db, as_bytes(FILES), "ann")
        self.lines = len(self.trail())

    # -- the portfolio ---------------------------------------------------------------------------

    @rule(
        what=st.sampled_from([("projects", ("ads",), "value"), ("projects", ("chat",), "value")])
        | st.sampled_from([("capacity", ("h100", FIRST.isoformat()), "amount"), ("needs", ("ads", "gpu"), "full")]),
        value=st.integers(4, 6), who=people,
    )  # fmt: skip
    def edit(self, what: tuple[str, tuple[str, ...], str], value: int, who: str) -> None:
        table, key, column = what
        value += 6 * (table == "capacity")
        row = next(r for r in rows(self.db, PORTFOLIO, table) if key_text(table, r.key) == "/".join(key))
        with pytest.raises(Conflict):
            edit_record(self.db, PORTFOLIO, table, key, {column: "99"}, row.version - 1, who)
        edit_record(self.db, PORTFOLIO, table, key, {column: str(value)}, row.version, who)
        self.lines += getattr(row.record, column) != value

    @rule(value=st.sampled_from([190, 203]), who=people)
    def measure(self, value: int, who: str) -> None:
        day = max(s.day for s in snapshot(self.db, PORTFOLIO).signals) + timedelta(days=1)
        cells = {"signal": "visits", "date": day.isoformat(), "value": str(value)}
        add_record(self.db, PORTFOLIO, "signals", cells, who)
        self.lines += 1

    @rule(reason=reasons, who=people)
    def acknowledge_advice(self, reason: str, who: str) -> None:
        problem = snapshot(self.db, PORTFOLIO)
        if advise(problem.triggers[0], problem.signals).advised:
            acknowledge(self.db, PORTFOLIO, "visits-fall", reason, who)
            self.lines += 1
        else:
            with pytest.raises(Refused):
                acknowledge(self.db, PORTFOLIO, "visits-fall", reason, who)

    # -- scenarios -------------------------------------------------------------------------------

    @rule(
        target=scenarios, policy=st.sampled_from(["code-red", "second"]), weeks=st.integers(2, 3),
        ads=st.sampled_from(["pause", "normal"]), floor=st.integers(0, 4), who=people,
    )  # fmt: skip
    def declare(self, policy: str, weeks: int, ads: str, floor: int, who: str) -> int:
        end = (FIRST + timedelta(weeks=weeks)).isoformat()
        kept = {"project": "training", "need": "gpu", "pool": "h100", "amount": str(floor)}
        declaration = Declaration(
            policy=policy, owner="Eve", reason="visits fall", start=FIRST.isoformat(), end=end, based_on="ordinary",
            stances={"chat": "focus", "training": "protect", "ads": ads}, floors=(kept,),
        )  # fmt: skip
        return self.made(declare(self.db, PORTFOLIO, declaration, who))

    @rule(target=scenarios, source=st.none() | scenarios, who=people)
    def copy(self, source: int | None, who: str) -> int:
        made = self.made(copy_scenario(self.db, PORTFOLIO, source, "", "ordinary", who))
        assert snapshot(self.db, PORTFOLIO, made) == snapshot(self.db, PORTFOLIO, source)
        return made

    @rule(scenario=scenarios, value=st.integers(1, 9), who=people)
    def change(self, scenario: int, value: int, who: str) -> None:
        before, portfolio = snapshot(self.db, PORTFOLIO, scenario).project["ads"].value, snapshot(self.db, PORTFOLIO)
        self.write(scenario, {"value": str(value)}, who, different=before != value)
        assert snapshot(self.db, PORTFOLIO) == portfolio

    @rule(scenario=scenarios, who=people)
    def undo(self, scenario: int, who: str) -> None:
        ours, theirs = (snapshot(self.db, PORTFOLIO, of).project["ads"] for of in (scenario, None))
        if self.write(scenario, cells_of("projects", theirs), who, different=ours != theirs):
            assert ("projects", "ads") not in {(c.table, c.key) for c in get_changes(self.db, scenario)}

    @rule(scenario=scenarios, who=people)
    def rename(self, scenario: int, who: str) -> None:
        if get_scenario(self.db, scenario).status == DRAFT:
            rename_scenario(self.db, scenario, f"tried by {who}", self.versions[scenario], who)
            self.versions[scenario] += 1
            self.lines += 1

    @rule(scenario=scenarios, back=st.booleans(), who=people)
    def put_away_or_back(self, scenario: int, back: bool, who: str) -> None:
        if (get_scenario(self.db, scenario).status == "archived") is back:
            archive_scenario(self.db, scenario, who, back=back)
            self.versions[scenario] += 1
            self.lines += 1

    @rule(target=scenarios, first=scenarios, second=scenarios, who=people)
    def order(self, first: int, second: int, who: str) -> Any:
        both = [get_scenario(self.db, s) for s in (first, second)]
        reds = [snapshot(self.db, PORTFOLIO, s.id).policy[s.policy] for s in both]
        plain = {c.table for s in both for c in get_changes(self.db, s.id)} <= {"policies", "stances", "floors"}
        same_weeks = len({(red.start, red.end) for red in reds}) == 1
        single = all(s.kind == "code_red" and s.policy in ("code-red", "second") for s in both)
        if plain and same_weeks and single and reds[0].policy != reds[1].policy:
            return self.made(order_code_reds(self.db, PORTFOLIO, {first: 1, second: 2}, who))
        with pytest.raises(Refused):
            order_code_reds(self.db, PORTFOLIO, {first: 1, second: 2}, who)
        return multiple()

    # -- plans -----------------------------------------------------------------------------------

    @rule(target=plans, scenario=st.none() | scenarios, who=people)
    def solve(self, scenario: int | None, who: str) -> Any:
        policy = "ordinary" if scenario is None else get_scenario(self.db, scenario).policy
        asked = snapshot(self.db, PORTFOLIO, scenario)
        plan = self.stored(start(self.db, PORTFOLIO, scenario, policy, who, Options(time_limit=10)))
        if plan is None:
            return multiple()
        assert get_plan(self.db, plan).problem == asked
        return plan

    @rule(plan=plans, reason=reasons, who=people)
    def propose(self, plan: int, reason: str, who: str) -> None:
        self.decide(propose, plan, reason, who)

    @rule(plan=plans, reason=reasons, who=people)
    def send_back(self, plan: int, reason: str, who: str) -> None:
        self.decide(send_back, plan, reason, who)

    @rule(plan=plans, reason=reasons, who=people)
    def approve(self, plan: int, reason: str, who: str) -> None:
        before, scenario = self.of_record(), self.tried[plan]
        if not self.decide(approve, plan, reason, who):
            return
        if before is not None:
            self.states[before] = REPLACED
        if scenario is not None:
            self.versions[scenario] += 1

    @rule(target=plans, later=st.integers(0, 1), reason=reasons, who=people)
    def end_early(self, later: int, reason: str, who: str) -> Any:
        record = plan_of_record(self.db, PORTFOLIO)
        weeks = weeks_to_end(record.problem.policy[record.policy]) if record else []
        if later >= len(weeks):
            with pytest.raises(Refused):
                end_early(self.db, PORTFOLIO, FIRST + timedelta(weeks=1 + later), reason, who)
            return multiple()
        job = end_early(self.db, PORTFOLIO, weeks[later], reason, who, Options(time_limit=10))
        self.made(max(s.id for s in list_scenarios(self.db, PORTFOLIO)))
        plan = self.stored(job)
        assert self.of_record() == (record.id if record else None)
        return multiple() if plan is None else plan

    @rule(who=people)
    def acknowledge_moves(self, who: str) -> None:
        record = self.of_record()
        if record is None:
            return
        with self.db.reading() as session:
            approval = newest_approval(session, PORTFOLIO).id
        for team in sorted(teams_of(get_plan(self.db, record)))[:1]:
            fresh = (approval, team, who) not in self.seen
            assert acknowledge_moves(self.db, PORTFOLIO, approval, [team], who) == fresh
            self.seen.add((approval, team, who))
            self.lines += fresh

    # -- what holds after every step -------------------------------------------------------------

    @invariant()
    def everything_is_told_once_and_the_chain_holds(self) -> None:
        checked = verify(self.db)
        assert checked.good
        trail = self.trail()
        assert checked.lines == len(trail) == self.lines

    @invariant()
    def versions_count_what_the_trail_tells(self) -> None:
        trail = self.trail()
        with self.db.reading() as session:
            revision = records.revision(session, PORTFOLIO)
        assert revision == bool(trail) + sum(line.verb in COUNTED for line in trail)
        approved = [line.subject for line in trail if line.verb == "approve"]
        of_scenarios = [plan for plan, scenario in self.tried.items() if scenario is not None]
        told = sum(line.record_table == "scenarios" for line in trail)
        told += sum(approved.count(f"plan {plan}") for plan in of_scenarios)
        assert told == sum(version - 1 for version in self.versions.values())
        if trail:
            assert {s.id: s.version for s in list_scenarios(self.db, PORTFOLIO)} == self.versions

    @invariant()
    def the_plan_of_record_was_approved_last_and_every_plan_stands_where_it_was_put(self) -> None:
        if not self.lines:
            return
        record = plan_of_record(self.db, PORTFOLIO)
        assert (record.id if record else None) == self.of_record()
        approved = [line.subject for line in self.trail() if line.verb == "approve"]
        assert (f"plan {record.id}" if record else None) == (approved[-1] if approved else None)
        assert {plan.id: standing(self.db, plan.id).state for plan in list_plans(self.db, PORTFOLIO)} == self.states

    # -- how ---------------------------------------------------------------------------------------

    def trail(self) -> list[AuditRow]:
        with self.db.reading() as session:
            return list(audit.lines(session))

    def of_record(self) -> int | None:
        return next((plan for plan, state in self.states.items() if state == OF_RECORD), None)

    def made(self, scenario: int) -> int:
        """A scenario is new; one line tells of it."""
        assert scenario not in self.versions
        self.versions[scenario] = 1
        self.lines += 1
        return scenario

    def write(self, scenario: int, cells: dict[str, str], who: str, *, different: bool) -> bool:
        """Write cells of ads in a scenario; whether it may be written."""
        edit = [ScenarioEdit("projects", "ads", cells)]
        if get_scenario(self.db, scenario).status != DRAFT:
            with pytest.raises(Refused):
                change_scenario(self.db, scenario, edit, self.versions[scenario], who)
            return False
        with pytest.raises(Conflict):
            change_scenario(self.db, scenario, edit, self.versions[scenario] - 1, who)
        self.versions[scenario] += different
        self.lines += different
        written = change_scenario(self.db, scenario, edit, self.versions[scenario] - different, who)
        assert written == self.versions[scenario]
        return True

    def stored(self, job: int) -> int | None:
        """The plan of a job, which conserves what there is; None where no plan can obey all rules."""
        ended = wait(self.db, job, seconds=60)
        if ended.plan_id is None:
            assert (ended.state, ended.message) == ("failed", "no plan can obey all rules")
            return None
        plan = get_plan(self.db, ended.plan_id)
        assert_right(plan.problem, plan.policy, plan.outcome)
        assert plan.id not in self.states
        self.states[plan.id], self.files[plan.id] = COMPUTED, plan_files(self.db, plan.id)
        self.tried[plan.id] = plan.scenario
        self.lines += 1
        return plan.id

    def decide(self, verb: Any, plan: int, reason: str, who: str) -> bool:
        """Decide about a plan; whether that is possible where it stands."""
        allowed, after = DECISIONS[verb]
        if self.states[plan] not in allowed:
            with pytest.raises(Refused):
                verb(self.db, plan, reason, who)
            return False
        verb(self.db, plan, reason, who)
        self.states[plan] = after
        self.lines += 1
        return True


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    """One warm solver for all lives."""
    work.use(work.Worker())
    yield
    work.shut_down()


def test_whatever_people_do_nothing_is_lost_and_nothing_is_promised_twice(makers: Makers) -> None:
    Company.makers = makers
    limits = settings(
        max_examples=LIVES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Company, settings=limits)
