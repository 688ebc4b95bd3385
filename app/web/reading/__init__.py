"""Readings of a plan: pure functions from a problem and its plan to what a page shows."""
