"""Who may use the API: tokens with scope and expiry, and the role x operation x object matrix from the URL map."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import api
from app.actions import accounts, tokens
from app.actions.scenarios import add_scenario
from app.api import context
from app.config import Settings
from app.db import Database
from app.rights import API, Of
from app.roles import EVERYWHERE, Role
from app.store import inquiries, jobs, sweeps
from app.tables.accounts import TokenRow
from tests.api.conftest import bearer, site
from tests.api.test_api import LAB, NODES, V1

GUESTS = {"viewer": Role.VIEWER, "manager": Role.MANAGER, "executive": Role.EXECUTIVE, "admin": Role.ADMIN}
WHERE = ("lab", "other", EVERYWHERE)
VERBS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
IN, NOTHING = "in", 9_999


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, whole: str) -> Iterator[Flask]:
    """The API alone, with a scenario, a job and a plan; its views only say that they were reached."""
    folder: Path = tmp_path_factory.mktemp("matrix")
    app, db = site(folder, whole)
    add_scenario(db, "lab", "try", "ordinary", [], "ann")
    with db.session() as session:
        facts = {
            "portfolio": "lab",
            "scenario": None,
            "policy": "ordinary",
            "who": "ann",
            "kind": "plan",
            "options": {},
        }
        jobs.cancel_queued(session, jobs.add(session, facts), "")
        asked = {"portfolio": "lab", "scenario": None, "policy": "ordinary", "options": {}, "digest": "", "who": "ann"}
        sweeps.add(session, asked, [], {})
        inquiries.add(session, {"plan": 1, "kind": "force", "asked": {}, "who": "ann"})
    accounts.add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    made = api.build()
    made.wsgi_app = context.standing_on(db, app.extensions["codered"][1], made.wsgi_app)  # type: ignore[method-assign]
    made.view_functions = dict.fromkeys(made.view_functions, lambda **_: IN)
    made.config["TOKENS"] = {(n, w): bearer(db, "kim", r, w) for n, r in GUESTS.items() for w in WHERE}
    yield made
    db.close()


def ways(door: Flask) -> list[tuple[str, Rule]]:
    """Every way of asking: a method and a rule."""
    return [(m, rule) for rule in door.url_map.iter_rules() for m in sorted((rule.methods or set()) & VERBS)]


def ask(client: FlaskClient, method: str, rule: Rule, token: str = "", *, nothing: bool = False) -> str:
    """What came: `in`, or the status."""
    texts = dict.fromkeys(rule.arguments, "x")
    numbers = {"number": NOTHING if nothing else 1, "portfolio": "nothing" if nothing else "lab"}
    built = rule.build({**texts, **numbers})
    assert built is not None
    body = {"portfolio": [{"portfolio": numbers["portfolio"]}]} if rule.endpoint == "_create" else None
    answer = client.open(built[1], method=method, json=body, headers={"Authorization": token} if token else {})
    return IN if answer.text == IN else str(answer.status_code)


def expected(rule: Rule, role: Role, where: str) -> str:
    """What the table says of an object of `lab`."""
    right = API[rule.endpoint]
    if right.role is None:
        return IN
    if where == "other":
        return "403" if right.of is Of.NAMED else "404"
    return IN if role >= right.role else "403"


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("role", GUESTS)
def test_each_token_reaches_what_the_table_says_and_nothing_else(door: Flask, role: str, where: str) -> None:
    client, token = door.test_client(), door.config["TOKENS"][role, where]
    found = {(m, r.rule): ask(client, m, r, token) for m, r in ways(door)}
    assert found == {(m, r.rule): expected(r, GUESTS[role], where) for m, r in ways(door)}
    assert len(found) > 100


def test_without_a_token_only_the_reference_is_there(door: Flask) -> None:
    client = door.test_client()
    for method, rule in ways(door):
        assert ask(client, method, rule) == (IN if API[rule.endpoint].of is Of.ANYBODY else "401"), rule


def test_what_is_of_another_portfolio_answers_like_what_is_not_there(door: Flask) -> None:
    client, token = door.test_client(), door.config["TOKENS"]["admin", "other"]
    for method, rule in ways(door):
        assert ask(client, method, rule, token) == ask(client, method, rule, token, nothing=True), rule


def test_what_is_no_token_is_a_problem_that_says_how_to_ask(app: Flask) -> None:
    client = app.test_client()
    for header in ("", "Basic a2ltOng=", "Bearer", "Bearer codered_guess", "Bearer " + "x" * 500):
        answer = client.get(LAB, headers={"Authorization": header} if header else {})
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="codered"')
        assert ("invalid_token" in answer.headers["WWW-Authenticate"]) is header.startswith("Bearer")


def test_a_token_ends_when_it_expires_is_removed_or_its_owner_is_shut_out(client: FlaskClient, db: Database) -> None:
    accounts.add_account(db, "lee", None, {"lab": Role.VIEWER}, "ann")
    first, second = (bearer(db, "lee", Role.VIEWER, "lab") for _ in range(2))

    def status(token: str) -> int:
        return client.get(LAB, headers={"Authorization": token}).status_code

    assert (status(first), status(second)) == (200, 200)
    tokens.remove_token(db, "lee", tokens.list_tokens(db, "lee")[-1].id)
    assert (status(first), status(second)) == (401, 200)
    accounts.set_role(db, "lee", "lab", None, "ann")
    assert status(second) == 404
    accounts.revoke(db, "lee", "ann")
    assert status(second) == 401
    with db.session() as session:
        for row in session.scalars(sa.select(TokenRow)):
            row.expires_at -= timedelta(days=2)
    assert client.get(LAB).status_code == 401


def test_a_list_has_only_what_its_reader_may_see(client: FlaskClient, db: Database) -> None:
    records = client.get(LAB).json["records"]
    records["portfolio"][0]["portfolio"] = "secret"
    assert client.post(f"{V1}/portfolios", json=records).status_code == 201
    narrow = {"Authorization": bearer(db, "kim", Role.MANAGER, "lab")}
    listed = client.get(f"{V1}/portfolios", headers=narrow).json
    assert [p["portfolio"] for p in listed["items"]] == ["lab"]
    assert client.get(f"{V1}/portfolios/secret", headers=narrow).status_code == 404
    records["portfolio"][0]["portfolio"] = "mine"
    assert client.post(f"{V1}/portfolios", json=records, headers=narrow).status_code == 403


def test_an_idempotency_key_belongs_to_its_account(client: FlaskClient, db: Database) -> None:
    accounts.add_account(db, "lee", None, {"lab": Role.MANAGER}, "ann")
    key = {"Idempotency-Key": "run-1"}
    assert client.post(f"{LAB}/pools", json=NODES, headers=key).status_code == 201
    other = client.post(
        f"{LAB}/pools", json=NODES, headers=key | {"Authorization": bearer(db, "lee", Role.MANAGER, "lab")}
    )
    assert (other.status_code, "Idempotent-Replayed" in other.headers) == (409, False)


def test_the_document_and_the_offline_reference_say_how_to_sign_in(client: FlaskClient) -> None:
    document = client.get(f"{V1}/openapi.json").json
    scheme = document["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["security"] == [{"token": []}], path
            assert {"401", "403"} <= set(operation["responses"]), path
    assert "Authorization: Bearer codered_" in client.get(f"{V1}/").text


def test_without_a_key_of_its_own_the_api_answers_this_machine_only(client: FlaskClient) -> None:
    assert client.get(LAB, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
    assert client.get(LAB, headers={"Host": "rebound.example"}).status_code == 403
    assert Settings(hosts="plan.example, x").trusted_hosts == ["plan.example", "x"]
