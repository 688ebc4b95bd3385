"""The time for one step: of work, so that a busy machine looks for as much as an idle one, and never past the end."""

from __future__ import annotations

import time

import pytest

from solver.progress import Options
from solver.task import BRIEFLY, Clock


def clock(passed: float, worked: float, limit: float = 1000.0) -> Clock:
    """A clock of a solve that began some seconds ago and got some seconds of processor time since."""
    return Clock(Options(time_limit=limit), started=time.perf_counter() - passed, worked=time.process_time() - worked)


@pytest.mark.parametrize(
    ("worked", "given"),
    [(20.0, 3.0), (10.0, 6.0), (40.0, 3.0), (2.0, 12.0), (0.1, 3.0)],
    ids=["alone", "half a processor", "two threads", "hardly any: four times", "too early to tell"],
)
def test_a_second_of_work_takes_longer_where_the_machine_is_busy(worked: float, given: float) -> None:
    assert clock(20.0, worked).budget(3.0) == pytest.approx(given, rel=0.02)


def test_no_step_goes_past_what_is_left_or_past_the_end_of_its_class() -> None:
    assert clock(20.0, 5.0, limit=24.0).budget(3.0) == pytest.approx(4.0, abs=0.1)
    assert clock(20.0, 5.0).budget(3.0, until=22.0) == pytest.approx(2.0, abs=0.1)
    assert clock(20.0, 5.0, limit=10.0).budget(3.0) == BRIEFLY
    assert clock(20.0, 5.0).budget(3.0, until=10.0) == BRIEFLY
