"""The roofline: what binds a node, what its figures mean, and that they move the right way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.serving.roofline import (
    Load,
    Network,
    Node,
    at_batch,
    batch_in_memory,
    batch_in_time,
    calibration,
    least_memory,
    least_tpot,
    roofline,
)

H100 = Node(640e9, 26.8e12, {"bf16": 7.912e15, "fp8": 15.832e15})
B200 = Node(1440e9, 61.6e12, {"bf16": 18e15, "fp8": 36e15, "fp4": 72e15})
DENSE = Network(70.6e9, 70.6e9, 2 * 80 * 8 * 128)
CHAT = Load(1155, 211, 0.1, 0.5)


@pytest.mark.parametrize(
    ("node", "load", "batch", "tokens", "mfu", "memory"),
    [
        (H100, CHAT, 381.9, 3819, 44.1, 46.7),
        (H100, replace(CHAT, weights="fp8", kv="fp8"), 764.2, 7641, 44.1, 35.7),
        (H100, replace(CHAT, prompt=8000, output=1000), 64.2, 1391, 22.3, 50.0),
        (B200, replace(CHAT, prompt=8000, output=1000, weights="fp4", kv="fp8"), 488.5, 9664, 17.1, 50.0),
    ],
)
def test_a_node_serves_as_worked_out_by_hand(  # noqa: PLR0917 - what is expected
    node: Node, load: Load, batch: float, tokens: float, mfu: float, memory: float
) -> None:
    point = roofline(node, DENSE, load)
    assert point is not None
    assert (point.batch, point.tokens) == (pytest.approx(batch, rel=0.005), pytest.approx(tokens, rel=0.002))
    assert 100 * point.mfu == pytest.approx(mfu, abs=0.15)
    assert 100 * point.memory == pytest.approx(memory, abs=0.15)


def test_a_model_that_does_not_fit_serves_nothing() -> None:
    large = Network(405.9e9, 405.9e9, 2 * 126 * 8 * 128)
    load = replace(CHAT, weights="fp8", kv="fp8")
    assert roofline(H100, large, load) is None
    assert batch_in_memory(H100, large, load) < 0
    assert least_memory(large, load) - 0.5 * H100.memory == pytest.approx(86.2e9, rel=0.01)


def test_a_limit_below_the_time_of_one_sequence_serves_nothing() -> None:
    alone = least_tpot(H100, DENSE, CHAT)
    assert roofline(H100, DENSE, replace(CHAT, tpot=0.999 * alone)) is None
    assert roofline(H100, DENSE, replace(CHAT, tpot=1.001 * alone)) is not None


def test_hardware_without_a_precision_computes_in_the_next_wider_one() -> None:
    assert H100.flops("fp4") == H100.peak["fp8"]
    assert Node(1, 1, {"bf16": 2.0}).flops("fp8") == 2.0


def test_calibration_lies_between_its_two_sizes() -> None:
    assert calibration(7e9, "fp8") == calibration(70e9, "fp8") == (0.57, 0.015)
    assert calibration(900e9, "fp4") == pytest.approx((0.33, 0.05))
    eta, t0 = calibration(170e9, "fp8")
    assert 0.40 < eta < 0.57
    assert 0.015 < t0 < 0.040


loads = st.builds(
    Load, st.floats(1, 20000), st.floats(16, 4000), st.floats(0.02, 1.0), st.floats(0.3, 1.0),
    st.sampled_from(("bf16", "fp8", "fp4")), st.sampled_from(("bf16", "fp8")), st.floats(0, 0.9), st.floats(1, 4),
    st.floats(1, 3),
)  # fmt: skip


@given(loads)
def test_the_best_point_meets_both_limits_and_one_of_them_exactly(load: Load) -> None:
    point = roofline(B200, DENSE, load)
    if point is None:
        assert min(batch_in_memory(B200, DENSE, load), batch_in_time(B200, DENSE, load)) < 1
        return
    assert point.memory <= load.memory_cap * (1 + 1e-9)
    assert point.tpot <= load.tpot * (1 + 1e-9)
    assert max(point.memory / load.memory_cap, point.tpot / load.tpot) == pytest.approx(1.0)
    assert point.tokens == pytest.approx(point.batch / point.tpot)
    assert 0 < point.mfu < load.speculative


@given(loads, st.floats(0.5, 1.0), st.floats(1.0, 2.0))
def test_no_gain_makes_a_node_slower(load: Load, share: float, factor: float) -> None:
    before = roofline(B200, DENSE, load)
    better = (
        replace(load, prefix_hit=1 - share * (1 - load.prefix_hit)),
        replace(load, speculative=load.speculative * factor),
        replace(load, packing=load.packing * factor),
        replace(load, tpot=load.tpot * factor),
    )  # fmt: skip
    for other in better:
        after = roofline(B200, DENSE, other)
        assert before is None or (after is not None and after.tokens >= before.tokens * (1 - 1e-9))


@given(loads, st.floats(1, 500))
def test_mfu_is_the_useful_work_over_the_peak(load: Load, batch: float) -> None:
    point = at_batch(B200, DENSE, load, batch)
    per_token = 2 * DENSE.active * (1 + load.prompt * (1 - load.prefix_hit) / load.output)
    assert point.mfu == pytest.approx(point.tokens * per_token / B200.flops(load.weights))
