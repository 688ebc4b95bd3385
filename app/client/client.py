"""The client: portfolios, records, solving and plans of a server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from types import TracebackType
from typing import Any, Self

from app.client.wire import TABLE_OF, NotThere, SolveFailed, Wire, address, as_json, as_record, key_json
from solver.columns import write_cell
from solver.folder import read_plan
from solver.plan import COLUMNS, LATER, Plan
from solver.problem import Problem
from solver.progress import Progress
from solver.records import TABLES, columns, key_columns

PAGE = 1000
CSV = {"Accept": "text/csv"}
OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Head:
    """A portfolio in a list; `version` counts every write to any of its records."""

    portfolio: str
    name: str
    start: date
    weeks: int
    version: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A portfolio with everything in it; name `version` when writing to it, so that nobody's change is lost."""

    problem: Problem
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is stored, with the version to name when changing it."""

    record: Any
    version: int


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing many records at once; `version` is the portfolio's afterwards."""

    created: int
    updated: int
    removed: int
    version: int


@dataclass(frozen=True, slots=True)
class Job:
    """A solve in the background; `plan` is there when its state is done."""

    id: int
    portfolio: str
    policy: str
    scenario: int | None
    state: str
    message: str
    seconds: float
    plan: int | None
    progress: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in OPEN


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question about a plan, answered in the background; `ways` and `prices` are those found so far."""

    id: int
    plan: int
    kind: str
    asked: dict[str, Any]
    state: str
    message: str
    seconds: float
    ways: list[dict[str, Any]]
    prices: list[dict[str, Any]]

    @property
    def ended(self) -> bool:
        """Whether nothing further will come."""
        return self.state not in OPEN


class Client:
    """A server's API in the name of a personal token; use as a context manager, or close it.

    Every method raises ApiError with all faults where the server refuses; `key` is an idempotency key: the same
    request with the same key is done once, however often it is sent.
    """

    def __init__(self, url: str, token: str, timeout: float = 60.0) -> None:
        self._wire = Wire(url, token, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    # -- portfolios and records ------------------------------------------------------------------

    def portfolios(self) -> list[Head]:
        """The portfolios that the token may see."""
        return [Head(**{**item, "start": date.fromisoformat(item["start"])}) for item in self._items("/portfolios")]

    def read(self, portfolio: str) -> Whole:
        """A portfolio with all its records."""
        return _whole(self._wire.ask("GET", f"/portfolios/{portfolio}").json())

    def create(self, problem: Problem, key: str | None = None) -> Whole:
        """Add a portfolio that is not there yet."""
        body = {table: [as_json(r) for r in rows] for table, rows in problem.tables().items()}
        return _whole(self._wire.ask("POST", "/portfolios", body, _said(key)).json())

    def records(self, portfolio: str, kind: type[Any], **having: Any) -> list[Stored]:
        """The records of a kind, such as `solver.records.Project`; `having`: only with these values, by field."""
        table = TABLE_OF[kind]
        named = {c.attribute: c for c in columns(table)}
        asked = {named[field].name: write_cell(named[field], value) for field, value in having.items()}
        found = self._items(f"/portfolios/{portfolio}/{table}", **asked)
        return [_stored(table, item) for item in found]

    def record(self, portfolio: str, kind: type[Any], *key: Any) -> Stored:
        """One record by its key."""
        table = TABLE_OF[kind]
        cells = (write_cell(c, part) or "-" for c, part in zip(key_columns(table), key, strict=True))
        answer = self._wire.ask("GET", "/".join([f"/portfolios/{portfolio}/{table}", *cells]))
        return _stored(table, answer.json())

    def add(self, portfolio: str, record: Any, key: str | None = None) -> Stored:
        """Add one record."""
        table = TABLE_OF[type(record)]
        return _stored(
            table, self._wire.ask("POST", f"/portfolios/{portfolio}/{table}", as_json(record), _said(key)).json()
        )

    def change(self, portfolio: str, record: Any, version: int) -> Stored:
        """Write one record over the version that was read. Raises ChangedMeanwhile."""
        cells = {name: value for name, value in as_json(record).items() if name not in key_json(record)}
        place = f"/portfolios/{portfolio}/{address(record)}"
        return _stored(TABLE_OF[type(record)], self._wire.ask("PUT", place, cells, _said(version=version)).json())

    def remove(self, portfolio: str, record: Any, version: int) -> None:
        """Remove one record, as it was read. Raises ChangedMeanwhile."""
        self._wire.ask("DELETE", f"/portfolios/{portfolio}/{address(record)}", headers=_said(version=version))

    def write(
        self, portfolio: str, put: Iterable[Any] = (), remove: Iterable[Any] = (), *,
        version: int | None = None, key: str | None = None,
    ) -> Written:  # fmt: skip
        """Put and remove records of any kinds, all at once or not at all; `version`: only over that of the portfolio.

        What is there is written over. Raises ChangedMeanwhile.
        """
        body: dict[str, dict[str, list[Any]]] = {"put": {}, "remove": {}}
        for record in put:
            body["put"].setdefault(TABLE_OF[type(record)], []).append(as_json(record))
        for record in remove:
            body["remove"].setdefault(TABLE_OF[type(record)], []).append(key_json(record))
        answer = self._wire.ask("POST", f"/portfolios/{portfolio}/changes", body, _said(key, version))
        return Written(**answer.json())

    # -- solving and plans -----------------------------------------------------------------------

    def start(
        self, portfolio: str, policy: str, *, scenario: int | None = None, time_limit: float | None = None,
        key: str | None = None,
    ) -> Job:  # fmt: skip
        """Have the server solve a portfolio, or a scenario of it, in the background."""
        body = {"policy": policy, "scenario": scenario, "time_limit": time_limit}
        return _job(self._wire.ask("POST", f"/portfolios/{portfolio}/jobs", body, _said(key)).json())

    def job(self, number: int) -> Job:
        """A job as it is now."""
        return _job(self._wire.ask("GET", f"/jobs/{number}").json())

    def cancel(self, number: int) -> Job:
        """Stop a job."""
        return _job(self._wire.ask("POST", f"/jobs/{number}/cancel").json())

    def wait(self, number: int, on_progress: Callable[[Progress], None] | None = None, every: float = 0.5) -> Job:
        """The job when it ended; each report of the solver is handed on once, in order."""
        last: dict[str, Any] | None = None
        while True:
            job = self.job(number)
            reports = job.progress
            for report in reports[reports.index(last) + 1 if last in reports else 0 :]:
                last = report
                if on_progress:
                    on_progress(Progress(**report))
            if job.ended:
                return job
            time.sleep(every)

    def solve(
        self, portfolio: str, policy: str, *, scenario: int | None = None, time_limit: float | None = None,
        key: str | None = None, on_progress: Callable[[Progress], None] | None = None, every: float = 0.5,
    ) -> Plan:  # fmt: skip
        """Solve, wait and fetch the plan. Raises SolveFailed where there is none."""
        started = self.start(portfolio, policy, scenario=scenario, time_limit=time_limit, key=key)
        job = self.wait(started.id, on_progress, every)
        if job.plan is None:
            raise SolveFailed(job)
        return self.plan(job.plan)

    def summary(self, number: int) -> dict[str, Any]:
        """The summary of a plan: status, what each class attained, bounds, gaps, digest, versions."""
        found: dict[str, Any] = self._wire.ask("GET", f"/plans/{number}").json()["summary"]
        return found

    def plan(self, number: int) -> Plan:
        """A plan with its tables as DataFrames, as the planner makes them."""
        files = {"summary.json": json.dumps(self.summary(number)).encode()}
        for table in COLUMNS:
            try:
                files[f"{table}.csv"] = self._wire.ask("GET", f"/plans/{number}/{table}", headers=CSV).content
            except NotThere:  # plans of earlier versions do not have every table
                if table not in LATER:
                    raise
        return read_plan(files)[1]

    def plans(self, portfolio: str) -> list[int]:
        """The numbers of a portfolio's plans, the newest first."""
        return [item["id"] for item in self._items(f"/portfolios/{portfolio}/plans")]

    # -- questions about a plan ------------------------------------------------------------------

    def ask(self, plan: int, kind: str, *, key: str | None = None, **facts: Any) -> Inquiry:
        """Have a question about a plan answered in the background: `takes` with project, week (a date) and pace;
        `force` with project and must (in or out); `price` with pool and week.
        """
        said = {name: str(fact) if isinstance(fact, date) else fact for name, fact in facts.items()}
        return _inquiry(self._wire.ask("POST", f"/plans/{plan}/inquiries", {"kind": kind, **said}, _said(key)).json())

    def inquiry(self, number: int) -> Inquiry:
        """A question about a plan as it is now."""
        return _inquiry(self._wire.ask("GET", f"/inquiries/{number}").json())

    def answered(self, number: int, every: float = 0.5) -> Inquiry:
        """The same when nothing further will come."""
        while not (found := self.inquiry(number)).ended:
            time.sleep(every)
        return found

    def apply(self, inquiry: int, way: int, name: str = "", *, key: str | None = None) -> Job:
        """Make a way (from 1) of an answered question a scenario, and recompute it."""
        asked = {"way": way, "name": name}
        return _job(self._wire.ask("POST", f"/inquiries/{inquiry}/scenarios", asked, _said(key)).json())

    def _items(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        offset: int | None = 0
        while offset is not None:
            page = self._wire.ask("GET", path, limit=PAGE, offset=offset, **query).json()
            yield from page["items"]
            offset = page["next"]


def _said(key: str | None = None, version: int | None = None) -> dict[str, str]:
    """The headers of a write."""
    named = {"Idempotency-Key": key, "If-Match": None if version is None else f'"{version}"'}
    return {name: text for name, text in named.items() if text is not None}


def _whole(data: dict[str, Any]) -> Whole:
    tables = {table: [as_record(table, r) for r in data["records"].get(table, ())] for table in TABLES}
    return Whole(Problem.from_tables(tables), data["version"], data["digest"])


def _stored(table: str, data: dict[str, Any]) -> Stored:
    return Stored(as_record(table, data["record"]), data["version"])


def _job(data: dict[str, Any]) -> Job:
    return Job(**{f.name: data[f.name] for f in fields(Job)})


def _inquiry(data: dict[str, Any]) -> Inquiry:
    return Inquiry(**{f.name: data[f.name] for f in fields(Inquiry)})
