"""The hash of a line of the audit trail, which holds the line and all lines before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

FIRST = ""
"""What stands before the first line."""
HASHED = ("at", "who", "verb", "portfolio", "subject", "record_table", "record_key", "version", "detail")


def link(before: str, line: Mapping[str, Any]) -> str:
    """hash = SHA-256(hash of the line before, JSON of the line's columns in a fixed order)"""
    told = [line.get(name) for name in HASHED]
    told[0] = line["at"].astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps([before, *told], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
