"""How long a database is waited for."""

from __future__ import annotations

import socket
import time

import pytest
import sqlalchemy as sa

from app.db import PATIENCE, Database
from app.errors import Unavailable
from tests.databases import POSTGRESQL, Makers


def test_a_server_that_takes_the_call_and_says_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PATIENCE, "connect_timeout", 2)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        db = Database(f"postgresql://kim@127.0.0.1:{mute.getsockname()[1]}/codered")
        began = time.monotonic()
        with pytest.raises(Unavailable), db.reading() as session:
            session.connection()
        assert time.monotonic() - began < 20
        db.close()


def test_what_a_url_says_of_patience_comes_first(makers: Makers) -> None:
    url = sa.make_url(makers.new(POSTGRESQL)).update_query_dict({"keepalives_idle": "7"})
    db = Database(url.render_as_string(hide_password=False))
    with db.reading() as session:
        told = session.connection().connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
    db.close()
    assert {name: told[name] for name in PATIENCE} == {
        "connect_timeout": "10", "keepalives_idle": "7", "keepalives_interval": "10", "keepalives_count": "3"
    }  # fmt: skip
