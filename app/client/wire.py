"""What goes over the wire: requests with a token, refusals as exceptions with all faults, records as JSON and back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from solver.columns import Type, read_cell, write_cell
from solver.records import TABLES, columns, key_columns

ROOT = "/api/v1"
TABLE_OF: dict[type[Any], str] = {kind: table for table, kind in TABLES.items()}
TOO_MANY, MOST_TRIES = 429, 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what, and what would be right."""

    where: str
    message: str
    right: str = ""
    value: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" + (f"; right would be: {self.right}" if self.right else "")


class ApiError(Exception):
    """A refusal of the server, with every fault that it found."""

    def __init__(self, status: int, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        self.status, self.detail, self.faults = status, detail, faults
        super().__init__("\n".join([f"{status}: {detail}", *map(str, faults)]))


class NotThere(ApiError):
    """404: there is no such thing, or the token may not see it."""


class ChangedMeanwhile(ApiError):
    """412: somebody else changed it since the version that was read."""


class SolveFailed(Exception):
    """A job ended without a plan; `state`, `message` and what the server says about it."""

    def __init__(self, job: Any) -> None:
        self.job = job
        told = [str(one.get("text", one)) for one in (*job.faults, *job.conflicts)]
        super().__init__("\n".join([f"job {job.id} {job.state}: {job.message}", *told]))


class Wire:
    """Requests to one server in the name of one token."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self.root, self.timeout = url.rstrip("/") + ROOT, timeout
        self._token = token.removeprefix("Bearer ").strip()
        self._session = requests.Session()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.root!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **query: Any
    ) -> requests.Response:  # fmt: skip
        """One request; where the server says that it came too soon, again when it says. Raises ApiError."""
        for tried in range(1, MOST_TRIES + 1):
            answer = self._session.request(
                method, self.root + path, json=body, headers=headers, timeout=self.timeout, auth=self._sign,
                allow_redirects=False, params={name: value for name, value in query.items() if value is not None},
            )  # fmt: skip
            if answer.status_code != TOO_MANY or tried == MOST_TRIES:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        if answer.ok and answer.status_code < 300:
            return answer
        raise _error(answer)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Here and not among the headers, so that no .netrc speaks in its place."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _error(answer: requests.Response) -> ApiError:
    kind = {404: NotThere, 412: ChangedMeanwhile}.get(answer.status_code, ApiError)
    if answer.headers.get("Content-Type", "").partition(";")[0] != "application/problem+json":
        return kind(answer.status_code, f"{answer.url} is no answer of this API ({answer.reason})")
    told = answer.json()
    faults = (Fault(f["where"], f["message"], f.get("right", ""), f.get("value")) for f in told["faults"])
    return kind(answer.status_code, told["detail"], tuple(faults))


def as_json(record: Any) -> dict[str, Any]:
    """A record of the planner as the API takes it."""
    values = ((c, getattr(record, c.attribute)) for c in columns(TABLE_OF[type(record)]))
    return {c.name: v if v is None or isinstance(v, str | int | float) else write_cell(c, v) for c, v in values}


def as_record(table: str, data: Mapping[str, Any]) -> Any:
    """A record of the planner from the API's JSON; a column that this version does not know is passed over."""
    values = {c.attribute: _value(c, data.get(c.name)) for c in columns(table)}
    return TABLES[table](**values)


def _value(col: Any, value: Any) -> Any:
    if value is None:
        return col.default
    if isinstance(value, str):
        return value if col.type is Type.TEXT else read_cell(col, value)
    return float(value) if col.type is Type.AMOUNT else value


def key_json(record: Any) -> dict[str, Any]:
    """What identifies a record, as the API takes it."""
    whole = as_json(record)
    return {c.name: whole[c.name] for c in key_columns(TABLE_OF[type(record)])}


def address(record: Any) -> str:
    """The address of a record within its portfolio."""
    table = TABLE_OF[type(record)]
    cells = (write_cell(c, getattr(record, c.attribute)) or "-" for c in key_columns(table))
    return "/".join([table, *(quote(cell, safe="") for cell in cells)])
