"""Sentences."""

from __future__ import annotations

CHECKS: tuple[str, ...] = ()
