"""Sentences."""

from __future__ import annotations

WORDS: tuple[str, ...] = ()
