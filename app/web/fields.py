"""Form fields from columns: the one declaration of a column also says how it is typed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.web.column_words import COLUMN, UNIT, column_doc, term
from app.web.language import _
from solver.columns import Column, Type
from solver.faults import Fault

INPUTS = {Type.WEEK: "date", Type.DATE: "date"}
NUMERIC = {Type.INTEGER: "numeric", Type.AMOUNT: "decimal"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its column, the text in it, its faults, and what may be chosen or is proposed."""

    column: Column
    value: str
    faults: tuple[Fault, ...] = ()
    proposals: tuple[str, ...] = ()
    long: bool = False
    fixed: bool = False

    @property
    def name(self) -> str:
        """Name of the form field."""
        return self.column.name

    @property
    def label(self) -> str:
        """The name as people read it."""
        text = term(self.name, COLUMN).replace("gpu", "GPU")
        return text[:1].upper() + text[1:]

    @property
    def input(self) -> str:
        """The HTML input type. A date that is none stays text, so that it can be seen and corrected."""
        return "text" if self.faults else INPUTS.get(self.column.type, "text")

    @property
    def mode(self) -> str:
        """The keyboard that a phone shows."""
        return NUMERIC.get(self.column.type, "text")

    @property
    def hint(self) -> str:
        """What belongs into the field, with its unit."""
        meaning = column_doc(self.column.doc)
        meaning, unit = meaning[:1].upper() + meaning[1:], self.column.unit
        return _("%(meaning)s, in %(unit)s", meaning=meaning, unit=term(unit, UNIT)) if unit else meaning


def field_of(
    column: Column, value: str, faults: Iterable[Fault] = (), *, proposals: Iterable[str] = (), long: bool = False,
    fixed: bool = False,
) -> Field:  # fmt: skip
    """The field of a column."""
    return Field(column, value, tuple(faults), tuple(proposals), long, fixed)
