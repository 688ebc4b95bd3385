"""Texts that no spreadsheet runs as a formula: an apostrophe before them where needed, taken off when read."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell."""


def escape(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it where needed."""
    return "'" + text if text.startswith(_FORMULA) or _looks_escaped(text) else text


def unescape(text: str) -> str:
    """What `escape` was given."""
    return text[1:] if _looks_escaped(text) else text


def _looks_escaped(text: str) -> bool:
    return text.startswith("'") and text[1:].startswith((*_FORMULA, "'"))
