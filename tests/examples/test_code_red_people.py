"""The people of the example stand where its baseline has them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from solver.folder import read

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "code-red"


def test_the_people_add_up_to_every_pool_of_engineers_and_to_the_baseline_without_a_notice() -> None:
    reading = read(EXAMPLE)
    assert reading.notices == ()
    fte: Counter[str] = Counter()
    for person in reading.problem.people:
        fte[person.pool] += person.fte  # type: ignore[assignment]
    pools = [p.pool for p in reading.problem.pools if p.kind == "engineer"]
    assert dict(fte) == {pool: reading.problem.supply(pool)[0] for pool in pools}
