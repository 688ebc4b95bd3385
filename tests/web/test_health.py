"""What machines ask a server: alive, ready, figures, and the id that a request keeps through the logs."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from structlog.testing import capture_logs

from app import create_app, metrics
from app.config import Settings
from tests.web.conftest import Site

pytestmark = pytest.mark.on_both


def figures(client: FlaskClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample that `/metrics` tells: name and labels -> value."""
    text = client.get("/metrics").get_data(as_text=True)
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def counted(client: FlaskClient, endpoint: str, status: str) -> float:
    labels = tuple(sorted({"door": "web", "endpoint": endpoint, "method": "GET", "status": status}.items()))
    return figures(client).get(("codered_request_seconds_count", labels), 0.0)


def test_a_server_that_answers_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_server_with_the_newest_schema_is_ready(demo: Site) -> None:
    answer = demo.app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"ready": True, "schema": demo.db.newest(), "reason": ""}


def test_a_server_with_an_old_schema_is_alive_but_not_ready(empty: Site) -> None:
    empty.db.downgrade("0001")
    client = empty.app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "codered db upgrade" in answer.get_json()["reason"]


def test_a_server_whose_database_is_gone_says_so(empty: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise sa.exc.OperationalError("select", {}, OSError("no route to the database"))

    client = empty.app.test_client()
    monkeypatch.setattr(empty.app.extensions["codered"][0], "revision", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "no route to the database" in answer.get_json()["reason"]


def test_requests_are_counted_by_page_and_status(client: FlaskClient) -> None:
    before = counted(client, "situation.show", "200"), counted(client, "unknown", "404")
    client.get("/")
    client.get("/nowhere")
    assert (counted(client, "situation.show", "200"), counted(client, "unknown", "404")) == (
        before[0] + 1,
        before[1] + 1,
    )


def test_the_figures_tell_what_the_database_holds(client: FlaskClient) -> None:
    found = figures(client)
    assert found["codered_rows", (("table", "portfolios"),)] == 1
    assert found["codered_rows", (("table", "plans"),)] == 2
    assert found["codered_jobs", (("state", "queued"),)] == 0


def test_figures_can_be_kept_for_who_bears_the_token(demo: Site) -> None:
    settings = Settings(
        database_url=demo.db.url.render_as_string(hide_password=False), metrics_token=SecretStr("let-me-see")
    )
    client = create_app(settings).test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer let-me-sea"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer let-me-see"}).status_code == 200


def test_without_a_token_the_figures_are_for_this_machine_only(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "::1"}).status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_a_request_keeps_the_id_it_came_with(client: FlaskClient) -> None:
    with capture_logs() as logs:
        answer = client.get("/portfolio", headers={"X-Request-ID": "proxy-12345"})
    assert answer.headers["X-Request-ID"] == "proxy-12345"
    told = [line for line in logs if line["event"] == "answered"]
    assert [(line["path"], line["status"], line["door"]) for line in told] == [("/portfolio", 200, "web")]


@pytest.mark.parametrize("bad", ["", "short", "a b c d e f g", "x" * 65])
def test_an_id_that_could_forge_a_log_is_replaced(client: FlaskClient, bad: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": bad} if bad else {})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_the_api_is_watched_too(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    doors = {dict(labels)["door"] for name, labels in figures(client) if name == "codered_request_seconds_count"}
    assert doors >= {"web", "api"}


def test_a_method_that_nobody_knows_makes_no_label_of_its_own(client: FlaskClient) -> None:
    client.open("/", method="BREW")
    methods = {dict(labels)["method"] for name, labels in figures(client) if name == "codered_request_seconds_count"}
    assert "BREW" not in methods
    assert "other" in methods


def test_the_exposition_is_valid_without_any_job() -> None:
    text = metrics.exposition(lambda: {"codered_jobs": {"queued": 0.0}}).decode()
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"codered_info", "codered_jobs"} <= names
