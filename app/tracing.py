"""Traces for OpenTelemetry, where they are asked for: `OTEL_EXPORTER_OTLP_ENDPOINT` and the extra `otel`; else nothing.

A request is a span; a caller's `traceparent` is gone on from.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

from app.version import VERSION

ASKED = "OTEL_EXPORTER_OTLP_ENDPOINT"


def wanted() -> bool:
    """Whether somebody configured a place for traces."""
    return bool(os.environ.get(ASKED))


def missing() -> str:
    """What to install when traces are wanted and cannot be had; blank otherwise."""
    if not wanted() or (find_spec("opentelemetry") and find_spec("opentelemetry.sdk")):
        return ""
    return f"{ASKED} is set, but OpenTelemetry is not installed: pip install 'codered[otel]'"


@cache
def _tracer() -> Any:
    """The tracer of this process; made once, after any fork."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "codered", "service.version": VERSION})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.get_tracer("codered", VERSION)


def begin(name: str, headers: Mapping[str, str] | None = None) -> Any:
    """A span that has begun; None where nobody wants traces."""
    if not wanted() or missing():
        return None
    from opentelemetry.propagate import extract

    carrier = {key.lower(): value for key, value in (headers or {}).items()}
    return _tracer().start_span(name, context=extract(carrier))


def end(span: Any, facts: Mapping[str, Any]) -> None:
    """End a span with what became of it."""
    if span is not None:
        span.set_attributes(dict(facts))
        span.end()
