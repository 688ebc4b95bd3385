"""What tests of the search share: a small portfolio in which much competes for little, and that it counts as large."""

from __future__ import annotations

import pytest

from benchmarks.generate import generate
from solver.problem import Problem


@pytest.fixture(scope="session")
def problem() -> Problem:
    """A generated portfolio in which much competes for little."""
    return generate(8, 4, 8, 3)


@pytest.fixture
def counts_as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every portfolio that is solved class after class is decided as a large one is."""
    monkeypatch.setattr("solver.search.stages.LARGE", 0)
