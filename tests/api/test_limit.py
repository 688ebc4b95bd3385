"""An account that asks the API too often is told when to go on, and the reference says so."""

from __future__ import annotations

from app import create_app
from app.actions.accounts import add_account
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role
from tests.api.conftest import bearer

PORTFOLIOS, REFERENCE = "/api/v1/portfolios", "/api/v1/openapi.json"


def test_too_many_requests_are_answered_with_a_problem_and_when_to_go_on(url: str) -> None:
    db = Database(url)
    for name in ("kim", "eve"):
        add_account(db, name, None, {EVERYWHERE: Role.ADMIN}, "ann")
    app = create_app(Settings(database_url=url, api_limit=3))
    client, headers = app.test_client(), {"Authorization": bearer(db, "kim")}
    answers = [client.get(PORTFOLIOS, headers=headers) for _ in range(8)]  # a minute may end meanwhile, but not twice
    refused = [a for a in answers if a.status_code == 429]
    assert 2 <= len(refused) <= 5
    assert {a.status_code for a in answers} == {200, 429}
    assert refused[0].mimetype == "application/problem+json"
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    told = refused[0].get_json()
    assert (told["status"], told["title"]) == (429, "Too Many Requests")
    assert "may ask 3 times a minute" in told["detail"]
    assert client.get(PORTFOLIOS, headers={"Authorization": bearer(db, "kim")}).status_code in (200, 429)
    assert client.get(PORTFOLIOS, headers={"Authorization": bearer(db, "eve")}).status_code == 200
    assert client.get(REFERENCE).status_code == 200
    db.close()


def test_the_reference_says_that_requests_may_be_too_many(url: str) -> None:
    document = create_app(Settings(database_url=url)).test_client().get(REFERENCE).get_json()
    operations = [one for path in document["paths"].values() for one in path.values() if isinstance(one, dict)]
    assert len(operations) > 20
    for one in operations:
        answer = one["responses"]["429"]
        assert "application/problem+json" in answer["content"]
        assert answer["headers"]["Retry-After"]["schema"]["type"] == "integer"
