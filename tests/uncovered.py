"""Work that is not counted as covered: what chance reaches, or others reach in less time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def uncovered(config: pytest.Config) -> Iterator[None]:
    """What is done meanwhile is not counted as covered, and is as quick as without counting."""
    counting = getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if counting is None:
        yield
        return
    counting.pause()
    try:
        yield
    finally:
        counting.resume()
