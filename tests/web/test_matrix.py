"""Role x page x object, made from the URL map: one's own portfolio, another one, and what is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.actions import work
from app.actions.audit import verify
from app.actions.declare import declare, prefill
from app.actions.preview import preview
from app.rights import WEB, Of
from app.roles import EVERYWHERE, Role
from app.store import frontiers, jobs, sweeps
from app.web import cookie
from tests.databases import Makers
from tests.web.conftest import DEMO, Site, _site, enter, fill, visitor

NOTHING = 9_999
VALUES = {
    "kind": "zip",
    "table": "projects",
    "name": "summary.json",
    "token": NOTHING,
    "sheet": "moves",
    "word": "nothing",
    "webhook": NOTHING,
    "delivery": NOTHING,
    "number": 0,
    "inquiry": 1,
    "filename": "x.svg",
}
WHERE = (DEMO, "other", EVERYWHERE)
GUESTS = {"viewer": Role.VIEWER, "manager": Role.MANAGER, "executive": Role.EXECUTIVE, "admin": Role.ADMIN}
IN = "in"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, makers: Makers) -> Iterator[Site]:
    """The example with a scenario, a job and an upload, and an account of each role in it, elsewhere, everywhere."""
    for site in _site(tmp_path_factory.mktemp("matrix"), makers.copy("example", fill)):
        form = prefill(site.db, DEMO)
        declare(site.db, DEMO, form, "kim")
        with site.db.session() as session:
            facts = {
                "portfolio": DEMO,
                "scenario": None,
                "policy": "normal",
                "who": "kim",
                "kind": "plan",
                "options": {},
            }
            jobs.cancel_queued(session, jobs.add(session, facts), "")
            asked = {
                "portfolio": DEMO,
                "scenario": None,
                "policy": "normal",
                "who": "kim",
                "kind": "donors",
                "points": 3,
            }
            frontiers.add(session, {**asked, "plan": None, "digest": "", "options": {}})
            about = {name: asked[name] for name in ("portfolio", "scenario", "policy", "who")}
            sweeps.add(session, {**about, "digest": "", "options": {}}, [], {})
        upload = {"projects.csv": b"project,value\nads-platform,77\n"}
        site.app.config["UPLOAD"] = preview(site.db, upload, "kim", portfolio=DEMO)
        site.app.config["WORDS"] = {
            (name, where): enter(site.db, f"{name}-{n}", {where: role})
            for name, role in GUESTS.items()
            for n, where in enumerate(WHERE)
        }
        yield site
    work.shut_down()


@pytest.fixture
def gate(site: Site) -> Iterator[Site]:
    """The site with views that only say that they were reached: the matrix writes nothing and solves nothing."""
    views = dict(site.app.view_functions)
    site.app.view_functions = dict.fromkeys(views, lambda **_: IN)
    yield site
    site.app.view_functions = views


def rules(site: Site) -> list[tuple[str, Rule]]:
    """Every way of asking: a method and a rule."""
    found = []
    for rule in site.app.url_map.iter_rules():
        found += [(m, rule) for m in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def address(site: Site, rule: Rule, *, nothing: bool = False) -> str:
    """The address of the rule's object: of the example, or of nothing."""
    values = VALUES | {
        "plan_id": NOTHING if nothing else 2, "job_id": NOTHING if nothing else 1,
        "scenario": NOTHING if nothing else 1, "run_id": NOTHING if nothing else 1, "sweep": NOTHING if nothing else 1,
        "upload": "nothing" if nothing else site.app.config["UPLOAD"],
        "portfolio": "nothing" if nothing else DEMO,
    }  # fmt: skip
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None
    return f"{built[1]}?portfolio={'nothing' if nothing else DEMO}"


def ask(client: FlaskClient, method: str, path: str) -> str:
    """What came: `in`, or the status; with nothing in the form but the portfolio."""
    data = {"portfolio": path.rpartition("=")[2]} if method == "POST" else None
    answer = client.open(path, method=method, data=data)
    return IN if answer.text == IN else str(answer.status_code)


def as_account(site: Site, role: str, where: str) -> FlaskClient:
    client = visitor(site)
    client.set_cookie(cookie.OVER_HTTP, site.app.config["WORDS"][role, where])
    return client


def expected(rule: Rule, role: Role, where: str) -> str:
    """What the table says of an object of the example: `in`, or the status of the refusal."""
    right = WEB[rule.endpoint]
    if right.role is None:
        return IN
    high = role >= right.role
    if right.of is Of.ALL:
        return IN if high and where == EVERYWHERE else "403"
    if right.of is Of.SOME:
        return IN if high else "403"
    if where in (DEMO, EVERYWHERE):
        return IN if high else "403"
    return "403" if right.of in (Of.NAMED, Of.EXAMPLE) else "404"


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("role", GUESTS)
def test_each_role_reaches_what_the_table_says_and_nothing_else(gate: Site, role: str, where: str) -> None:
    client = as_account(gate, role, where)
    found = {(m, r.rule): ask(client, m, address(gate, r)) for m, r in rules(gate)}
    wanted = {(m, r.rule): expected(r, GUESTS[role], where) for m, r in rules(gate)}
    assert found == wanted
    assert len(found) > 60


def test_nobody_reaches_anything_but_the_sign_in_without_a_session(gate: Site) -> None:
    client = visitor(gate)
    for method, rule in rules(gate):
        answer = client.open(address(gate, rule), method=method)
        if WEB[rule.endpoint].of is Of.ANYBODY:
            assert answer.text == IN
        else:
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), rule


@pytest.mark.parametrize("role", GUESTS)
def test_what_is_of_another_portfolio_answers_like_what_is_not_there(gate: Site, role: str) -> None:
    client = as_account(gate, role, "other")
    for method, rule in rules(gate):
        there = client.open(address(gate, rule), method=method)
        nothing = client.open(address(gate, rule, nothing=True), method=method)
        assert there.status_code == nothing.status_code, rule


def test_no_page_shows_anything_of_a_portfolio_that_its_reader_may_not_see(site: Site) -> None:
    client = as_account(site, "admin", "other")
    for _, rule in (
        one for one in rules(site) if one[0] == "GET" and one[1].endpoint not in ("static", "export.empty")
    ):
        for path in {address(site, rule), address(site, rule).split("?")[0]}:
            text = client.get(path).text
            assert "ads-platform" not in text, path
            assert "A frontier AI lab" not in text, path


def test_what_is_only_read_writes_nothing(site: Site) -> None:
    client = as_account(site, "admin", EVERYWHERE)
    before = verify(site.db)
    for rule in (r for method, r in rules(site) if method == "GET"):
        client.get(address(site, rule))
    assert verify(site.db) == before
    assert before.lines > 10


def test_what_is_not_in_the_table_is_refused_to_everybody(gate: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_account(gate, "admin", EVERYWHERE)
    assert client.get("/plans").text == IN
    monkeypatch.delitem(WEB, "plan.listing")
    assert client.get("/plans").status_code == 403
