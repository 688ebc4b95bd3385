"""Services: demand by week, sets of levers as configurations, and what a node yields with each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solver.serving.records import Lever
from solver.serving.roofline import roofline
from solver.serving.services import label_of, lever_sets, levers_in, load_of, network_of, node_of, services_of
from tests.solver.served import FP8, H100, LLAMA, chat, lever, measured, pool, served


def serving_of(*parts: object, **facts: object):  # type: ignore[no-untyped-def]
    return services_of(served(*parts, **facts), "normal")["chat", "nodes"]  # type: ignore[arg-type]


def test_demand_holds_until_the_next_row() -> None:
    assert serving_of(chat((5, 7)), weeks=4).demand == (5, 7, 7, 7)


def test_a_node_yields_what_the_roofline_says() -> None:
    found = serving_of(chat())
    service = served().services[0]
    point = roofline(node_of(H100), network_of(LLAMA), load_of(service, (), 0.5))
    one = found.yields["", "h100"]
    assert point is not None
    assert (one.tokens, one.mfu, one.memory, one.measured) == (point.tokens, point.mfu, point.memory, False)
    assert found.supply("", "h100") == pytest.approx(service.headroom * point.tokens)


def test_headroom_takes_its_share() -> None:
    full, half = serving_of(chat()), serving_of(chat(service={"headroom": 0.5}))
    assert half.supply("", "h100") == pytest.approx(0.5 * full.supply("", "h100"))


def test_every_set_of_levers_that_brings_something_is_a_configuration() -> None:
    found = serving_of(chat(), lever("fp8"), lever("prefix", prefix_hit=0.4), lever("spec", speculative_gain=1.5))
    assert set(found.sets) == {"", "fp8", "prefix", "spec", "fp8+prefix", "fp8+spec", "prefix+spec", "fp8+prefix+spec"}
    assert found.best_label("h100", ("fp8", "spec")) == "fp8+spec"
    assert found.best_label("h100", ()) == ""


def test_gains_of_one_kind_are_not_multiplied() -> None:
    service = served().services[0]
    both = [
        Lever(lever=x, service="chat", speculative_gain=g, prefix_hit=h) for x, g, h in (("a", 2, 0.3), ("b", 1.5, 0.5))
    ]
    load = load_of(service, both, 0.5)
    assert (load.speculative, load.prefix_hit) == (2, 0.5)


def test_the_narrowest_precision_counts() -> None:
    service = served(chat(service={"weights": "fp8"})).services[0]
    load = load_of(service, [Lever(lever="a", service="chat", weights="bf16", kv="fp4")], 0.5)
    assert (load.weights, load.kv) == ("fp8", "fp4")


def test_a_lever_that_brings_nothing_on_any_sku_opens_no_configuration() -> None:
    assert serving_of(chat(), lever("fp8"), lever("same", **FP8)).sets == ("", "fp8", "same")


def test_a_measured_row_replaces_the_formula_for_its_sku_and_set_alone() -> None:
    parts = (chat(pools=("h100", "b200")), pool("b200", "b200", 4), lever())
    plain, found = serving_of(*parts), serving_of(*parts, measured(("h100", "fp8", 7000.0)))
    assert found.yields["fp8", "h100"].tokens == 7000.0
    assert found.yields["fp8", "h100"].measured
    assert found.yields["fp8", "h100"].mfu == pytest.approx(
        plain.yields["fp8", "h100"].mfu * 7000.0 / plain.yields["fp8", "h100"].tokens
    )
    others = {key: one for key, one in found.yields.items() if key != ("fp8", "h100")}
    assert others == {key: one for key, one in plain.yields.items() if key != ("fp8", "h100")}


def test_a_lever_delivered_before_is_there_today_and_may_be_left_out_and_a_forced_out_one_is_in_no_set() -> None:
    found = serving_of(
        chat(), lever("fp8", status="done"), lever("spec", speculative_gain=2), lever("no", must="out", prefix_hit=0.5)
    )
    assert set(found.sets) == {"", "spec", "fp8", "fp8+spec"}
    assert found.today == "fp8"
    assert found.levers == ("spec",)
    assert found.best_label("h100", ()) == "fp8"


def test_the_levers_of_today_are_a_set_even_where_a_part_of_them_yields_as_much() -> None:
    found = serving_of(chat(), lever("fp8", status="done"), lever("same", status="done", **FP8))
    assert set(found.sets) == {"", "fp8", "same", "fp8+same"}
    assert found.supply(found.today, "h100") == found.supply("fp8", "h100") > 0


def test_the_memory_cap_of_the_policy_counts() -> None:
    long = {"prompt_tokens": 8000, "output_tokens": 1000}
    half, most = (serving_of(chat(service=long), memory_cap=cap).yields["", "h100"] for cap in (0.5, 0.9))
    assert half.memory == pytest.approx(0.5)
    assert 0.5 < most.memory <= 0.9
    assert most.tokens > half.tokens


def test_a_measured_model_that_does_not_fit_by_the_formula_fills_the_node() -> None:
    large = replace(LLAMA, params_b=405.9, active_params_b=40)
    parts = {**chat(), "models": [large]}
    assert serving_of(parts, measured(("h100", "", 100.0))).yields["", "h100"].memory == 1.0


def test_labels_and_sets() -> None:
    assert levers_in("") == ()
    assert levers_in(label_of(("b", "a"))) == ("a", "b")
    base = Lever(lever="a", service="chat")
    sets = lever_sets([base], [replace(base, lever="b"), replace(base, lever="c")])
    assert [label_of(x.lever for x in one) for one in sets] == ["a", "a+b", "a+c", "a+b+c"]
