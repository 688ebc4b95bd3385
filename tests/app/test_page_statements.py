"""How many SQL statements every page may take: the same for a small portfolio and a large one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.actions import frontiers, inquiries, recompute, sweeps, work
from app.actions.accounts import add_account
from app.actions.approve import approve
from app.actions.declare import declare
from app.actions.frontiers import Question
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.preview import preview
from app.actions.question import Question as Asked
from app.actions.scenario_edit import copy_scenario
from app.actions.sign_in import begin_session
from app.actions.snapshot import snapshot
from app.actions.tokens import CALENDAR, add_token
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.web import cookie
from solver.problem import Problem
from solver.records import TABLES
from solver.sweep import grid
from tests.app.lab import FILES, as_bytes, outcome
from tests.app.test_scenarios import CODE_RED
from tests.app.test_statements import counted

ALL = len(TABLES)
"""What is read of a portfolio that has to be read as a whole: an upload is compared with every record."""
PAGES: dict[str, tuple[str, int]] = {
    "situation.show": ("/", 14), "declare.show": ("/declare", 9), "week.show": ("/week", 18),
    "imports.form": ("/import", 5), "imports.show": ("/import/{upload}", 7),
    "jobs.show": ("/jobs/{job}", 9), "jobs.progress": ("/jobs/{job}/progress", 9), "operators.listing": ("/jobs", 9),
    "plan.listing": ("/plans", 8), "plan.show": ("/plans/{plan}", 14), "plan.moves": ("/plans/{plan}/moves", 9),
    "plan.why": ("/plans/{plan}/why", 9), "plan.ledger": ("/plans/{plan}/ledger", 9),
    "plan.recheck": ("/plans/{plan}/check", 9), "plan.use": ("/plans/{plan}/use?pool=h100&week=2025-12-01", 9),
    "people.show": ("/plans/{plan}/people", 12), "risks.show": ("/plans/{plan}/risks", 12),
    "risks.state": ("/plans/{plan}/risks/state", 12), "approve.form": ("/plans/{plan}/approve", 12),
    "brief.show": ("/plans/{plan}/brief", 14), "review.show": ("/plans/1/review", 16),
    "portfolio.show": ("/portfolio?table=needs", 6), "capacity.show": ("/capacity", 8), "export.show": ("/export", 8),
    "records.edit": ("/records/projects/edit?k=ads", 9), "records.new": ("/records/needs/new", 9),
    "scenarios.listing": ("/scenarios", 10), "scenarios.show": ("/scenarios/1", 12),
    "compare.show": ("/compare?plan=1&plan={plan}", 13),
    "tradeoffs.listing": ("/tradeoffs", 17), "tradeoffs.show": ("/tradeoffs/{run}", 14),
    "tradeoffs.state": ("/tradeoffs/{run}/state", 13),
    "sweeps.listing": ("/sweeps", 20), "sweeps.show": ("/sweeps/{sweep}", 20),
    "sweeps.state": ("/sweeps/{sweep}/state", 20),
    "inquiries.show": ("/plans/2/inquiries/{inquiry}", 13),
    "inquiries.state": ("/plans/2/inquiries/{inquiry}/state", 10),
    "account.show": ("/account", 7), "accounts.listing": ("/accounts", 7),
    "grid.show": ("/grid/needs", 9), "grid.table_rows": ("/grid/needs/rows", 7),
    "webhooks.listing": ("/webhooks", 6), "webhooks.log": ("/webhooks/log", 8),
    "calendar.show": ("/calendar/{calendar}.ics", 12), "sign_in.show": ("/sign-in", 2),
    "health.ready": ("/readyz", 2), "health.figures": ("/metrics", 9),
}  # fmt: skip
"""Every page, where it is, and the most statements that one answer takes, who is asking included."""
VARIED = grid([("projects.ads.value", ["1", "2"])])
FILES_AND_OTHERS = {
    "static", "health.live", "sign_in.away", "sign_in.back", "grid.choose",
    "imports.steps", "risks.file", "export.portfolio_zip", "export.portfolio_book", "export.empty", "export.table_csv",
    "export.plan_zip", "export.plan_file", "brief.picture", "tradeoffs.file", "sweeps.file", "review.table",
    "week.file",
}  # fmt: skip
"""What is no page: files to keep, the way to another page, and what asks no database."""


@pytest.fixture
def site(lab: Database, problem: Problem, tmp_path: Path) -> Iterator[FlaskClient]:
    """Requests of kim to a portfolio with a code red and two plans."""
    declare(lab, "lab", CODE_RED, "eve")
    for nodes in (4, 5):
        store_plan(lab, problem, outcome(problem, nodes), 1, "ann")
    approve(lab, 1, "good", "eve")
    add_account(lab, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    app = create_app(Settings(instance=tmp_path, database_url=lab.url.render_as_string(hide_password=False)))
    client = app.test_client()
    client.set_cookie(cookie.OVER_HTTP, begin_session(lab, None, "kim", "a browser"))
    yield client
    app.extensions["codered"][0].close()


@pytest.fixture
def places(site: FlaskClient, lab: Database) -> dict[str, object]:
    """The numbers and words that addresses name."""
    with work.elsewhere():
        job = recompute.start(lab, "lab", None, "ordinary", "eve")
        run = frontiers.start(lab, "lab", Question("length", CODE_RED.policy, 1), "eve")
        sweep = sweeps.start(lab, "lab", 1, CODE_RED.policy, VARIED, "eve")
        inquiry = inquiries.ask(lab, 2, Asked("force", project="ads", must="in"), "eve")
    calendar = add_token(lab, None, "kim", "for the week", Role.VIEWER, "lab", 9, CALENDAR)
    return {
        "plan": 2,
        "job": job,
        "run": run,
        "sweep": sweep,
        "inquiry": inquiry,
        "upload": preview(lab, as_bytes(FILES), "kim"),
        "calendar": calendar,
    }


def statements_of(site: FlaskClient, page: str) -> list[str]:
    """What a page takes when it is opened again, with nothing left to be noted for the first time."""
    assert site.get(page).status_code == 200, page
    with counted(site.application.extensions["codered"][0]) as statements:
        site.get(page)
    return statements


def all_counts(site: FlaskClient, places: Mapping[str, object]) -> dict[str, int]:
    """The statements of every page."""
    return {name: len(statements_of(site, path.format(**places))) for name, (path, _) in PAGES.items()}


def larger() -> dict[str, bytes]:
    """The lab with forty more projects, and days of measuring."""
    files = dict(FILES)
    for number in range(40):
        files["projects.csv"] += f"more{number},More {number},Growth,run,4,1,running,\n"
        files["needs.csv"] += f"more{number},gpu,gpu,1,0\n"
        files["eligible.csv"] += f"more{number},gpu,h100\n"
        files["signals.csv"] += f"visits,2024-01-{number % 28 + 1:02d},{number}\n" if number < 28 else ""
    return as_bytes(files)


@pytest.mark.no_cover
def test_every_page_takes_as_many_statements_for_a_large_portfolio_as_for_a_small_one(
    site: FlaskClient, lab: Database, places: dict[str, object]
) -> None:
    few = all_counts(site, places)
    import_portfolio(lab, larger(), "ann")
    problem = snapshot(lab, "lab")
    for number in range(5):
        copy_scenario(lab, "lab", 1, f"copy {number}", "", "eve")
        plan = store_plan(lab, problem, outcome(problem, number), number + 2, "ann")
        add_account(lab, f"viewer{number}", None, {"lab": Role.VIEWER}, "ann")
        add_token(lab, None, "kim", f"script {number}", Role.VIEWER, "lab", 9)
        with work.elsewhere():
            frontiers.start(lab, "lab", Question("length", CODE_RED.policy, 1, points=5 + number), "eve")
            sweeps.start(lab, "lab", 1, CODE_RED.policy, VARIED, "eve")
            inquiries.ask(lab, 2, Asked("takes", project="ads", week="2025-12-01", pace=0.1 + number / 10), "eve")
    places |= {"plan": plan, "upload": preview(lab, larger(), "kim")}
    assert all_counts(site, places) == few
    assert {name: count for name, count in few.items() if count > PAGES[name][1]} == {}


def test_every_page_has_its_bound(site: FlaskClient) -> None:
    rules = site.application.url_map.iter_rules()
    served = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert served == PAGES.keys() | FILES_AND_OTHERS
    assert not PAGES.keys() & FILES_AND_OTHERS
