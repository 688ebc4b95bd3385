"""How the web application is served: gunicorn's threads where it runs, else werkzeug's.

The application is named as text, as servers do it: the command line does not import the web.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from typing import Any

from app import logs, tracing
from app.actions import work
from app.actions.deliver import Deliverer
from app.config import Settings
from app.db import Database
from app.errors import CoderedError


class RefusedToServe(CoderedError):
    """The server does not start; the message says what to do."""


APPLICATION = "app:create_app()"
TRIES = 50
KEEPALIVE = 75
"""Seconds that an idle connection stays open, as people read for so long; it holds no thread."""
SHARED_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes that serve count their requests together; set before any of them loads the application."""


def free_port(host: str, wanted: int) -> int:
    """The port wanted, else the next that nobody listens on. Raises OSError when there is none nearby."""
    for port in range(wanted, min(wanted + TRIES, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {wanted} to {wanted + TRIES - 1} on {host}")


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds the server."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared only
    return f"http://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{port}/"


def run(host: str, port: int, threads: int, ready: Callable[[], None], processes: int = 1) -> None:
    """Serve until stopped; `ready` is called once the application is loaded.

    Every process does jobs as well, unless that is left to `codered worker`. Nothing here may start a thread before
    gunicorn forks: a lock held in that moment would stay locked in the process for ever.
    """
    logs.configure(Settings())
    if lacking := tracing.missing():
        raise RefusedToServe(lacking)
    if importlib.util.find_spec("fcntl"):
        _gunicorn(host, port, threads, ready, processes)
    else:
        _werkzeug(host, port, ready)


_deliverers: list[Deliverer] = []
"""Of this process."""


def begin_work() -> None:
    """Deliver webhooks, and do the jobs of the database in this process or leave them to others, as is set up."""
    settings = Settings()
    _deliverers.append(Deliverer(Database(settings.url), settings))
    if not settings.worker:
        work.leave_to_others()
        return
    work.use(work.Worker(lease=settings.lease))
    work.watch(Database(settings.url))


def _gunicorn(host: str, port: int, threads: int, ready: Callable[[], None], processes: int) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.util import import_app

    from app.cli.lingering import LingeringWorker

    def loaded(worker: Any) -> None:
        begin_work()
        if worker.age == 1:
            ready()

    def ended(arbiter: Any, worker: Any) -> None:
        """Close the solver; the master's second signal to stop must not interrupt that."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for deliverer in _deliverers:
            deliverer.close()
        work.shut_down()

    def gone(arbiter: Any, worker: Any) -> None:
        """A process has ended: what it counted stays in the sums."""
        if SHARED_FIGURES in os.environ:
            from prometheus_client.multiprocess import mark_process_dead

            mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

    settings: dict[str, Any] = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "worker_class": LingeringWorker,
        "workers": processes,
        "threads": threads,
        "preload_app": False,
        "timeout": 120,
        "keepalive": KEEPALIVE,
        "graceful_timeout": 3,
        "loglevel": "warning",
        "control_socket_disable": True,
        "post_worker_init": loaded,
        "worker_exit": ended,
        "child_exit": gone,
    }

    class Server(BaseApplication):  # type: ignore[misc]
        """Gunicorn without its own command line."""

        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return import_app(APPLICATION)

    if processes == 1:
        Server().run()
        return
    with tempfile.TemporaryDirectory(prefix="codered-figures-") as folder:
        os.environ[SHARED_FIGURES] = folder
        Server().run()


def _werkzeug(host: str, port: int, ready: Callable[[], None]) -> None:
    from werkzeug.serving import run_simple
    from werkzeug.utils import import_string

    application = import_string(APPLICATION.removesuffix("()"))()
    begin_work()
    ready()
    run_simple(host, port, application, threaded=True)
