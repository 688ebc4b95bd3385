"""`codered import FOLDER`: read a folder of CSV files into the database, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import click

from app.actions.import_data import import_portfolio
from app.cli.database import database_option, open_database
from app.cli.terminal import Terminal, json_option, who_option


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@database_option
@who_option
@json_option
@click.pass_obj
def import_folder(terminal: Terminal, folder: Path, url: str, who: str) -> None:
    """Import the portfolio in FOLDER (or a zip of it): all of it, or every fault and nothing.

    A portfolio of the same id is replaced; its plans and its audit trail stay.
    """
    imported = import_portfolio(open_database(url), folder, who)
    terminal.faults(imported.notices, "notice")
    terminal.say(f"codered: portfolio {imported.portfolio} imported, {sum(imported.counts.values())} records")
    terminal.answer(
        {
            "portfolio": imported.portfolio,
            "records": imported.counts,
            "notices": [n.as_dict() for n in imported.notices],
        }
    )
