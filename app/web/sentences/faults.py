"""Sentences."""

from __future__ import annotations

FAULTS: tuple[str, ...] = ()
