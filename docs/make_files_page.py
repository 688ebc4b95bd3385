"""Writes docs/files.md, the reference of every CSV column, from the declarations in solver.records.

python3 docs/make_files_page.py
"""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "files.md"
sys.path.insert(0, str(PAGE.parent.parent))

from solver.columns import Column, write_cell  # noqa: E402
from solver.plan import COLUMNS  # noqa: E402
from solver.records import OPTIONAL, TABLES, columns  # noqa: E402

HEAD = """<!-- Written by docs/make_files_page.py from solver/records.py: edit there, then run it. -->

# The files of a portfolio

A portfolio is a folder of CSV files, a zip of it, or one workbook (.xlsx) with a sheet per file. CSV is UTF-8 (a BOM is
accepted), comma separated, with a header row; the
order of columns and rows is free. An unknown column is a notice, a missing optional file is an empty table. Amounts
are plain decimals without currency sign or thousands mark. Ids are letters, digits, `.`, `_` and `-`; upper and lower
case are the same; an id has at most 200 characters. A date is ISO; where a week is meant it is moved to its
Monday, with a notice.

**Bold** columns are required, columns marked *key* identify the row.
"""

TAIL = """
# The files of a plan

`summary.json` holds the status, each priority class with attained, ideal, bound and gap, the arrivals, the pauses, the
cost, the digest of the input, the versions and the seconds. Beside it:

| file | columns |
|---|---|
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for table, record in TABLES.items():
        optional = " (optional)" if table in OPTIONAL else ""
        parts.append(f"\n## {table}.csv{optional}\n\n{(record.__doc__ or '').strip()}\n\n")
        parts.append("| column | type | meaning | default |\n|---|---|---|---|\n")
        parts += [row(column) for column in columns(table)]
    parts.append(TAIL)
    parts += [f"| `{name}.csv` | {', '.join(f'`{c}`' for c in names)} |\n" for name, names in COLUMNS.items()]
    return "".join(parts)


def row(column: Column) -> str:
    """One column as a line of the table."""
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    key = " *key*" if column.key else ""
    unit = f", in {column.unit}" if column.unit and column.unit not in column.doc else ""
    default = "" if column.default in (None, "") else f"`{write_cell(column, column.default)}`"
    return f"| {name}{key} | {kind(column)} | {column.doc}{unit} | {default} |\n"


def kind(column: Column) -> str:
    """The type of a column, with its range, choices or the table it refers to."""
    if column.choices:
        return " / ".join(f"`{choice}`" for choice in column.choices)
    if column.refers:
        return f"id in `{column.refers}.csv`"
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"{column.type} {low:g} to {high:g}"
    return f"{column.type} from {low:g}" if low is not None else str(column.type)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
