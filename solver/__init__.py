"""The planner as a library: `read_folder`, `solve`, `check`; knows no web, no SQL, no clock of day."""

from solver.check import check
from solver.faults import Fault, InvalidInput, Notice
from solver.folder import read_folder, read_plan, write_folder, write_plan
from solver.plan import Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import Options, Progress
from solver.solve import solve

__all__ = [
    "Fault", "InvalidInput", "Notice", "Options", "Outcome", "Plan", "Problem", "Progress", "Status",
    "check", "read_folder", "read_plan", "solve", "write_folder", "write_plan",
]  # fmt: skip
