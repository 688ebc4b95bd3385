"""Turn OR-Library's mknap1 file (Petersen's R&D project selection) into one portfolio folder per instance.

python examples/petersen/convert.py mknap1.txt examples/petersen
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WEEK = "2025-12-01"
Row = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """A 0/1 knapsack with several resources: `use[resource][project]`, amounts as the file writes them."""

    number: int
    profit: tuple[str, ...]
    use: tuple[tuple[str, ...], ...]
    supply: tuple[str, ...]

    @property
    def name(self) -> str:
        """Id of the portfolio and name of its folder."""
        return f"mknap1-{self.number}"


def read_instances(text: str) -> Iterator[Instance]:
    """The instances of an OR-Library file: their count, then per instance `n m optimum`, profits, use, supply."""
    words = iter(text.split())
    for number in range(1, int(next(words)) + 1):
        projects, resources, _optimum = int(next(words)), int(next(words)), next(words)
        profit = tuple(next(words) for _ in range(projects))
        use = tuple(tuple(next(words) for _ in range(projects)) for _ in range(resources))
        yield Instance(number, profit, use, tuple(next(words) for _ in range(resources)))


def tables(instance: Instance) -> Iterator[tuple[str, Row, list[Row]]]:
    """The files of the instance's portfolio as (stem, header, rows): one week, all or nothing, no ramp."""
    projects = [(f"p{n:02}", value) for n, value in enumerate(instance.profit, 1)]
    pools = [(f"r{n:02}", amount) for n, amount in enumerate(instance.supply, 1)]
    uses = [
        (project, pool, amount)
        for (pool, _), row in zip(pools, instance.use, strict=True)
        for (project, _), amount in zip(projects, row, strict=True)
        if float(amount) > 0
    ]
    title = f"Petersen's R&D projects, instance {instance.number}"
    yield "portfolio", ("portfolio", "name", "start", "weeks"), [(instance.name, title, WEEK, 1)]
    yield "pools", ("pool", "kind", "type", "step"), [(pool, "money", "budget", 0) for pool, _ in pools]
    yield "capacity", ("pool", "week", "amount"), [(pool, WEEK, amount) for pool, amount in pools]
    yield "projects", ("project", "kind", "priority", "value"), [(p, "run", 0, value) for p, value in projects]
    yield "needs", ("project", "need", "kind", "full", "minimum"), [(p, r, "money", a, a) for p, r, a in uses]
    yield "eligible", ("project", "need", "pool"), [(p, r, r) for p, r, _ in uses]
    header = ("policy", "name", "kind", "gpu_ramp", "engineer_ramp", "mentor", "tolerance")
    yield "policies", header, [("select", "Select the best portfolio", "normal", 0, 0, 0, 0)]


def write_portfolio(instance: Instance, target: Path) -> None:
    """Write the instance's CSV folder below `target`."""
    folder = target / instance.name
    folder.mkdir(parents=True, exist_ok=True)
    for stem, header, rows in tables(instance):
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])


def main(source: str, target: str) -> None:
    """Convert every instance of the file."""
    for instance in read_instances(Path(source).read_text(encoding="utf-8")):
        write_portfolio(instance, Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:3])
