"""`codered serve`: the web application over the database of this installation."""

from __future__ import annotations

import os

import click

from app.actions.accounts import has_admin
from app.cli import server
from app.cli.database import database_option, open_database
from app.cli.exposure import refuse_exposure
from app.cli.terminal import Terminal
from app.config import Settings


@click.command("serve")
@click.option("--host", default=lambda: Settings().host, metavar="HOST", help="Address to listen on. [127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), default=lambda: Settings().port, metavar="PORT", help="[8000]")
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Requests at a time.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that serve.")
@database_option
@click.pass_obj
def serve(terminal: Terminal, host: str, port: int, threads: int, processes: int, url: str) -> None:
    """Serve the pages. The database is brought to the newest schema first.

    It does the jobs as well, unless CODERED_WORKER=no leaves them to `codered worker`.
    On an address that others can reach it needs CODERED_SECRET_KEY and an admin, and refuses the demo account.
    """
    db = open_database(url)
    settings = Settings()
    refuse_exposure(host, settings, db)
    ready = has_admin(db, provider=bool(settings.oidc_issuer))
    db.close()
    os.environ["CODERED_DATABASE_URL"] = url
    if server.free_port(host, port) != port:
        raise click.ClickException(f"port {port} on {host} is taken; choose another with --port")
    where = server.address(host, port)
    first = "" if ready else "; nobody can sign in yet: codered account add NAME --role admin"
    said = f"codered: serving {where} (Ctrl-C stops){first}"
    server.run(host, port, threads, lambda: terminal.say(said), processes)
