"""How one column is declared, read from text and written back: the single source for CSV, SQL, forms and JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]*")
LONGEST_ID, LONGEST_SET = 200, 1000
"""Characters of an id and of ids joined by +: a key of several must fit into an index, and into an address."""
_DECIMAL = re.compile(r"\+?(\d+(\.\d*)?|\.\d+)")
_INTEGER = re.compile(r"\+?\d{1,18}")


class Type(StrEnum):
    """What a cell holds; each type has one reader and one writer below."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    AMOUNT = "amount"
    WEEK = "week"
    DATE = "date"
    CURVE = "curve"
    RAMP = "ramp"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one record kind, as CSV header, SQL column, form field and JSON property."""

    name: str
    attribute: str
    type: Type
    doc: str
    required: bool = False
    key: bool = False
    default: Any = None
    refers: str | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""

    @property
    def right(self) -> str:
        """What a correct cell looks like, in words for an error message."""
        return _RIGHT[self.type](self)


class BadCell(ValueError):
    """A cell that cannot be read; `right` says what would be."""

    def __init__(self, message: str, right: str) -> None:
        super().__init__(message)
        self.message = message
        self.right = right


def column(
    type: Type,  # noqa: A002 - the natural word for a column's type
    doc: str,
    *,
    name: str | None = None,
    required: bool = False,
    key: bool = False,
    default: Any = None,
    refers: str | None = None,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    unit: str = "",
) -> Any:
    """Declare a dataclass field that is also a column (see `Column` for the meaning of each word)."""
    facts = {
        "type": type, "doc": doc, "name": name, "required": required, "key": key, "default": default,
        "refers": refers, "choices": choices, "minimum": minimum, "maximum": maximum, "unit": unit,
    }  # fmt: skip
    if required:
        return field(metadata={"column": facts})
    return field(default=default, metadata={"column": facts})


@cache
def columns_of(record: type[Any]) -> tuple[Column, ...]:
    """The columns of a record class, in the order of its fields."""
    return tuple(_column(f) for f in fields(record))


def _column(f: Field[Any]) -> Column:
    facts = dict(f.metadata["column"])
    return Column(attribute=f.name, **{**facts, "name": facts["name"] or f.name})


def monday(day: date) -> date:
    """The Monday of the week that `day` lies in."""
    return day - timedelta(days=day.weekday())


def read_cell(col: Column, text: str) -> Any:
    """The value of a cell; a blank one is the column's default. Raises BadCell."""
    text = text.strip()
    if not text:
        if col.required:
            raise BadCell("is blank but required", col.right)
        return col.default
    return check_value(col, _READ[col.type](col, text))


def check_value(col: Column, value: Any) -> Any:
    """The value itself if it lies in the column's range. Raises BadCell."""
    if value is None or col.type not in (Type.AMOUNT, Type.INTEGER):
        return value
    if not math.isfinite(value):
        raise BadCell("is not a finite number", col.right)
    if col.minimum is not None and value < col.minimum:
        raise BadCell(f"is below {col.minimum:g}", col.right)
    if col.maximum is not None and value > col.maximum:
        raise BadCell(f"is above {col.maximum:g}", col.right)
    return value


def write_cell(col: Column, value: Any) -> str:
    """The text of a value, so that `read_cell` gives the same value back."""
    if value is None:
        return ""
    return _WRITE.get(col.type, str)(value)


def plain(number: float) -> str:
    """A number as a plain decimal without exponent, shortest that reads back the same."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return format(Decimal(repr(float(number))), "f")


def _read_id(col: Column, text: str) -> str:
    lowered = text.lower()
    if not ID_PATTERN.fullmatch(lowered):
        raise BadCell("is not an id", col.right)
    return _no_longer(col, lowered, LONGEST_ID)


def _no_longer(col: Column, text: str, most: int) -> str:
    if len(text) > most:
        raise BadCell(f"is longer than {most} characters", col.right)
    return text


def _read_choice(col: Column, text: str) -> str:
    lowered = text.lower()
    if lowered not in col.choices:
        raise BadCell("is not one of the choices", col.right)
    return lowered


def _read_integer(col: Column, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise BadCell("is not a whole number", col.right)
    return int(text)


def _read_amount(col: Column, text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise BadCell(_why_no_amount(text), col.right)
    return float(text)


def _why_no_amount(text: str) -> str:
    if text.startswith("-") and _DECIMAL.fullmatch(text[1:]):
        return "is negative"
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "is not a finite number"
    return "is not a plain decimal number"


def _read_date(col: Column, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell("is not a date", col.right) from None


def _read_curve(col: Column, text: str) -> tuple[tuple[float, float], ...]:
    """`0:0 0.5:0.8 1:1` as points; concave, rising, from 0:0 to 1:1."""
    points: list[tuple[float, float]] = []
    for word in text.split():
        x, colon, y = word.partition(":")
        if not colon or not _DECIMAL.fullmatch(x) or not _DECIMAL.fullmatch(y):
            raise BadCell(f"has a point {word!r} that is not x:y", col.right)
        points.append((float(x), float(y)))
    if len(points) < 2 or points[0] != (0.0, 0.0) or points[-1] != (1.0, 1.0):
        raise BadCell("does not go from 0:0 to 1:1", col.right)
    if any(b[0] <= a[0] or b[1] < a[1] for a, b in pairwise(points)):
        raise BadCell("does not rise from point to point", col.right)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points)]
    if any(later > earlier + 1e-9 for earlier, later in pairwise(slopes)):
        raise BadCell("is not concave (returns must not increase)", col.right)
    return tuple(points)


def _read_ramp(col: Column, text: str) -> tuple[float, ...]:
    """`0.5 0.35 0.2` as shares lost in the 1st, 2nd, 3rd week after arrival; `0` means no loss."""
    words = text.split()
    if any(not _DECIMAL.fullmatch(w) or float(w) >= 1 for w in words):
        raise BadCell("is not a list of shares below 1", col.right)
    return tuple(float(w) for w in words)


def _read_set(col: Column, text: str) -> str:
    """`fp8+prefix` as ids in one order, each once; blank is the empty set."""
    joined = "+".join(sorted({_read_id(col, word.strip()) for word in text.split("+")}))
    return _no_longer(col, joined, LONGEST_SET)


def _between(col: Column) -> str:
    low = "" if col.minimum is None else f" of at least {col.minimum:g}"
    high = "" if col.maximum is None else f" and at most {col.maximum:g}" if low else f" of at most {col.maximum:g}"
    return low + high


_READ: dict[Type, Callable[[Column, str], Any]] = {
    Type.ID: _read_id,
    Type.TEXT: lambda col, text: text,
    Type.CHOICE: _read_choice,
    Type.INTEGER: _read_integer,
    Type.AMOUNT: _read_amount,
    Type.WEEK: _read_date,
    Type.DATE: _read_date,
    Type.CURVE: _read_curve,
    Type.RAMP: _read_ramp,
    Type.SET: _read_set,
}
_WRITE: dict[Type, Callable[[Any], str]] = {
    Type.AMOUNT: plain,
    Type.WEEK: date.isoformat,
    Type.DATE: date.isoformat,
    Type.CURVE: lambda points: " ".join(f"{plain(x)}:{plain(y)}" for x, y in points),
    Type.RAMP: lambda shares: " ".join(plain(s) for s in shares),
}
_RIGHT: dict[Type, Callable[[Column], str]] = {
    Type.ID: lambda col: "an id such as core-chat: a letter or digit, then letters, digits, '.', '_' or '-'",
    Type.TEXT: lambda col: "some text",
    Type.CHOICE: lambda col: "one of " + ", ".join(col.choices),
    Type.INTEGER: lambda col: "a whole number" + _between(col),
    Type.AMOUNT: lambda col: "a plain decimal number such as 12.5" + _between(col),
    Type.WEEK: lambda col: "an ISO date such as 2025-12-01 (a Monday)",
    Type.DATE: lambda col: "an ISO date such as 2025-12-01",
    Type.CURVE: lambda col: "concave points from 0:0 to 1:1, such as 0:0 0.5:0.8 1:1",
    Type.RAMP: lambda col: "shares lost per week after arrival, such as 0.5 0.35 0.2 0.1",
    Type.SET: lambda col: "ids joined by +, such as fp8+prefix, or blank for none",
}
