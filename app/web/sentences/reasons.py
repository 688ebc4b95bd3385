"""Sentences."""

from __future__ import annotations

REASONS: tuple[str, ...] = ()
