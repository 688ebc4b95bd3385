"""The reference of the CSV columns says what the records say."""

from __future__ import annotations

import runpy
from pathlib import Path

from solver.records import TABLES, columns

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_files_is_as_the_records_are() -> None:
    script = runpy.run_path(str(DOCS / "make_files_page.py"))
    assert (DOCS / "files.md").read_text(encoding="utf-8") == script["page"](), "run docs/make_files_page.py"


def test_the_page_of_files_names_every_column() -> None:
    text = (DOCS / "files.md").read_text(encoding="utf-8")
    for table in TABLES:
        section = text.split(f"\n## {table}.csv", 1)[1].split("\n## ", 1)[0]
        assert [c.name for c in columns(table) if f"`{c.name}`" not in section] == []
