"""An account may make so many requests in a minute; what comes faster is told when to come again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import api
from app.actions.accounts import add_account
from app.api.rate import Buckets
from app.config import Settings
from app.roles import EVERYWHERE, Role
from tests.api.conftest import bearer, site


def test_a_bucket_fills_with_time_and_each_name_has_its_own() -> None:
    now = [0.0]
    buckets = Buckets(2, clock=lambda: now[0])
    assert [buckets.wait("kim") for _ in range(3)] == [0, 0, 30]
    assert buckets.wait("lee") == 0
    now[0] = 29
    assert buckets.wait("kim") == pytest.approx(1)
    now[0] = 30
    assert [buckets.wait("kim"), buckets.wait("kim")] == [0, 30]
    now[0] = 3600
    assert [buckets.wait("kim") for _ in range(3)] == [0, 0, 30]


def test_too_many_requests_are_refused_with_the_seconds_to_wait(tmp_path: Path) -> None:
    db = site(tmp_path)[1]
    for name in ("kim", "lee"):
        add_account(db, name, None, {EVERYWHERE: Role.VIEWER}, "ann")
    door = api.build(db, Settings(instance=tmp_path, database_url=str(db.url), api_rate=3)).test_client()
    kim, lee = ({"Authorization": bearer(db, name, Role.VIEWER)} for name in ("kim", "lee"))
    assert [door.get("/portfolios", headers=kim).status_code for _ in range(4)] == [200, 200, 200, 429]
    late = door.get("/portfolios", headers=kim)
    assert (late.mimetype, 1 <= int(late.headers["Retry-After"]) <= 20) == ("application/problem+json", True)
    assert "3 requests a minute" in late.json["detail"]
    assert door.get("/portfolios", headers=lee).status_code == 200
    assert door.get("/openapi.json", headers=kim).status_code == 200
