"""Sentences."""

from __future__ import annotations

RIGHTS: tuple[str, ...] = ()
