"""How the web application is served: gunicorn's threads where it runs, else werkzeug's.

The application is named as text, as servers do it: the command line does not import the web.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

APPLICATION = "app:create_app()"
TRIES = 50


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


def run(host: str, port: int, threads: int) -> None:
    """Serve until stopped. One process, because the recompute jobs live in it; several threads."""
    if importlib.util.find_spec("fcntl"):
        _gunicorn(host, port, threads)
    else:
        _werkzeug(host, port)


def when_ready(url: str, then: Callable[[], None]) -> None:
    """Call `then` from a thread as soon as the address answers."""

    def wait() -> None:
        for _ in range(600):
            try:
                urllib.request.urlopen(url, timeout=10).close()  # noqa: S310 - our own http address
            except urllib.request.HTTPError:
                break
            except OSError:
                pause.wait(0.1)
            else:
                break
        then()

    pause = threading.Event()
    threading.Thread(target=wait, daemon=True).start()


def _gunicorn(host: str, port: int, threads: int) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.util import import_app

    settings = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": threads,
        "preload_app": False,
        "timeout": 120,
        "graceful_timeout": 3,
        "loglevel": "warning",
        "control_socket_disable": True,
    }

    class Server(BaseApplication):  # type: ignore[misc]
        """Gunicorn without its own command line."""

        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return import_app(APPLICATION)

    Server().run()


def _werkzeug(host: str, port: int) -> None:
    from werkzeug.serving import run_simple
    from werkzeug.utils import import_string

    run_simple(host, port, import_string(APPLICATION.removesuffix("()"))(), threaded=True)
