"""Uncertainty: futures drawn from recorded risks, what becomes of a plan in them, and plans that withstand them."""

from __future__ import annotations

from solver.risks.chances import Chances, assess
from solver.risks.files import chances_files
from solver.risks.futures import FUTURES, Futures, draw
from solver.risks.robust import hedged

__all__ = ["FUTURES", "Chances", "Futures", "assess", "chances_files", "draw", "hedged"]
