"""The limits of a solve that a page starts."""

from __future__ import annotations

from app.web import context
from solver.progress import Options


def options() -> Options:
    """Time and threads as this installation is set up."""
    settings = context.settings()
    return Options(time_limit=settings.time_limit, threads=settings.threads)
