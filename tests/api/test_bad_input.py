"""Bad input by the thousand: whatever is uploaded or sent, nothing breaks, every refusal names its place, and nothing
is half written.

A long run: CODERED_FUZZ=3000 .venv/bin/python -m pytest tests/api/test_bad_input.py
"""

from __future__ import annotations

import copy
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.actions.accounts import add_account
from app.actions.import_data import import_portfolio
from app.actions.portfolios import list_portfolios
from app.actions.preview import get_preview
from app.actions.sign_in import begin_session
from app.actions.snapshot import snapshot
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.web import cookie
from solver.folder import book_of, read_files
from solver.records import TABLES, key_columns
from tests.api.conftest import bearer, site
from tests.app.lab import FILES, as_bytes

EXAMPLES = int(os.environ.get("CODERED_FUZZ", "20"))
LAB = "/api/v1/portfolios/lab"
bad_input = settings(
    max_examples=EXAMPLES, deadline=None, derandomize="CODERED_FUZZ" not in os.environ, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


@dataclass(frozen=True)
class Lab:
    """The site with `lab`, asked as kim, who may do everything."""

    client: FlaskClient
    db: Database

    def all(self) -> dict[str, str]:
        """The digest of every portfolio."""
        return {p.portfolio: snapshot(self.db, p.portfolio).digest for p in list_portfolios(self.db)}

    def restore(self) -> None:
        """`lab` as it was; what else was added stays."""
        import_portfolio(self.db, as_bytes(FILES), "ann")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, whole: str) -> Iterator[Lab]:
    app, db = site(tmp_path_factory.mktemp("bad"), whole)
    add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = bearer(db, "kim")
    client.set_cookie(cookie.OVER_HTTP, begin_session(db, None, "kim", "a browser"))
    yield Lab(client, db)
    db.close()


# -- files ---------------------------------------------------------------------------------------

CELLS = st.sampled_from((
    "", "chat", "h100", "gpu", "run", "-1", "1e999", "nan", "inf", "9" * 400, "0.1", "9999-12-31", "0001-01-01",
    "2025-12-01", "2025-W49-1", "20251201", "=1+1", "'", '"', '"a', "a,b", "\x00", "\ud7ff", "\u202e", "٣", "a/b", "-",
    "0:0 1:1", "0:0 0:1", "x" * 40_000, "in", "lab", "LAB", "../../etc/passwd", "<script>", "{{7*7}}", "%s", "\r\n",
))  # fmt: skip

NAMES = ("x.csv", "POOLS.CSV", "a/pools.csv", "..csv", "pools.txt", "pools.csv ")
ODD = (b"", b"&", b"<", b">", b"</c>", b'"', b"1e999", b"&#0;", b"-1", b"\x00\xff", b'r="ZZZZ99999999"', b't="s"')


@st.composite
def texts(draw: st.DrawFn) -> dict[str, bytes]:
    """Files of the lab with cells, lines and bytes changed."""
    files = as_bytes(FILES)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        lines = files[name].decode("utf-8", "replace").split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(("cell", "cell", "drop", "twice", "bytes", "name")))
        if how == "cell":
            row = lines[at].split(",")
            row[draw(st.integers(0, len(row) - 1))] = draw(CELLS)
            lines[at] = ",".join(row)
        elif how == "drop":
            del lines[at]
        elif how == "twice":
            lines.insert(at, lines[at])
        content = "\n".join(lines).encode("utf-8", "replace")
        if how == "bytes":
            place = draw(st.integers(0, len(content)))
            content = content[:place] + draw(st.binary(max_size=6)) + content[place + draw(st.integers(0, 9)) :]
        if how == "name":
            files[draw(st.sampled_from(("x.csv", "POOLS.CSV", "a/pools.csv", "..csv", "pools.txt", "pools.csv ")))] = (
                content
            )
        else:
            files[name] = content
    return files


@st.composite
def books(draw: st.DrawFn) -> bytes:
    """The lab as a workbook with bytes of the file, or of a part within it, changed."""
    content = BOOK
    if draw(st.booleans()):
        parts = dict(PARTS)
        name = draw(st.sampled_from(sorted(parts)))
        parts[name] = _hurt(draw, parts[name])
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                if part != name or draw(st.integers(0, 9)):
                    archive.writestr(part, data)
        return out.getvalue()
    return _hurt(draw, content)


def _hurt(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        content = content[:at] + draw(st.sampled_from(ODD)) + content[at + draw(st.integers(0, 30)) :]
    return content


BOOK = book_of(read_files(as_bytes(FILES)).problem)
with zipfile.ZipFile(io.BytesIO(BOOK)) as _archive:
    PARTS = {name: _archive.read(name) for name in _archive.namelist()}


def uploaded(lab: Lab, files: dict[str, bytes]) -> None:
    """Upload, look, apply: refused with a place, or exactly what was shown."""
    before = lab.all()
    sent = [(io.BytesIO(content), name) for name, content in files.items()]
    answer = lab.client.post("/import?portfolio=lab", data={"files": sent}, content_type="multipart/form-data")
    assert answer.status_code in (303, 409, 422), answer.text
    assert lab.all() == before
    if answer.status_code != 303:
        assert 'class="fault' in answer.text or "<li" in answer.text
        return
    kept = get_preview(lab.db, answer.location.rpartition("/")[2].split("?")[0])
    assert lab.client.get(answer.location).status_code == 200
    assert all(f.message and str(f) and f.table for f in kept.faults)
    done = lab.client.post(f"/import/{kept.id}/apply")
    if done.status_code == 303:
        assert kept.fits
        lab.restore()
    else:
        assert done.status_code == 409
        assert kept.faults
        assert lab.all() == before


@given(files=texts())
@bad_input
def test_files_that_were_changed_anywhere_are_refused_with_a_place_or_read(lab: Lab, files: dict[str, bytes]) -> None:
    uploaded(lab, files)


@given(content=books())
@bad_input
def test_a_workbook_that_was_changed_anywhere_is_refused_with_a_place_or_read(lab: Lab, content: bytes) -> None:
    uploaded(lab, {"lab.xlsx": content})


# -- JSON ----------------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), CELLS,
    st.sampled_from(([], {}, [[]], {"": None}, [None] * 3, 1e308, -0.0, 2**63)),
)  # fmt: skip


@st.composite
def hurt_json(draw: st.DrawFn, whole: Any) -> Any:
    """JSON with some leaves, names or branches changed."""
    data = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = data
        while isinstance(place, dict | list) and place:
            at = (
                draw(st.sampled_from(sorted(place)))
                if isinstance(place, dict)
                else draw(st.integers(0, len(place) - 1))
            )
            inner = place[at]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 7)):
                place = inner
                continue
            how = draw(st.integers(0, 9))
            if how == 0:
                del place[at]
            elif how == 1 and isinstance(place, dict):
                place[draw(CELLS)] = inner
            elif how == 1:
                place.append(inner)
            else:
                place[at] = copy.deepcopy(draw(LEAVES))
            break
    return data


def judged(lab: Lab, answer: TestResponse, before: dict[str, str]) -> None:
    """A refusal is a problem that names its places, after which all is as it was."""
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        if lab.all() != before:
            lab.restore()
        return
    assert answer.mimetype == "application/problem+json"
    told = answer.json
    assert told["detail"]
    assert all(fault["where"] and fault["message"] for fault in told["faults"])
    assert told["faults"] or answer.status_code != 422
    assert lab.all() == before


def send(lab: Lab, method: str, path: str, body: Any, **headers: str) -> None:
    before = lab.all()
    data = json.dumps(body).encode("utf-8", "surrogatepass")
    judged(
        lab, lab.client.open(path, method=method, data=data, content_type="application/json", headers=headers), before
    )


@given(data=st.data())
@bad_input
def test_a_portfolio_that_was_changed_anywhere_is_refused_with_places_or_stored(lab: Lab, data: st.DataObject) -> None:
    records = lab.client.get(LAB).json["records"]
    records["portfolio"][0]["portfolio"] = "copy"
    send(lab, "POST", "/api/v1/portfolios", data.draw(hurt_json(records)))
    records["portfolio"][0]["portfolio"] = "lab"
    send(lab, "POST", f"{LAB}/changes", data.draw(hurt_json({"put": records, "remove": {}})))


@given(data=st.data())
@bad_input
def test_a_record_that_was_changed_anywhere_is_refused_with_places_or_stored(lab: Lab, data: st.DataObject) -> None:
    records = lab.client.get(LAB).json["records"]
    table = data.draw(st.sampled_from([t for t in TABLES if records[t] and t != "portfolio"]))
    record = data.draw(st.sampled_from(records[table]))
    keys = [c.name for c in key_columns(table)]
    place = "/".join([f"{LAB}/{table}", *(str(record[name]) for name in keys)])
    rest = {name: value for name, value in record.items() if name not in keys}
    send(lab, "POST", f"{LAB}/{table}", data.draw(hurt_json(record)))
    send(lab, data.draw(st.sampled_from(("PUT", "PATCH"))), place, data.draw(hurt_json(rest)), **{"If-Match": "*"})


ASKED = {
    "jobs": {"policy": "ordinary", "scenario": None, "time_limit": 5},
    "scenarios": {
        "name": "try", "policy": "ordinary",
        "changes": [{"operation": "set", "table": "projects", "key": "ads", "cells": {"value": "7"}}],
    },
    "early-end": {"week": "2025-12-08", "reason": "visits are back"},
    "code-red-orders": {"scenarios": [1, 2]},
    "advice/visits-fall/acknowledgement": {"reason": "a holiday"},
}  # fmt: skip


@given(data=st.data())
@bad_input
def test_what_is_asked_for_is_refused_with_places_or_done(lab: Lab, data: st.DataObject) -> None:
    what = data.draw(st.sampled_from(sorted(ASKED)))
    send(lab, "POST", f"{LAB}/{what}", data.draw(hurt_json(ASKED[what])))


@given(data=st.data())
@bad_input
def test_bytes_that_were_changed_are_no_json_or_are_judged_as_such(lab: Lab, data: st.DataObject) -> None:
    body = _hurt(data.draw, json.dumps({"put": {"pools": lab.client.get(f"{LAB}/pools").json["items"][0]}}).encode())
    before = lab.all()
    judged(lab, lab.client.post(f"{LAB}/changes", data=body, content_type="application/json"), before)
