"""What a command says: results on stdout, messages on stderr, and errors as sentences with an exit code."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from app.errors import CoderedError

if TYPE_CHECKING:
    from solver.faults import Fault, InvalidInput


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    INVALID = 2
    INFEASIBLE = 3
    STOPPED = 4
    INTERRUPTED = 130


def results() -> Console:
    """The console of results; wide enough for tables when nobody looks at it."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False)


@dataclass
class Terminal:
    """The two streams of a command, and how its user wants to be answered."""

    debug: bool = False
    json: bool = False
    messages: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def say(self, text: str) -> None:
        """One line for a person, never wrapped."""
        self.messages.print(text, markup=False, soft_wrap=True)

    def show(self, result: Any) -> None:
        """A result for a person: left out when the answer is JSON."""
        if not self.json:
            results().print(result)

    def answer(self, facts: dict[str, Any]) -> None:
        """A result for a machine: left out when the answer is for a person."""
        if self.json:
            click.echo(json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False, default=str))

    def faults(self, faults: Iterable[Fault], kind: str = "fault") -> None:
        """Every fault or notice with its file, line and column."""
        for fault in faults:
            self.say(f"{kind}: {fault}")


def this_user() -> str:
    """The name of the user of this terminal."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"


def _set_json(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.find_object(Terminal).json = value  # type: ignore[union-attr]


json_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--json", is_flag=True, expose_value=False, callback=_set_json, help="Answer with JSON on stdout."
)
who_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--who", default=this_user, metavar="NAME", help="Who does this, for the audit trail (default: you)."
)


def answer_for(error: BaseException, terminal: Terminal) -> int:
    """Tell what went wrong in words; the exit code."""
    from solver.faults import InvalidInput  # here, so that `--version` need not load the planner

    if isinstance(error, InvalidInput):
        return invalid(error, terminal)
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        terminal.say("codered: stopped")
        return Exit.INTERRUPTED
    terminal.answer({"status": "failed", "message": str(error)})
    if isinstance(error, CoderedError):
        terminal.say(f"codered: {error}")
    elif isinstance(error, OSError):
        terminal.say(f"codered: {error.filename}: {error.strerror}" if error.filename else f"codered: {error}")
    else:
        terminal.say(f"codered: unexpected {type(error).__name__}: {error} (`codered --debug ...` shows the trace)")
    return Exit.FAILED


def invalid(error: InvalidInput, terminal: Terminal) -> int:
    """Print every fault of an input, and how many there are."""
    terminal.faults(error.notices, "notice")
    terminal.faults(error.faults)
    count = len(error.faults)
    terminal.say(f"codered: the input is invalid, {count} fault{'s' if count != 1 else ''}")
    terminal.answer(
        {
            "status": "invalid",
            "faults": [f.as_dict() for f in error.faults],
            "notices": [n.as_dict() for n in error.notices],
        }
    )
    return Exit.INVALID
