"""Let an account do what its role allows: an object it may not see is not there for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from app.db import Database
from app.errors import Forbidden, NotFound
from app.rights import Of, Right
from app.roles import EVERYWHERE, Account, Role
from app.store import frontiers, inquiries, jobs, plans, scenarios, sweeps, uploads

log = logging.getLogger(__name__)
LARGEST_NUMBER = 2**31 - 1
"""No row has a higher one, and no database driver would take just any number."""
_FOUND: dict[Of, Callable[[Session, Any], Any]] = {
    Of.PLAN: plans.get, Of.JOB: jobs.get, Of.SCENARIO: scenarios.get, Of.UPLOAD: uploads.get,
    Of.FRONTIER: frontiers.get, Of.SWEEP: sweeps.get, Of.INQUIRY: inquiries.plan_of,
}  # fmt: skip

_WORDS = {Of.CHOSEN: "portfolio", Of.FRONTIER: "trade-off"}
"""What is said not to be there, where its name in the table is another."""


def permit(db: Database, account: Account, right: Right, key: Any = None) -> None:
    """Pass, where the account may do it to the object `key`; of portfolios, `key` is the id.

    Raises Forbidden; NotFound where there is no such thing, or the account may not see its portfolio.
    """
    try:
        _pass(db, account, right, key)
    except Forbidden as refused:
        log.warning("%r was refused %s, %r: %s", account.name, right.of.name, key, refused)
        raise


def _pass(db: Database, account: Account, right: Right, key: Any) -> None:
    if right.role is None:
        return
    if right.of is Of.SOME or (right.of is Of.NAMED and not key):
        _require(account.may_somewhere(right.role), right.role, "any portfolio")
    elif right.of is Of.ALL:
        _require(account.may(right.role, EVERYWHERE), right.role, "all portfolios")
    elif right.of in (Of.NAMED, Of.EXAMPLE):
        _require(account.may(right.role, str(key)), right.role, str(key))
    else:
        portfolio, own = _home(db, account, right.of, key)
        if account.role(portfolio) is None and not own:
            log.warning("%r asked for what it may not see: %s, %r", account.name, right.of.name, key)
            raise NotFound(_WORDS.get(right.of, right.of.name.lower()), key)
        _require(account.may(right.role, portfolio), right.role, portfolio)


def _home(db: Database, account: Account, of: Of, key: Any) -> tuple[str, bool]:
    """The portfolio of an object, and whether the account knows of it anyway: it made the upload."""
    if of not in _FOUND:
        return str(key), False
    if isinstance(key, int) and key > LARGEST_NUMBER:
        raise NotFound(of.name.lower(), key)
    with db.reading() as session:
        row = _FOUND[of](session, key)
        return row.portfolio, of is Of.UPLOAD and row.who == account.name


def _require(may: bool, role: Role, where: str) -> None:
    if not may:
        raise Forbidden(f"this needs the role {role.word} in {where}; an admin can give it to you")
