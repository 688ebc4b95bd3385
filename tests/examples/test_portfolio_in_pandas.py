"""The script that builds a portfolio in pandas runs from its first cell to its last."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from solver.plan import Status

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "portfolio_in_pandas.py"


def test_the_script_solves_compares_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(tmp_path)])
    found = runpy.run_path(str(SCRIPT))
    assert {policy: o.status for policy, o in found["outcomes"].items()} == dict.fromkeys(
        ("ordinary", "search-first"), Status.OPTIMAL
    )
    in_force = found["difference"].iloc[:6]
    assert in_force["search"].sum() > 0
    assert in_force["ads"].sum() < 0
    assert "search-first: optimal" in capsys.readouterr().out
    assert (tmp_path / "portfolio_in_pandas.png").read_bytes().startswith(b"\x89PNG")
