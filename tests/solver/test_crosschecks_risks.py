"""Each check of risks finds its fault, at its line, and only that."""

from __future__ import annotations

import pytest

from tests.solver.written import faults_of, only, place, reading

HEADER = "risk,kind,pool,project,need,distribution,low,mode,high,mean,sd,chance,from,to"
GROWS = "pool,week,amount\nh100,2025-12-01,10\nh100,2025-12-15,14\nml,2025-12-01,6\nh200,2025-12-01,8\n"


def risks(*rows: str) -> dict[str, str]:
    """The portfolio's risks, and a pool that grows."""
    return {"risks": "\n".join((HEADER, *rows)) + "\n"}


SOUND = (
    "late,delay,h100,,,triangular,1,2,6,,,0.5,2025-12-08,",
    "leave,attrition,ml,,,uniform,0.05,,0.15,,,,,",
    "surge,surge,,chat,gpu,lognormal,,,,0.2,0.1,,,",
    "surges,surge,,chat,,normal,,,,0.2,0.1,,,",
    "slip,slip,,speed,,fixed,,,,0.3,,,,",
)


def test_one_risk_of_every_kind_and_distribution_has_no_fault() -> None:
    files = {**risks(*SOUND), "capacity": GROWS}
    assert faults_of(**files) == ()
    found = reading(files).problem.risks
    assert {r.kind for r in found} == {"delay", "attrition", "surge", "slip"}
    assert {r.distribution for r in found} == {"triangular", "uniform", "lognormal", "normal", "fixed"}
    assert {r.risk: r.chance for r in found}["leave"] == 1.0


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("a,attrition,,,,fixed,,,,0.1,,,,", "pool", ""),
        ("a,slip,,,,fixed,,,,0.1,,,,", "project", ""),
        ("a,attrition,ml,chat,,fixed,,,,0.1,,,,", "project", "chat"),
        ("a,slip,,speed,people,fixed,,,,0.1,,,,", "need", "people"),
        ("a,attrition,nowhere,,,fixed,,,,0.1,,,,", "pool", "nowhere"),
        ("a,surge,,chat,tea,fixed,,,,0.1,,,,", "need", "tea"),
        ("a,attrition,ml,,,fixed,,,,,,,,", "mean", ""),
        ("a,attrition,ml,,,triangular,0.1,,0.3,,,,,", "mode", ""),
        ("a,attrition,ml,,,fixed,0.1,,,0.1,,,,", "low", "0.1"),
        ("a,attrition,ml,,,triangular,0.1,0.4,0.3,,,,,", "high", "0.3"),
        ("a,attrition,ml,,,uniform,0.4,,0.3,,,,,", "high", "0.3"),
        ("a,attrition,ml,,,lognormal,,,,0,0.1,,,", "mean", "0"),
        ("a,attrition,ml,,,fixed,,,,12,,,,", "mean", "12"),
        ("a,slip,,speed,,fixed,,,,25,,,,", "mean", "25"),
        ("a,attrition,ml,,,fixed,,,,0.1,,,2026-01-05,2025-12-01", "to", "2025-12-01"),
        ("a,slip,,chat,,fixed,,,,0.1,,,,", "project", "chat"),
        ("a,delay,ml,,,fixed,,,,2,,,,", "pool", "ml"),
        ("a,attrition,ml,,,fixed,,,,0.1,,1.5,,", "chance", "1.5"),
        ("a,flood,ml,,,fixed,,,,0.1,,,,", "kind", "flood"),
    ],
)
def test_a_risk_that_cannot_be_is_a_fault(row: str, column: str, value: str) -> None:
    fault = only(**risks(row))
    assert place(fault) == ("risks.csv", 2, column, value)
    assert fault.right


def test_a_delay_must_cover_a_week_in_which_its_pool_gains_capacity() -> None:
    fault = only(**{**risks("a,delay,h100,,,fixed,,,,2,,,2025-12-22,"), "capacity": GROWS})
    assert place(fault) == ("risks.csv", 2, "from", "2025-12-22")
    assert "2025-12-15" in fault.right
