"""Sweeps: a portfolio and policy in many variations, each solved once and kept under the digest of its input."""

from solver.sweep.rows import Result, results_csv
from solver.sweep.scenarios import Scenario, grid, grid_of, listed_scenarios
from solver.sweep.work import FAILED, Base, Task, calculate, prepare

__all__ = [
    "FAILED", "Base", "Result", "Scenario", "Task", "calculate", "grid", "grid_of", "listed_scenarios",
    "prepare", "results_csv",
]  # fmt: skip
