"""`codered import SOURCE`: lay files over the records of the database; all of it or nothing, or only show it."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from app.actions.preview import Looked, bring_in, look
from app.cli.database import database_option, open_database
from app.cli.terminal import Exit, Terminal, json_option, results, who_option
from solver.merging import FAULT, UNCHANGED, VERBS, Step

SHOWN_STEPS = 200


@click.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would happen, line by line.")
@click.option("--replace", "replacing", is_flag=True, help="Remove records that a table of SOURCE has no line for.")
@click.option("--portfolio", metavar="ID", help="The portfolio to change, when SOURCE does not name it.")
@database_option
@who_option
@json_option
@click.pass_obj
def import_folder(
    terminal: Terminal, source: Path, dry_run: bool, replacing: bool, portfolio: str | None, url: str, who: str
) -> int:
    """Import the folder, zip or workbook SOURCE: all of it, or every fault and nothing.

    Lines create or update records. A column that is not there keeps what is, a blank cell clears it, a record without
    a line stays unless --replace is given. Plans and the audit trail always stay.
    """
    db = open_database(url)
    looked = look(db, source, portfolio=portfolio, replacing=replacing)
    if dry_run:
        return _show(terminal, looked)
    imported = bring_in(db, looked, who)
    terminal.faults(looked.merge.notices, "notice")
    problem = looked.merge.problem
    counts = {table: len(rows) for table, rows in problem.tables().items()} if problem else {}
    terminal.say(
        f"codered: portfolio {imported.portfolio} imported: {imported.created} created, {imported.updated} updated, "
        f"{imported.removed} removed; {sum(counts.values())} records now"
    )
    terminal.answer({"portfolio": imported.portfolio, "records": counts, **_answer(looked)})
    return Exit.DONE


def _show(terminal: Terminal, looked: Looked) -> int:
    """The preview: counts and steps on stdout, faults and notices on stderr."""
    merged = looked.merge
    terminal.faults(merged.notices, "notice")
    terminal.faults(merged.faults)
    counts = Table("table", *VERBS, box=None)
    for table, by_verb in merged.counts.items():
        counts.add_row(table, *(f"{by_verb[verb]:,}" for verb in VERBS))
    terminal.show(counts)
    changing = [s for s in merged.steps if s.verb not in (UNCHANGED, FAULT)]
    for step in changing[:SHOWN_STEPS] if not terminal.json else ():
        results().print(_line(step), markup=False, soft_wrap=True)
    if len(changing) > SHOWN_STEPS:
        terminal.say(f"codered: {len(changing) - SHOWN_STEPS:,} more lines (--json shows all)")
    terminal.say("codered: nothing was written")
    facts = [
        {"table": s.table, "line": s.line, "action": s.verb, "key": [None if k is None else str(k) for k in s.key],
         "cells": {name: list(pair) for name, pair in s.cells.items()}}
        for s in merged.steps
    ]  # fmt: skip
    faults = [f.as_dict() for f in merged.faults]
    terminal.answer({"portfolio": looked.portfolio, "faults": faults, "steps": facts, **_answer(looked)})
    return Exit.INVALID if merged.faults else Exit.DONE


def _answer(looked: Looked) -> dict[str, object]:
    return {"counts": looked.merge.counts, "notices": [n.as_dict() for n in looked.merge.notices]}


def _line(step: Step) -> str:
    key = "/".join("" if part is None else str(part) for part in step.key)
    cells = "; ".join(f"{name} {was or '(blank)'} -> {now or '(blank)'}" for name, (was, now) in step.cells.items())
    return f"{step.verb:<8} {step.table}" + (f", line {step.line}" if step.line else "") + f": {key}  {cells}".rstrip()
