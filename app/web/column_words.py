"""What records, columns, units and choices are called: the words of their declarations, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from app.roles import Role
from app.web.language import pgettext
from solver.merging import VERBS
from solver.records import TABLES, columns

TABLE, COLUMN, UNIT, DOC = "table", "column", "unit", "doc"
"""The contexts of such words in a catalogue; a choice has its column's name: the same word may be two in another."""


def term(value: object, context: str) -> str:
    """A word of the planner as people say it: `code_red` as `code red`."""
    return pgettext(context, str(value).replace("_", " "))


def column_doc(doc: str) -> str:
    """What a column means."""
    return pgettext(DOC, doc)


def table_doc(table: str) -> str:
    """What a record kind is, from its declaration."""
    return pgettext(DOC, _plain(TABLES[table].__doc__))


def all_words() -> Iterator[tuple[str, str]]:
    """Every context with its text, for the catalogues."""
    for table, kind in TABLES.items():
        yield TABLE, table.replace("_", " ")
        yield DOC, _plain(kind.__doc__)
        for column in columns(table):
            yield COLUMN, column.name.replace("_", " ")
            yield DOC, column.doc
            yield from ((column.name, choice.replace("_", " ")) for choice in column.choices)
            if column.unit:
                yield UNIT, column.unit
    yield from _others()


def _others() -> Iterator[tuple[str, str]]:
    yield from (("role", role.word) for role in Role)
    yield from (("verb", verb) for verb in VERBS)


def _plain(doc: str | None) -> str:
    return " ".join((doc or "").replace("`", "").split())
