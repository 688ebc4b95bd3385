"""Processes beside the one that serves: a warm one that solves, one per study, and many for a sweep."""
