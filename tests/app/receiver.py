"""A real HTTP server on this machine that takes webhooks, answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

HERE = [ip_network("127.0.0.0/8")]


@dataclass
class Receiver:
    """`answers` are the statuses to come, the last for ever; `slowly`: it sends one byte now and then until let go."""

    address: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    slowly: threading.Event | None = None


@contextmanager
def receiver() -> Iterator[Receiver]:
    """The server, while it runs."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        """Takes one message."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if found.slowly is not None:
                self._drip(found.slowly)
                return
            status = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"{found.address}elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self, let_go: threading.Event) -> None:
            try:
                while not let_go.wait(0.05):
                    self.wfile.write(b"H")
                    self.wfile.flush()
            except OSError:
                let_go.set()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
