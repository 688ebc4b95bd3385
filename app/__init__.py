"""codered: the planner as an application with three doors (web, API, command line) to the same actions."""

# Nothing is imported at the top: `python3 -m app` must start before any package is installed.
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """The web application on the database of `settings` (default: from the environment)."""
    from app.config import Settings
    from app.web import build

    return build(settings or Settings())
