"""`codered account ...`: who may sign in, and what they may do where."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from app.actions import accounts, tokens
from app.cli.database import database_option, open_database
from app.cli.terminal import Terminal, json_option, this_user, who_option
from app.config import Settings
from app.roles import EVERYWHERE, ROLES

NO_ROLE = "none"
role_choice = click.Choice(list(ROLES))
portfolio_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--portfolio", default=EVERYWHERE, metavar="NAME", help="In this portfolio only (default: in every one)."
)
stdin_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--password-stdin", "piped", is_flag=True, help="Read the password from stdin instead of asking for it."
)


@click.group("account")
def account() -> None:
    """Accounts and their roles: viewer, manager, executive, admin."""


@account.command("add")
@click.argument("name")
@click.option("--role", type=role_choice, default="viewer", show_default=True)
@click.option("--no-password", is_flag=True, help="For single sign-on only.")
@portfolio_option
@stdin_option
@who_option
@database_option
@click.pass_obj
def add(terminal: Terminal, name: str, role: str, no_password: bool, portfolio: str, piped: bool,
        who: str, url: str) -> None:  # fmt: skip
    """Add an account; its password is asked for."""
    password = None if no_password else _password(piped)
    accounts.add_account(open_database(url), name, password, {portfolio: ROLES[role]}, who)
    terminal.say(f"codered: added {accounts.account_name(name)}, {role} in {_where(portfolio)}")


@account.command("list")
@json_option
@database_option
@click.pass_obj
def list_all(terminal: Terminal, url: str) -> None:
    """List the accounts with their roles."""
    found = accounts.list_accounts(open_database(url))
    for one in found:
        roles = ", ".join(f"{role.word} in {_where(where)}" for where, role in one.roles.items()) or "no role"
        terminal.show(f"{one.name}  {roles}{'  (disabled)' if one.revoked else ''}")
    facts = [
        {"name": a.name, "disabled": a.revoked, "roles": {where: role.word for where, role in a.roles.items()}}
        for a in found
    ]
    terminal.answer({"accounts": facts})


@account.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice([*ROLES, NO_ROLE]))
@portfolio_option
@who_option
@database_option
@click.pass_obj
def role_of(terminal: Terminal, name: str, role: str, portfolio: str, who: str, url: str) -> None:
    """Give an account a role, or take it away with `none`."""
    accounts.set_role(open_database(url), name, portfolio, ROLES.get(role), who)
    terminal.say(f"codered: {accounts.account_name(name)} has {role if role != NO_ROLE else 'no role'} in "
                 f"{_where(portfolio)}")  # fmt: skip


@account.command("disable")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the account in again.")
@who_option
@database_option
@click.pass_obj
def disable(terminal: Terminal, name: str, undo: bool, who: str, url: str) -> None:
    """Shut an account out at once: its sessions end, its tokens go."""
    verb = accounts.restore if undo else accounts.revoke
    verb(open_database(url), name, who)
    terminal.say(f"codered: {accounts.account_name(name)} {'may sign in again' if undo else 'is shut out'}")


@account.command("password")
@click.argument("name")
@stdin_option
@who_option
@database_option
@click.pass_obj
def password(terminal: Terminal, name: str, piped: bool, who: str, url: str) -> None:
    """Give an account another password; it is signed out everywhere."""
    accounts.set_password(open_database(url), name, _password(piped), who)
    terminal.say(f"codered: {accounts.account_name(name)} has another password and is signed out everywhere")


@account.command("token")
@click.argument("name")
@click.option("--for", "title", default=lambda: f"made by {this_user()}", metavar="TEXT", help="What it is for.")
@click.option("--role", type=role_choice, default="viewer", show_default=True, help="The most that it may do.")
@click.option("--days", type=click.IntRange(1, tokens.LONGEST_DAYS), default=30, show_default=True)
@portfolio_option
@database_option
@click.pass_obj
def token(terminal: Terminal, name: str, title: str, role: str, days: int, portfolio: str, url: str) -> None:
    """Make an API token and print it, this once."""
    db, key = open_database(url), Settings().secret_key
    click.echo(tokens.add_token(db, key, name, title, ROLES[role], portfolio, days))
    terminal.say(f"codered: good for {days} days as {role} in {_where(portfolio)}; only its hash is kept")


def _password(piped: bool) -> str:
    if piped:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _where(portfolio: str) -> str:
    return "every portfolio" if portfolio == EVERYWHERE else portfolio
