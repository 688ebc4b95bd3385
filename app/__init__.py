"""codered: the planner as an application with three doors (web, API, command line) to the same actions."""

# Nothing is imported at the top: `python3 -m app` must start before any package is installed.
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The pages and the API on the database of `settings` (default: from the environment)."""
    from app import api, web
    from app.config import Settings

    chosen = settings or Settings()
    site = web.build(chosen)
    api.mount(site, web.database_of(site), chosen)
    if chosen.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        count = chosen.proxies
        site.wsgi_app = ProxyFix(site.wsgi_app, count, count, count)  # type: ignore[method-assign]
    return site
