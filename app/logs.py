"""Logs: one line per event, as JSON for machines or readable on a terminal, with the request and job it belongs to."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from app.config import Settings

SECRETS = ("password", "secret", "token", "authorization", "cookie", "key")
"""A value whose name holds one of these words is never written."""
HIDDEN = "(hidden)"
QUIET = ("alembic", "asyncio", "urllib3", "distributed", "werkzeug")
"""Libraries that are heard from warnings on."""


def configure(settings: Settings) -> None:
    """Send every log of this process, the libraries' too, to stderr in the form that the settings ask for."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    as_json = settings.log == "json" or (settings.log == "auto" and not sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendered(as_json)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendered(as_json: bool) -> list[Any]:
    dropped = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if as_json:
        return [dropped, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [dropped, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put a mark in the place of every value that must not be kept."""
    for name in event:
        if any(word in name.lower() for word in SECRETS):
            event[name] = HIDDEN
    return event
