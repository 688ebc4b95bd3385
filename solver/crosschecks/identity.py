"""Checks of single tables and of references between them: one portfolio, sound cells, unique keys, known names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from solver.columns import BadCell, Column, Type, monday, read_cell, write_cell
from solver.crosschecks.view import YEARS, Check, View, check, fault, some
from solver.faults import Fault
from solver.records import TABLES, columns, key_columns, key_of

REPEATED = "is there more than once"
LONGEST_TEXT = 32_767
"""Longest text of a cell; what spreadsheets hold."""


@check(whole=("portfolio",))
def exactly_one_portfolio(view: View) -> Iterator[Fault]:
    rows = view.rows["portfolio"]
    if not rows:
        yield Fault("portfolio", "has no row", "exactly one row")
    elif len({r.portfolio for r in rows}) > 1:
        for row in rows:
            yield fault("portfolio", row, "portfolio", f"is one of {len(rows)} portfolios", "exactly one row")


@check()
def horizon_within_the_calendar(view: View) -> Iterator[Fault]:
    for row in view.rows["portfolio"]:
        if row.start.year not in YEARS:
            yield fault("portfolio", row, "start", "is too far away to count weeks from", "a year from 1900 to 9000")


@check()
def cells_that_can_be_written(view: View) -> Iterator[Fault]:
    """Every value is what reading its written cell gives, so that a portfolio survives its files."""
    for table in TABLES:
        for col in columns(table):
            rows = view.rows[table]
            wrong = {v: why for v in {getattr(r, col.attribute) for r in rows} if (why := _unsound(col, v))}
            for row in rows if wrong else ():
                value = getattr(row, col.attribute)
                if value in wrong:
                    yield replace(_at(table, row, col, value), message=wrong[value], right=col.right)


def _unsound(col: Column, value: Any) -> str:
    """Why a value cannot be written and read back, or nothing."""
    if col.type is Type.TEXT and (why := unreadable(value)):
        return why
    if col.type is Type.WEEK and value is not None and value != monday(value):
        return "is not a Monday"
    try:
        again = read_cell(col, write_cell(col, value))
    except BadCell as bad:
        return bad.message
    except (ValueError, OverflowError):
        return "cannot be written"
    return "" if again == value else f"would be read back as {write_cell(col, again)!r}"


def unreadable(text: str) -> str:
    """Why a text cannot stand in a UTF-8 file, or nothing."""
    if "\0" in text:
        return "has a NUL character"
    if len(text) > LONGEST_TEXT:
        return f"is longer than {LONGEST_TEXT} characters"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "has a character that is not Unicode text"
    return ""


def _at(table: str, row: Any, col: Column, value: Any) -> Fault:
    try:
        text = write_cell(col, value)
    except (ValueError, OverflowError):
        text = str(value)
    return Fault(table, "", key=key_of(row), column=col.name, value=text)


@check()
def duplicate_keys(view: View) -> Iterator[Fault]:
    """One fault for every row after the first of the same key."""
    for table, rows in view.known.items():
        counts = Counter(map(key_of, rows))
        if len(counts) == len(rows):
            continue
        cols = key_columns(table)
        for key, count in counts.items():
            cells = [(c, write_cell(c, v)) for c, v in zip(cols, key, strict=True)]
            name = ", ".join(f"{c.name} {cell}" for c, cell in cells if cell) if len(cells) > 1 else ""
            twice = Fault(table, REPEATED + (f": {name}" if name else ""), "one row", key, cols[-1].name, cells[-1][1])
            yield from [twice] * (count - 1)


def _reference(table: str, col: Column) -> Check:
    """The check that a column names only what its other table has."""
    other = col.refers or ""

    def unknown_reference(view: View) -> Iterator[Fault]:
        ids = view.known_ids[other]
        right = f"a {columns(other)[0].name} such as {some(sorted(ids)[:3])}" if ids else f"a row in {other}.csv first"
        for row in view.known[table]:
            name = getattr(row, col.attribute)
            if name is not None and name not in ids:
                yield fault(table, row, col.name, f"is not in {other}.csv", right)

    return Check(unknown_reference, keys=frozenset({other}))


def _reference_to_need(table: str) -> Check:
    """The check that a row names only needs of its project; unknown projects are another check's."""

    def unknown_need(view: View) -> Iterator[Fault]:
        ids, projects = view.known_ids["needs"], view.known_ids["projects"]
        for row in view.known[table]:
            if row.need is not None and (row.project, row.need) not in ids and row.project in projects:
                right = some(view.needs_of[row.project]) or "a row in needs.csv first"
                yield fault(table, row, "need", f"is not a need of {row.project}", right)

    return Check(unknown_need, keys=frozenset({"needs", "projects"}))


unknown_references = tuple(
    _reference_to_need(table) if col.refers == "needs" else _reference(table, col)
    for table in TABLES
    for col in columns(table)
    if col.refers
)
