"""Drawing futures: distributions, weeks, and the same futures for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from solver.problem import Problem
from solver.records import Risk
from solver.risks.draws import figures, stream
from solver.risks.futures import draw
from tests.solver.futures import growing, risk, with_risks
from tests.solver.handmade import gpu_pool, policy, portfolio, project, week

MANY = 40_000


def company(weeks: int = 6) -> Problem:
    """Chat runs and speed is built on one pool, which grows by 4 in week 2 and by 6 in week 4."""
    found = portfolio(gpu_pool(), project("chat"), project("speed", kind="build"), policy(), weeks=weeks)
    return found.replace(capacity=growing("h100", 10, 10, 14, 14, 20, 20))


def drawn(**facts: object) -> np.ndarray:
    one = Risk(risk="one", kind="attrition", pool="h100", **facts)  # type: ignore[arg-type]
    return figures(one, stream(one, 7), MANY)


def test_every_distribution_has_the_mean_and_the_spread_that_it_is_given() -> None:
    assert set(drawn(distribution="fixed", mean=0.3)) == {0.3}
    uniform = drawn(distribution="uniform", low=0.2, high=0.6)
    assert (uniform.min() >= 0.2, uniform.max() <= 0.6) == (True, True)
    assert uniform.mean() == pytest.approx(0.4, abs=0.005)
    triangular = drawn(distribution="triangular", low=0.0, mode=0.1, high=0.8)
    assert triangular.mean() == pytest.approx(0.3, abs=0.005)
    for name in ("normal", "lognormal"):
        found = drawn(distribution=name, mean=0.5, sd=0.1)
        assert found.mean() == pytest.approx(0.5, abs=0.005)
        assert found.std() == pytest.approx(0.1, abs=0.003)


def test_what_is_drawn_below_nothing_is_nothing() -> None:
    found = drawn(distribution="normal", mean=0.1, sd=0.2)
    assert found.min() == 0.0
    assert (found == 0).mean() == pytest.approx(0.309, abs=0.01)


def test_a_triangle_without_width_is_one_figure() -> None:
    assert set(drawn(distribution="triangular", low=0.2, mode=0.2, high=0.2)) == {0.2}


def test_a_risk_comes_about_with_its_chance() -> None:
    found = drawn(distribution="fixed", mean=0.3, chance=0.25)
    assert set(found) == {0.0, 0.3}
    assert (found > 0).mean() == pytest.approx(0.25, abs=0.01)


def test_the_same_seed_gives_the_same_futures_and_another_one_others() -> None:
    problem = with_risks(company(), risk("attrition", pool="h100", distribution="uniform", low=0.0, high=1.0))
    one, again, other = (draw(problem, 50, seed).capacity[0] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_another_risk_does_not_change_what_is_drawn_for_this_one() -> None:
    slip = risk("slip", project="speed", distribution="uniform", low=0.0, high=1.0)
    surge = risk("surge", project="chat", distribution="uniform", low=0.0, high=1.0)
    alone, both = draw(with_risks(company(), slip), 50), draw(with_risks(company(), slip, surge), 50)
    assert np.array_equal(alone.duration[1], both.duration[1])


def test_a_late_gain_is_missing_until_it_arrives() -> None:
    futures = draw(with_risks(company(), risk("delay", 1.4, pool="h100")), 1)
    assert futures.capacity[0][:, 0].tolist() == [10, 10, 10, 14, 14, 20]


def test_only_gains_in_the_weeks_of_the_risk_are_late() -> None:
    futures = draw(with_risks(company(), risk("delay", 9, pool="h100", since=week(4), until=week(4))), 1)
    assert futures.capacity[0][:, 0].tolist() == [10, 10, 14, 14, 14, 14]


def test_two_delays_of_the_same_gain_add_up() -> None:
    twice = (risk("delay", 1, pool="h100", risk=name, until=week(2)) for name in ("ship", "power"))
    futures = draw(with_risks(company(), *twice), 1)
    assert futures.capacity[0][:, 0].tolist() == [10, 10, 10, 10, 20, 20]


def test_attrition_takes_whole_units_that_do_not_come_back_at_the_rate_of_a_year() -> None:
    problem = portfolio(gpu_pool(amount=1000), project("chat"), policy(), weeks=52)
    found = draw(with_risks(problem, risk("attrition", 0.2, pool="h100")), 400).capacity[0]
    assert np.array_equal(found, np.round(found))
    assert (np.diff(found, axis=0) <= 0).all()
    assert 1000 - found[-1].mean() == pytest.approx(200, rel=0.02)


def test_a_surge_is_of_one_need_or_of_all_in_its_weeks() -> None:
    problem = with_risks(company(), risk("surge", 0.5, project="chat", need="gpu", since=week(2), until=week(3)))
    futures = draw(problem, 1)
    assert futures.full[0][:, 0].tolist() == [4, 4, 6, 6, 4, 4]
    assert list(draw(with_risks(company(), risk("surge", 0.5, project="speed")), 1).full) == [1]


def test_a_slip_makes_the_work_of_its_weeks_longer() -> None:
    futures = draw(with_risks(company(), risk("slip", 0.5, project="speed", until=week(1))), 1)
    assert futures.duration[1][:, 0].tolist() == [3, 3, 2, 2, 2, 2]


def test_what_has_no_risk_is_as_the_portfolio_says() -> None:
    futures = draw(company(), 5)
    assert (futures.capacity, futures.full, futures.duration) == ({}, {}, {})
