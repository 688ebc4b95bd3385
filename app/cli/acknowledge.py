"""`codered acknowledge PORTFOLIO TRIGGER`: say that an advice was seen, and why no code red is declared."""

from __future__ import annotations

import click

from app.actions.acknowledge import acknowledge
from app.cli.database import database_option, open_database
from app.cli.terminal import Terminal, json_option, who_option


@click.command("acknowledge")
@click.argument("portfolio")
@click.argument("trigger")
@click.option("--reason", required=True, help="Why no code red is declared; goes into the audit trail.")
@database_option
@who_option
@json_option
@click.pass_obj
def acknowledge_advice(terminal: Terminal, portfolio: str, trigger: str, reason: str, url: str, who: str) -> None:
    """Say that what TRIGGER of PORTFOLIO advises was seen. It holds until another day is measured."""
    acknowledge(open_database(url), portfolio, trigger, reason, who)
    terminal.answer({"portfolio": portfolio, "trigger": trigger, "acknowledged": True})
    terminal.say(f"codered: the advice of {trigger} is acknowledged until another day is measured")
