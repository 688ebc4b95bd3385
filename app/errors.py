"""What an action may refuse with; each error carries data, so that every door can say it in its own way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


class CoderedError(Exception):
    """The base of everything an action refuses with, besides solver.faults.InvalidInput."""


class NotFound(CoderedError):
    """Nothing of that kind has that id."""

    def __init__(self, kind: str, key: object) -> None:
        self.kind, self.key = kind, str(key)
        super().__init__(f"no {kind} {self.key!r}")


class Refused(CoderedError):
    """The request is understood but not allowed; the message says why."""


class Forbidden(CoderedError):
    """Who asks is known, and may not; the message says which role it needs."""


class TooMany(CoderedError):
    """Somebody asks too often; `seconds` until it is possible again."""

    def __init__(self, message: str, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(message)


class Unavailable(CoderedError):
    """The database did not answer in time; nothing was written."""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that somebody wrote: texts as in the CSV file; `column` is empty for a whole record."""

    column: str
    old: str | None
    new: str | None
    who: str
    at: datetime


class Conflict(CoderedError):
    """Somebody else changed the record since it was read: what, who and when."""

    def __init__(self, subject: str, changed: Iterable[Change] = ()) -> None:
        self.subject = subject
        self.changed = tuple(changed)
        told = "; ".join(f"{c.who} set {c.column or 'the record'} from {c.old!r} to {c.new!r}" for c in self.changed)
        super().__init__(f"{subject} was changed by somebody else" + (f": {told}" if told else ""))
