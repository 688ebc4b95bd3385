"""Faults: processes killed, stopped and starved while they work; `python -m tests.faults` repeats them for long."""
