"""Live progress of a solve on stderr: a table that fills class by class, or plain lines where nobody watches."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from solver.progress import Progress

EVERY = 2.0
"""Seconds between plain lines about the same class."""


def number(value: float | None, digits: int = 1) -> str:
    """A number for people; a dash for one that is not known yet."""
    return "-" if value is None else f"{value:,.{digits}f}"


class ProgressDisplay:
    """Shows each report of the solver; use as a context manager, and hand `report` to `solve`."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.reports: dict[tuple[int, str], Progress] = {}
        self.told = (-1, "", 0.0)
        self.live = Live(self.table(), console=console, refresh_per_second=8, transient=True, auto_refresh=True)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.live.stop()

    def report(self, progress: Progress) -> None:
        """Take one report of the solver; called from the solver's thread."""
        self.reports[progress.rank, progress.phase] = progress
        if self.console.is_terminal:
            self.live.update(self.table())
            return
        rank, phase, at = self.told
        now = time.monotonic()
        if (progress.rank, progress.phase) != (rank, phase) or now - at >= EVERY:
            self.told = (progress.rank, progress.phase, now)
            self.console.print(line(progress), markup=False, soft_wrap=True)

    def table(self) -> Table:
        """One row per class, as last reported."""
        table = Table("class", "phase", box=None, header_style="bold", title_justify="left")
        for name in ("incumbent", "bound", "gap %", "seconds"):
            table.add_column(name, justify="right")
        for p in self.reports.values():
            cells = (number(p.incumbent), number(p.bound), number(p.gap_percent, 2), number(p.seconds))
            table.add_row(p.name, p.phase, *cells)
        return table


def line(p: Progress) -> str:
    """One report in a line."""
    facts = f"incumbent {number(p.incumbent)}, bound {number(p.bound)}, gap {number(p.gap_percent, 2)} %"
    return f"{p.seconds:6.1f} s  {p.phase} {p.name}: {facts}"
