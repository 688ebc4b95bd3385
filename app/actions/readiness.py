"""Whether this installation can serve, and the figures that its operators watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.store import figures


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be answered; `reason` says what is missing."""

    ready: bool
    schema: str
    reason: str = ""


def readiness(db: Database) -> Readiness:
    """The database answers and its schema is the one that this version works with, or the reason why not."""
    try:
        found, newest = db.revision() or "", db.newest() or ""
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        return Readiness(False, "", f"the database does not answer: {reason}")
    if found != newest:
        return Readiness(False, found, f"the schema is {found or 'empty'}, this version needs {newest}: run "
                                       "`codered db upgrade`")  # fmt: skip
    return Readiness(True, found)


def operating_figures(db: Database) -> Mapping[str, Mapping[str, float]]:
    """Jobs by state and age, and how much is stored. Raises Unavailable."""
    with db.reading() as session:
        return {
            "codered_jobs": figures.jobs_by_state(session),
            "codered_job_waits_seconds": figures.oldest_open_job(session),
            "codered_rows": figures.rows(session),
        }
