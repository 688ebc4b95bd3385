"""Imports that can be told apart, and whether one is there: all of it, once."""

from __future__ import annotations

from collections.abc import Mapping

from app.actions.edit import rows
from app.db import Database
from tests.app.lab import FILES

MANY = "signal,date,value\n" + "".join(
    f"visits,{year}-{month:02d}-{day:02d},1\n" for year in range(2005, 2025) for month in range(1, 13) for day in (1, 9)
)


def stamped(number: object) -> dict[str, str]:
    """The small portfolio in which every project has a name that ends with a number, and many signals do too."""
    header, *lines = FILES["projects.csv"].splitlines()
    at = header.split(",").index("name")
    named = []
    for line in lines:
        cells = line.split(",")
        cells[at] = f"{cells[0]} #{number}"
        named.append(",".join(cells))
    many = MANY.replace(",1\n", f",{number}\n")
    return {**FILES, "projects.csv": "\n".join([header, *named, ""]), "signals.csv": many}


def versions(db: Database) -> Mapping[object, int]:
    """The version of every project."""
    return {r.key: r.version for r in rows(db, "lab", "projects")}


def is_whole(db: Database, number: int, before: Mapping[object, int]) -> bool:
    """Whether an import is there; half of one, or one that happened twice, fails."""
    names = {r.record.name for r in rows(db, "lab", "projects")}
    values = {r.record.value for r in rows(db, "lab", "signals")}
    after = versions(db)
    there_now = {name.endswith(f" #{number}") for name in names}
    assert len(there_now) == 1, f"half an import: {names}"
    assert there_now == {values == {float(number)}}, f"half an import: {names} and {len(values)} values"
    if there_now == {True}:
        assert set(after.values()) == {max(before.values()) + 1}, "it happened more than once"
    else:
        assert after == before
    return there_now == {True}
