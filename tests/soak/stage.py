"""What a soak runs on: a database with the example, a large portfolio and accounts, and the real server over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.actions.accounts import add_account
from app.actions.approve import approve
from app.actions.copy_database import copy_database
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.snapshot import snapshot
from app.actions.tokens import add_token
from app.db import Database
from app.roles import EVERYWHERE, Role
from benchmarks import standing
from benchmarks.fresh_clone import answers, free_port, stop
from tests.web.made_plan import made_outcome

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE, POLICY = "code-red", "code-red"
WHO = "soak"
VIEWER, VIEWERS, PASSWORD = "viewer-{}", 10, "a plan for two hundred"
EDITOR = "editor-{}"
FILE = "codered.db"
PLANS_OF_LARGE = (1, 2)
PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Stage:
    """What is served: the numbers of the example's plans, and the id of the large portfolio."""

    plans: tuple[int, ...]
    large: str


def prepare(folder: Path, size: tuple[int, int, int]) -> Stage:
    """Fill a SQLite database in a folder, unless it is there from another run."""
    folder.mkdir(parents=True, exist_ok=True)
    known = (folder / FILE).exists()
    db = Database(f"sqlite:///{folder / FILE}")
    name = "generated-{}x{}x{}-1".format(*size)
    if known:
        plans = (3, 4)
    else:
        db.upgrade()
        large = standing.fill(db, size, folder / "large", None)
        assert large == name, large
        plans = _example(db)
        for number in range(VIEWERS):
            add_account(db, VIEWER.format(number), PASSWORD, {EVERYWHERE: Role.VIEWER}, WHO)
    db.close()
    return Stage(plans, name)


def _example(db: Database) -> tuple[int, ...]:
    """The example with a plan of record, and its code red beside it."""
    import_portfolio(db, ROOT / "examples" / EXAMPLE, WHO)
    problem = snapshot(db, EXAMPLE)
    record = store_plan(db, problem, made_outcome(problem, "normal"), None, WHO)
    approve(db, record, "the year's first plan", WHO)
    return record, store_plan(db, problem, made_outcome(problem, POLICY), None, WHO)


def copied(folder: Path, to: str) -> None:
    """The same database at another, empty one that has its schema."""
    source, target = Database(f"sqlite:///{folder / FILE}"), Database(to)
    copy_database(source, target)
    source.close()
    target.close()


def tokens(db: Database, count: int) -> list[str]:
    """A token for each of so many editors, who are added."""
    for number in range(count):
        add_account(db, EDITOR.format(number), None, {EVERYWHERE: Role.MANAGER}, WHO)
    return [add_token(db, None, EDITOR.format(n), "soak", Role.MANAGER, EVERYWHERE, 1) for n in range(count)]


@contextmanager
def served(database: str, folder: Path, processes: int) -> Iterator[int]:
    """The port of `codered serve` with so many processes on a database, without a limit on the API."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CODERED_") and k != "DATABASE_URL"}
    env = kept | {
        "CODERED_INSTANCE": str(folder), "CODERED_DATABASE_URL": database, "CODERED_API_LIMIT": "0",
        "CODERED_LOG_LEVEL": "warning", "PYTHONHASHSEED": "0",
    }  # fmt: skip
    command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--processes", str(processes)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stderr=log, start_new_session=True)
        try:
            if not answers(f"http://127.0.0.1:{port}/readyz", server, PATIENCE):
                raise RuntimeError("the server did not answer: " + (folder / "server.log").read_text()[-2000:])
            yield port
        finally:
            stop(server)
