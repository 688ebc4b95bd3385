"""The published figures are all there, and the formulas meet them as well as the page of benchmarks says."""

from __future__ import annotations

import pytest

from benchmarks.validate_throughput import FAILS, KNOWN, MODELS, line, main, median_error, points

FOUND = points()


def test_every_published_figure_has_its_source() -> None:
    assert [sum(p.table == table for p in FOUND) for table in ("trtllm", "mlperf")] == [60, 16]
    assert all(p.source and p.measured > 0 for p in FOUND)


def test_median_errors_are_as_the_page_says() -> None:
    mlperf = [p for p in FOUND if p.table == "mlperf"]
    dense = [p for p in mlperf if MODELS[p.model].active_params_b is None]
    assert 100 * median_error(p for p in FOUND if p.table == "trtllm") == pytest.approx(6.8, abs=0.05)
    assert 100 * median_error(mlperf) == pytest.approx(20.7, abs=0.05)
    assert 100 * median_error(dense) == pytest.approx(19.4, abs=0.05)


def test_every_failure_is_known_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    failures = [p for p in FOUND if abs(p.error) > FAILS]
    assert failures
    assert {(p.table, p.model) for p in failures} == set(KNOWN)
    main()
    text = capsys.readouterr().out
    assert all(line(p) in text for p in FOUND)
    assert text.count("FAILS") == len(failures)
