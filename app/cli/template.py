"""`codered template OUT`: an empty portfolio to be filled in, as a folder, a zip or a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from app.actions import export_data
from app.cli.export import write_file, write_texts
from app.cli.terminal import Terminal
from solver.folder import template_files


@click.command("template")
@click.argument("out", type=click.Path(path_type=Path))
@click.pass_obj
def template(terminal: Terminal, out: Path) -> None:
    """Write an empty portfolio to the folder OUT, or to one file when OUT ends in .zip or .xlsx."""
    if out.exists():
        raise click.ClickException(f"{out} is there already; name something new")
    kind = out.suffix.lower().removeprefix(".")
    if kind in ("zip", "xlsx"):
        write_file(out, export_data.template(kind))
    else:
        write_texts(template_files(), out)
    terminal.say(f"codered: an empty portfolio was written to {out}")
