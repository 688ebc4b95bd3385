"""What must be set before others than this machine may reach the server."""

from __future__ import annotations

import click

from app.actions import demo_account
from app.actions.accounts import has_admin
from app.config import Settings
from app.db import Database
from app.origin import is_this_machine
from app.secrecy import SHORTEST_KEY

MAKE_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


def refuse_exposure(host: str, settings: Settings, db: Database) -> None:
    """Pass on this machine's own addresses; elsewhere only with a key, an admin, and without the demo account."""
    if host and is_this_machine(host):
        return
    wrong = list(_wrong(settings, db))
    if wrong:
        listed = "\n".join(f"  - {one}" for one in wrong)
        raise click.ClickException(f"not served on {host or 'every address'}, where others can reach it:\n{listed}")


def _wrong(settings: Settings, db: Database) -> list[str]:
    found = []
    if not settings.has_key:
        found.append(f"CODERED_SECRET_KEY is not set, or shorter than {SHORTEST_KEY} characters; make one: {MAKE_KEY}")
    if settings.demo:
        found.append("CODERED_DEMO is set: the demonstration signs in whoever comes")
    if demo_account.is_open(db):
        found.append(f"the account {demo_account.NAME} has the password that everybody knows; "
                     f"`codered account disable {demo_account.NAME}`")  # fmt: skip
    if not has_admin(db, provider=bool(settings.oidc_issuer)):
        found.append("nobody could sign in as admin; `codered account add NAME --role admin`")
    return found
