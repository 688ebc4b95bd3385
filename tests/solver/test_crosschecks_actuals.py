"""Each check of actuals finds its fault, at its line; and what happened is no part of a digest."""

from __future__ import annotations

import pytest

from tests.solver.written import faults_of, only, place, reading

HEADER = "project,week,need,pool,amount,pace,progress"


def actuals(*rows: str) -> dict[str, str]:
    """The portfolio's actuals."""
    return {"actuals": "\n".join((HEADER, *rows)) + "\n"}


def test_a_course_and_an_amount_have_no_fault() -> None:
    assert (
        faults_of(**actuals("chat,2025-12-01,gpu,h100,3,,", "chat,2025-12-01,,,,0.5,", "speed,2025-12-01,,,,,0.2"))
        == ()
    )


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("chat,2025-12-01,,,,,", "pace", ""),
        ("chat,2025-12-01,gpu,,3,,", "pool", ""),
        ("chat,2025-12-01,,h100,3,,", "need", ""),
        ("chat,2025-12-01,gpu,h100,,,", "amount", ""),
        ("chat,2025-12-01,,,3,0.5,", "amount", "3"),
        ("chat,2025-12-01,gpu,h100,3,0.5,", "pace", "0.5"),
        ("chat,2025-12-01,,,,,0.5", "progress", "0.5"),
        ("chat,2025-12-01,gpu,ml,3,,", "pool", "ml"),
        ("nobody,2025-12-01,,,,0.5,", "project", "nobody"),
        ("chat,2025-12-01,,,,1.5,", "pace", "1.5"),
    ],
)
def test_what_says_nothing_or_too_much_is_a_fault_at_its_line(row: str, column: str, value: str) -> None:
    assert place(only(**actuals(row))) == ("actuals.csv", 2, column, value)


def test_what_happened_is_no_part_of_the_digest() -> None:
    assert reading(actuals()).problem.digest == reading({}).problem.digest
    assert reading(actuals()).problem != reading({}).problem
