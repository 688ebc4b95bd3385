"""`--workers N`, or the cluster of CODERED_DASK: by whom a command has its work done."""

from __future__ import annotations

import click

from app.config import Settings
from solver.progress import cores

threads_option = click.option(
    "--threads", type=click.IntRange(min=1), default=cores, show_default="one per core", metavar="N"
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N",
    help="Processes of this machine (1: none but this one). [default: one per core]",
)  # fmt: skip


def workers_and_dask(workers: int | None) -> tuple[int, str]:
    """How many processes of this machine, or the address of the cluster."""
    settings = Settings()
    if settings.dask and workers is not None:
        raise click.UsageError("--workers and CODERED_DASK do not go together: the cluster has its own workers.")
    return workers or settings.processes, settings.dask
