"""Sentences."""

from __future__ import annotations

REPAIRS: tuple[str, ...] = ()
