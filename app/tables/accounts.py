"""The SQL tables of who may do what: accounts with their roles, sessions, tokens, and attempts to sign in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.sqltypes import Base, Moment

_OF_ACCOUNT = "accounts.name"


class AccountRow(Base):
    """Somebody who may sign in; a blank `password` is one that nothing matches."""

    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    password: Mapped[str] = mapped_column(sa.Text)
    revoked: Mapped[bool]
    subject: Mapped[str] = mapped_column(sa.Text, default="")
    """Issuer and subject at the provider of single sign-on that the account is bound to; blank: not yet."""
    language: Mapped[str] = mapped_column(sa.Text, default="")
    """The code of the language that it reads; blank: whichever the browser asks for."""
    created_at: Mapped[datetime] = mapped_column(Moment)


class RoleRow(Base):
    """What an account is in a portfolio; portfolio `*` is every portfolio, those to come as well."""

    __tablename__ = "roles"
    account: Mapped[str] = mapped_column(sa.ForeignKey(_OF_ACCOUNT, ondelete="CASCADE"), primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    role: Mapped[str] = mapped_column(sa.Text)


class SessionRow(Base):
    """A browser that is signed in; `id` is the keyed hash of what its cookie holds."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    account: Mapped[str] = mapped_column(sa.ForeignKey(_OF_ACCOUNT, ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class TokenRow(Base):
    """A personal token; `hash` is its keyed hash, `role` and `portfolio` the most that it may do.

    `purpose`: `api`, or `calendar` for the secret in the address of a calendar, which opens nothing else.
    """

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(sa.Text, index=True)
    account: Mapped[str] = mapped_column(sa.ForeignKey(_OF_ACCOUNT, ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.Text)
    purpose: Mapped[str] = mapped_column(sa.Text, default="api")
    role: Mapped[str] = mapped_column(sa.Text)
    portfolio: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AttemptRow(Base):
    """An attempt to sign in that was not found good; those of the last minutes slow down the next."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text, index=True)
    address: Mapped[str] = mapped_column(sa.Text, index=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class SpentRow(Base):
    """How many requests an account was granted in a minute, by all processes together."""

    __tablename__ = "spent"
    account: Mapped[str] = mapped_column(sa.ForeignKey(_OF_ACCOUNT, ondelete="CASCADE"), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    granted: Mapped[int]
