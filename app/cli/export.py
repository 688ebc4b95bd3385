"""`codered export PORTFOLIO OUT`: write a portfolio, a scenario of it or a stored plan as CSV files or a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from app.actions import export_data
from app.cli.database import database_option, open_database
from app.cli.terminal import Terminal
from app.db import Database


@click.command("export")
@click.argument("portfolio")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--scenario", type=int, metavar="N", help="Export the portfolio with this scenario's changes.")
@click.option("--plan", type=int, metavar="N", help="Export this stored plan instead of the records.")
@database_option
@click.pass_obj
def export(terminal: Terminal, portfolio: str, out: Path, scenario: int | None, plan: int | None, url: str) -> None:
    """Write PORTFOLIO to the folder OUT, or to one file when OUT ends in .zip or .xlsx."""
    if scenario is not None and plan is not None:
        raise click.UsageError("--scenario and --plan exclude each other: a plan holds its own records.")
    db = open_database(url)
    if plan is not None and out.suffix.lower() == ".xlsx":
        raise click.UsageError("a plan is written to a folder or a .zip; a workbook holds records.")
    if out.suffix.lower() in (".zip", ".xlsx"):
        book = out.suffix.lower() == ".xlsx"
        content = export_data.export_book(db, portfolio, scenario) if book else _zip(db, portfolio, scenario, plan)
        write_file(out, content)
    else:
        write_texts(_files(db, portfolio, scenario, plan), out)
    terminal.say(f"codered: {f'plan {plan}' if plan is not None else portfolio} written to {out}")


def write_file(out: Path, content: bytes) -> None:
    """One file, with its folder."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)


def _zip(db: Database, portfolio: str, scenario: int | None, plan: int | None) -> bytes:
    if plan is not None:
        return export_data.export_plan_zip(db, plan)
    return export_data.export_zip(db, portfolio, scenario)


def _files(db: Database, portfolio: str, scenario: int | None, plan: int | None) -> Mapping[str, str]:
    if plan is not None:
        return export_data.export_plan_files(db, plan)
    return export_data.export_files(db, portfolio, scenario)


def write_texts(files: Mapping[str, str], out: Path) -> None:
    """Texts as files; their line ends are already those of the CSV, so nothing is translated."""
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8", newline="")
