"""The page on security names tests that exist, and as many requirements as it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ITEM = re.compile(r"^\| (\d+\.\d+\.\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def sentences_of(path: str) -> set[str]:
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 25
    assert [f"{path}::{name}" for path, name in named if name not in sentences_of(path)] == []


def test_25_requirements_are_held_by_a_test_each() -> None:
    found = ITEM.findall(PAGE)
    assert len({item for item, _ in found}) == len(found) == 25
    assert all("::test_" in tests for _, tests in found)
