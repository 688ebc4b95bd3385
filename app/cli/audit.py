"""`codered audit ...`: whether the audit trail is as it was written."""

from __future__ import annotations

import click

from app.actions import audit as trail
from app.cli.database import database_option, open_database
from app.cli.terminal import Exit, Terminal, json_option


@click.group("audit")
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.option("--end", "noted", default="", metavar="HASH", help="An end noted earlier, which must still be there.")
@json_option
@database_option
@click.pass_obj
def verify(terminal: Terminal, noted: str, url: str) -> int:
    """Recompute the hash of every line: each holds the line and all lines before it.

    Whoever cuts lines off the end leaves a chain that holds: note the end that is told here elsewhere, and ask for it
    with --end the next time.
    """
    found = trail.verify(open_database(url), noted.strip())
    facts = {"status": "good" if found.good else "broken", "lines": found.lines, "end": found.end,
             "broken": found.broken, "holds_end": found.holds_end}  # fmt: skip
    terminal.answer(facts)
    if found.broken is not None:
        terminal.say(f"codered: line {found.broken} of the audit trail, or the one before it, is not as it was written")
    elif not found.holds_end:
        terminal.say("codered: the end that was noted is no longer in the audit trail: lines were cut off")
    else:
        terminal.show(f"{found.lines} lines hold; the end is {found.end or 'empty'}")
    return Exit.DONE if found.good else Exit.FAILED
