"""Requests that were granted to accounts, minute by minute."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.tables.accounts import SpentRow


def grant(session: Session, account: str, minute: int, wanted: int, most: int) -> int:
    """Grant some more requests in a minute, up to what is left of `most`; how many were granted."""
    row = _row(session, account, minute)
    granted = max(0, min(wanted, most - row.granted))
    row.granted += granted
    return granted


def _row(session: Session, account: str, minute: int) -> SpentRow:
    """The account's row of the minute, held until this ends; the rows of minutes before go."""
    key = (account, minute)
    found = session.get(SpentRow, key, with_for_update=True)
    if found is not None:
        return found
    session.execute(sa.delete(SpentRow).where(SpentRow.account == account, SpentRow.minute < minute))
    with suppress(IntegrityError), session.begin_nested():  # another process may be first
        session.add(SpentRow(account=account, minute=minute, granted=0))
    return session.get_one(SpentRow, key, with_for_update=True)
