"""Sentences."""

from __future__ import annotations

REFUSALS: tuple[str, ...] = ()
