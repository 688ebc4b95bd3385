"""Databases that go away and come back, that are locked, and whose disk is full."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from unittest.mock import patch

from flask.testing import FlaskClient

from app import create_app
from app.actions.accounts import add_account
from app.actions.audit import verify
from app.actions.plans import list_plans
from app.actions.recompute import get_job, start
from app.actions.sign_in import begin_session
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.web import cookie
from tests.faults.ground import SQLITE_FILE, Counted, Place, filled, lab, running, small_disk, until
from tests.faults.importer import DONE, REFUSED
from tests.faults.postgres import Postgres
from tests.faults.processes import end, importer_of, worker_of
from tests.faults.stamped import is_whole, stamped, versions

AWAY_SECONDS = 2.5
"""Longer than the lease."""
LOCKED_SECONDS = 2.0
BUSY_SECONDS = 1
"""How long workers and pages wait for a file that is locked: less than it is."""


def database_gone_and_back(where: Place, times: int) -> Counted:
    """The database goes in the middle of a solve and comes back: PostgreSQL is killed with all its processes, a SQLite
    file is locked for longer than anybody waits. Pages say so meanwhile, and the job is done, once.
    """
    if where.server is not None:
        return _server_gone(where, times, where.server)
    if not where.on_sqlite:
        with Postgres.started() as server:
            return _server_gone(Place(where.folder, server.url, server), times, server)
    return _file_locked(where, times)


def _server_gone(where: Place, times: int, server: Postgres) -> Counted:
    with lab(where) as db:
        told, client = 0, visitor(where, db)
        pair = [worker_of(where), worker_of(where)]
        try:
            for number in range(times):
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: running(db, job))  # type: ignore[misc]
                time.sleep(0.1 * (number % 5))  # also in the moment in which the worker reads what it is to solve
                server.kill()
                told += says_so(client)
                time.sleep(AWAY_SECONDS if number % 2 else 0.2)
                server.start()
                until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
                assert get_job(db, job).state == "done", get_job(db, job)
                assert [one.is_alive() for one in pair] == [True, True], "a worker ended with its database"
                assert client.get("/readyz").status_code == 200
        finally:
            for one in pair:
                end(one)
        return {"killed": times, "told": told, "plans": _plans(db, times)}


def _file_locked(where: Place, times: int) -> Counted:
    with lab(where) as db:
        told, impatient = 0, patch("app.db.BUSY_SECONDS", BUSY_SECONDS)
        with impatient:
            client = visitor(where, db)
        pair = [worker_of(where, f"--busy={BUSY_SECONDS}"), worker_of(where, f"--busy={BUSY_SECONDS}")]
        try:
            for number in range(times):
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: running(db, job))  # type: ignore[misc]
                time.sleep(0.1 * (number % 5))
                with db.engine.connect().execution_options(codered_write=True) as holds:
                    holds.begin()
                    began = time.monotonic()
                    with impatient:
                        told += says_so(client)
                    time.sleep(max(0.0, LOCKED_SECONDS - (time.monotonic() - began)))
                until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
                assert get_job(db, job).state == "done", get_job(db, job)
                assert [one.is_alive() for one in pair] == [True, True], "a worker ended with its database"
        finally:
            for one in pair:
                end(one)
        return {"locked": times, "told": told, "plans": _plans(db, times)}


def database_stops_answering(where: Place, times: int) -> Counted:
    """SIGSTOP of PostgreSQL in the middle of a solve, past the lease, and on again: everybody waits, the job is done,
    once. On SQLite there is no server that could be stopped.
    """
    if where.on_sqlite:
        return {"stopped": 0}
    if where.server is None:
        with Postgres.started() as server:
            return database_stops_answering(Place(where.folder, server.url, server), times)
    with lab(where) as db:
        client = visitor(where, db)
        pair = [worker_of(where), worker_of(where)]
        try:
            for _ in range(times):
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: running(db, job))  # type: ignore[misc]
                where.server.stop()
                waits = threading.Thread(target=client.get, args=("/readyz",), daemon=True)
                waits.start()
                time.sleep(AWAY_SECONDS)
                where.server.go_on()
                waits.join(30)
                assert not waits.is_alive()
                until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
                assert get_job(db, job).state == "done", get_job(db, job)
        finally:
            for one in pair:
                end(one)
        return {"stopped": times, "plans": _plans(db, times)}


def disk_full(where: Place, times: int) -> Counted:
    """The disk of the database fills up in the middle of a solve: imports are refused whole and say why; once there is
    room again, the job is done, once. A small disk in memory, which needs the right to mount: raises NoSmallDisk.
    """
    if where.on_sqlite:
        with small_disk(where.folder / "disk", 8) as disk:
            return _disk_full(Place(where.folder, f"sqlite:///{disk / SQLITE_FILE}"), times, disk)
    with small_disk(Path(f"/tmp/codered-faults-disk-{os.getpid()}"), 160) as disk:  # where its user may enter
        disk.chmod(0o777)
        with Postgres.started(disk) as server:
            return _disk_full(Place(where.folder, server.url, server), times, disk)


def _disk_full(where: Place, times: int, disk: Path) -> Counted:
    with lab(where, stamped(0)) as db:
        told, refused, client = 0, 0, visitor(where, db)
        pair = [worker_of(where), worker_of(where)]
        try:
            for number in range(1, times + 1):
                before = versions(db)
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: running(db, job))  # type: ignore[misc]
                filler = filled(disk)
                code, said = _imported(where, number)
                refused += code == REFUSED
                assert code in (DONE, REFUSED), said
                told += code == REFUSED and any(word in said for word in ("full", "No space left", "not available"))
                client.get("/portfolio")
                filler.unlink()
                if where.server is not None and not where.server.alive:
                    where.server.start()
                until(lambda: client.get("/readyz").status_code == 200, 60)
                assert is_whole(db, number, before) is (code == DONE)
                until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
                assert get_job(db, job).state == "done", get_job(db, job)
                if code == REFUSED:
                    assert _imported(where, number) == (DONE, "done")
                    assert is_whole(db, number, before)
        finally:
            for one in pair:
                end(one)
        return {"filled": times, "refused": refused, "told": told, "plans": _plans(db, times)}


def file_may_not_grow(where: Place, times: int) -> Counted:
    """A disk that is full as it can be had anywhere: the file of SQLite may not grow while an import writes it."""
    if not where.on_sqlite:
        return {"refused": 0}
    path = Path(where.url.removeprefix("sqlite:///"))
    with lab(where, stamped(0)) as db:
        for number in range(1, times + 1):
            before = versions(db)
            code, said = _imported(where, number, path.stat().st_size + 4096 * (number % 7))
            assert code == REFUSED, said
            assert "the database is not available" in said
            assert not is_whole(db, number, before)
            assert _imported(where, number) == (DONE, "done")
            assert is_whole(db, number, before)
        assert verify(db).good
        return {"refused": times}


def visitor(where: Place, db: Database) -> FlaskClient:
    """Requests of kim, who is admin of everything, to pages of this process."""
    app = create_app(Settings(instance=where.folder, database_url=where.url))
    add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    client = app.test_client()
    client.set_cookie(cookie.OVER_HTTP, begin_session(db, None, "kim", "a browser"))
    return client


def says_so(client: FlaskClient) -> bool:
    """Whether somebody who writes now is told that nothing was written."""
    answer = client.post("/recompute", data={"policy": "ordinary"})
    assert answer.status_code == 503, answer.status
    assert "The database did not answer" in answer.text
    assert "Nothing was written" in answer.text
    return True


def _imported(where: Place, number: int, most: int = 0) -> tuple[int | None, str]:
    """Import in a process of its own: its exit code, and what it said."""
    child, says = importer_of(where, number, most)
    said = str(says.recv()) if says.poll(120) else "nothing"
    child.join()
    return child.exitcode, said


def _plans(db: Database, expected: int) -> int:
    plans = len(list_plans(db, "lab", 10 * expected))
    assert plans == expected, f"{plans} plans of {expected} jobs"
    assert verify(db).good
    return plans
