"""Traces reach a real collector where one is configured, and nothing happens where none is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app import tracing

CALLER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bytes]]]:
    """A collector on this machine: the requests that it got."""
    got: list[tuple[str, bytes]] = []

    class Collect(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Collect)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    monkeypatch.setenv(tracing.ASKED, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    tracing._tracer.cache_clear()
    yield got
    tracing._tracer.cache_clear()
    server.shutdown()
    server.server_close()


def test_a_span_reaches_the_collector_and_goes_on_from_its_caller(collector: list[tuple[str, bytes]]) -> None:
    span = tracing.begin("GET situation.show", CALLER)
    tracing.end(span, {"http.response.status_code": 200})
    span._span_processor.force_flush()
    (path, body), *_ = collector
    assert path == "/v1/traces"
    assert b"GET situation.show" in body
    assert bytes.fromhex("0af7651916cd43dd8448eb211c80319c") in body


def test_without_a_collector_there_is_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tracing.ASKED, raising=False)
    assert tracing.begin("GET situation.show") is None
    assert tracing.missing() == ""


def test_a_collector_without_the_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tracing.ASKED, "http://127.0.0.1:1")
    monkeypatch.setattr(tracing, "find_spec", lambda _name: None)
    assert "pip install 'codered[otel]'" in tracing.missing()
    assert tracing.begin("GET situation.show") is None
