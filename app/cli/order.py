"""`codered order PORTFOLIO SCENARIO SCENARIO ...`: several code reds as one policy, in an explicit order."""

from __future__ import annotations

import click

from app.actions.code_reds import order_code_reds
from app.actions.scenarios import get_scenario
from app.cli.database import database_option, open_database
from app.cli.terminal import Terminal, json_option, who_option


@click.command("order")
@click.argument("portfolio")
@click.argument("scenarios", type=click.IntRange(min=1), nargs=-1, required=True, metavar="SCENARIO...")
@database_option
@who_option
@json_option
@click.pass_obj
def order(terminal: Terminal, portfolio: str, scenarios: tuple[int, ...], url: str, who: str) -> None:
    """Combine the code reds of two or more SCENARIOs of PORTFOLIO, by number: the first wins over the second.

    A new scenario holds the policy that they become. Each is named once, and all hold in the same weeks.
    """
    if len(set(scenarios)) < len(scenarios):
        raise click.UsageError("a scenario stands in the order twice")
    db = open_database(url)
    places: dict[int, int | None] = {number: place for place, number in enumerate(scenarios, 1)}
    made = get_scenario(db, order_code_reds(db, portfolio, places, who))
    terminal.answer({"scenario": made.id, "policy": made.policy, "name": made.name})
    terminal.show(f"scenario {made.id}: {made.name} (policy {made.policy})")
