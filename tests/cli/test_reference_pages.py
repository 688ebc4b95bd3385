"""The reference pages say what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

from solver.check import RULES as TWINS
from solver.model.rules import RULES
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


def test_the_page_of_rules_names_every_rule_of_the_model_and_of_the_checker() -> None:
    rows = [row.split("|") for row in (DOCS / "rules.md").read_text(encoding="utf-8").splitlines() if "|" in row]
    model, checker = " ".join(row[3] for row in rows), " ".join(row[4] for row in rows)
    twins = [f"{rule.__module__.removeprefix('solver.check.')}.{rule.__name__}" for rule in TWINS]
    assert [name for name in RULES if f"`{name}`" not in model] == []
    assert [name for name in twins if f"`{name}`" not in checker] == []
