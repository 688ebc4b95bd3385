"""People in their portfolio: whose pool and project they may have, and what is said when they do not add up."""

from __future__ import annotations

from datetime import date

import pytest

from tests.solver.written import faults_of, only, place, reading

HEAD = "person,pool,site,project,fte,locked_until,skills\n"
FIVE = "".join(f"p-{n},ml,,{project},,,\n" for n, project in enumerate(["chat", "chat", "speed", "", ""]))


def test_people_are_read_with_their_defaults() -> None:
    (ada,) = reading({"people": "person,pool\nADA,ml\n"}).problem.people
    assert (ada.person, ada.pool, ada.project, ada.fte, ada.locked_until) == ("ada", "ml", None, 1.0, None)
    text = HEAD + "ada,ml,London,chat,0.8,2025-12-17,kernels; triton\n"
    (ada,) = reading({"people": text}).problem.people
    assert (ada.site, ada.project, ada.fte, ada.skills) == ("London", "chat", 0.8, "kernels; triton")
    assert ada.locked_until == date(2025, 12, 17)


def test_a_portfolio_without_people_has_none() -> None:
    assert reading({"people": None}).problem.people == ()


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("ada,nowhere,,,,,", "pool", "nowhere"),
        ("ada,ml,,nobody,,,", "project", "nobody"),
        ("ada,h100,,chat,,,", "pool", "h100"),
        ("ada,ml,,ads,,,", "project", "ads"),
        ("ada,ml,,chat,1.2,,", "fte", "1.2"),
        ("ada,ml,,chat,0,,", "fte", "0"),
        ("ada,ml,,chat,,soon,", "locked_until", "soon"),
    ],
)
def test_what_cannot_be_is_a_fault_with_its_place(row: str, column: str, value: str) -> None:
    fault = only(people=f"{HEAD}{row}\n")
    assert place(fault) == ("people.csv", 2, column, value)
    assert fault.right


def test_a_person_stands_only_once() -> None:
    (fault,) = faults_of(people=f"{HEAD}ada,ml,,,,,\nAda,ml,,chat,,,\n")
    assert place(fault) == ("people.csv", 3, "person", "ada")


def test_people_who_add_up_to_the_capacity_and_stand_where_the_baseline_has_them_need_no_notice() -> None:
    assert reading({"people": HEAD + FIVE.replace("speed", "")}).notices == ()


def test_more_or_fewer_people_than_the_capacity_are_noted() -> None:
    (more,) = reading({"people": HEAD + FIVE.replace("speed", "") + "p-9,ml,,,0.5,,\n"}).notices
    assert "adds up to 5.5 FTE in ml, more than its capacity of 5" in str(more)
    (fewer,) = reading({"people": HEAD + "p-0,ml,,chat,,,\n"}).notices
    assert "adds up to 1 FTE in ml, less than its capacity of 5" in str(fewer)


def test_people_elsewhere_than_the_baseline_are_noted_once_for_a_pool() -> None:
    (notice,) = reading({"people": HEAD + FIVE}).notices
    assert "ml elsewhere than the baseline: speed 1 against 0" in str(notice)
