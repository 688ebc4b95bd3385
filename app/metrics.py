"""Figures for operators in Prometheus' form: the requests of this process, and the state of the database.

Jobs, plans and portfolios are read from the database when somebody asks, so that they are right however many processes
and hosts work on it. Where several processes serve, each writes its counts to a file in `SHARED`, and any of them tells
the sum.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.version import VERSION

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder; the library reads it when it is imported."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Histogram(
    "codered_request_seconds", "Seconds until a request was answered.", ("door", "endpoint", "method", "status"),
    buckets=SECONDS,
)  # fmt: skip

Figures = Callable[[], Mapping[str, Mapping[str, float]]]
"""Reads the database: name of a figure -> label -> value."""
GAUGES = {
    "codered_jobs": ("Jobs by state.", "state"),
    "codered_job_waits_seconds": ("Seconds that the oldest job of a state waits or runs.", "state"),
    "codered_rows": ("Portfolios, scenarios, plans and lines of the audit trail.", "table"),
}


def answered(door: str, endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count a request."""
    REQUESTS.labels(door, endpoint, method, str(status)).observe(seconds)


def exposition(figures: Figures) -> bytes:
    """Everything counted, as text."""
    stored = CollectorRegistry()
    stored.register(_FromDatabase(figures))
    return generate_latest(_counted()) + generate_latest(stored)


def _counted() -> CollectorRegistry:
    """The requests of all processes that serve."""
    if SHARED not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


class _FromDatabase(Collector):
    """What the database says now."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[GaugeMetricFamily]:
        about = GaugeMetricFamily("codered_info", "The version that answers.", labels=["version"])
        about.add_metric([VERSION], 1.0)
        yield about
        for name, values in self._figures().items():
            text, label = GAUGES[name]
            family = GaugeMetricFamily(name, text, labels=[label])
            for key, value in values.items():
                family.add_metric([key], value)
            yield family
