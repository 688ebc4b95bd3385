"""`codered webhook ...`: addresses that are told what happens in a portfolio."""

from __future__ import annotations

import click

from app import logs
from app.actions import webhooks
from app.actions.deliver import deliver_due
from app.actions.webhooks import KINDS
from app.cli.database import database_option, open_database
from app.cli.terminal import Exit, Terminal, json_option, who_option
from app.config import Settings


@click.group("webhook")
def webhook() -> None:
    """Tell other programs what happens, by signed messages."""


@webhook.command("add")
@click.argument("address", metavar="URL")
@click.option("--portfolio", required=True, metavar="NAME")
@click.option("--on", "kinds", multiple=True, type=click.Choice(KINDS), help="Told of this; repeat it. [all]")
@who_option
@database_option
@click.pass_obj
def add(terminal: Terminal, address: str, portfolio: str, kinds: tuple[str, ...], who: str, url: str) -> None:
    """Add an address and print its secret, this once."""
    settings = Settings()
    number, secret = webhooks.add_webhook(
        open_database(url), settings.secret_key, portfolio, address, kinds or KINDS, who, settings.inside
    )
    click.echo(secret)
    terminal.say(f"codered: webhook {number} is told of {', '.join(kinds or KINDS)}; its receiver needs the secret")


@webhook.command("list")
@click.option("--portfolio", metavar="NAME", help="Of this portfolio only.")
@json_option
@database_option
@click.pass_obj
def list_all(terminal: Terminal, portfolio: str | None, url: str) -> None:
    """List the webhooks."""
    found = webhooks.list_webhooks(open_database(url), portfolio)
    for one in found:
        off = "" if one.active else "  (switched off)"
        if not terminal.json:
            click.echo(f"{one.id}  {one.portfolio}  {one.url}  {','.join(one.kinds)}{off}")
    facts = [
        {"id": one.id, "portfolio": one.portfolio, "url": one.url, "kinds": list(one.kinds), "active": one.active}
        for one in found
    ]
    terminal.answer({"webhooks": facts})


@webhook.command("remove")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@who_option
@database_option
@click.pass_obj
def remove(terminal: Terminal, number: int, who: str, url: str) -> None:
    """Remove a webhook and the log of its deliveries."""
    webhooks.remove_webhook(open_database(url), number, who)
    terminal.say(f"codered: webhook {number} is told nothing any more")


@webhook.command("test")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@who_option
@json_option
@database_option
@click.pass_obj
def test(terminal: Terminal, number: int, who: str, url: str) -> int:
    """Send a trial message now and say what came back."""
    db, settings = open_database(url), _settings()
    delivery = webhooks.try_webhook(db, number, who)
    deliver_due(db, settings.secret_key, settings.inside, delivery)
    found = webhooks.get_delivery(db, delivery)
    last = found.attempts[-1] if found.attempts else None
    status, message = (last.status, last.message) if last else (None, "a server that runs has taken it; see its log")
    terminal.answer({"state": found.state, "status": status, "message": message})
    terminal.show(f"{found.state}: {', '.join(str(part) for part in (status, message) if part)}")
    return Exit.DONE if found.arrived else Exit.FAILED


@webhook.command("deliver")
@database_option
@click.pass_obj
def deliver(terminal: Terminal, url: str) -> None:
    """Deliver what is due now, once; `codered serve` does it by itself."""
    db, settings, tried = open_database(url), _settings(), 0
    while found := deliver_due(db, settings.secret_key, settings.inside):
        tried += found
    terminal.say(f"codered: {tried} deliver{'y' if tried == 1 else 'ies'} tried")


def _settings() -> Settings:
    """The settings; what is logged meanwhile goes to stderr, and only where it is a warning."""
    found = Settings()
    logs.configure(found.model_copy(update={"log_level": "warning"}))
    return found
