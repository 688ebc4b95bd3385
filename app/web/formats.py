"""How numbers, dates and cells are written on pages: one way each by language, with units and a real minus sign."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol
from flask import Flask, request, url_for

from app.web.chart_words import chart_words
from app.web.column_words import column_doc, table_doc, term
from app.web.language import ENGLISH, _, language
from app.web.nouns import counted
from solver.columns import Column, write_cell


def attach(app: Flask) -> None:
    """Give templates the formats."""
    app.jinja_env.filters.update(
        number=number, signed=signed, percent=percent, day=day, month=month, moment=moment, words=words, cell=cell,
        plural=plural, count=count, term=term, table_doc=table_doc, column_doc=column_doc,
        quantity=quantity,
    )  # fmt: skip
    app.jinja_env.globals.update(asset=asset, here=here, chart_words=chart_words)


def number(value: float | None, digits: int = 1) -> str:
    """`12,345.6`; an en dash for nothing; no `.0` where digits allow none."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else _written(text)


def count(value: int) -> str:
    """A whole number: `12,345`."""
    return _written(f"{value:,}")


def signed(value: float | None, digits: int = 1) -> str:
    """A change: always with its sign, except for nothing."""
    if value is None:
        return "–"
    text = number(value, digits)
    return f"+{text}" if value > 0 and text != "0" else text


def percent(value: float | None, digits: int = 1) -> str:
    """A share that is already in percent."""
    return "–" if value is None else _("%(number)s\u00a0%%", number=_written(f"{value:.{digits}f}"))


def day(value: date | None) -> str:
    """`1 Dec 2025`, or an en dash."""
    if value is None:
        return "–"
    return f"{value.day} {value:%b %Y}" if language() == ENGLISH else format_date(value, locale=language())


def month(value: date) -> str:
    """`Dec 2025`."""
    return f"{value:%b %Y}" if language() == ENGLISH else format_skeleton("yMMM", value, locale=language())


def moment(value: datetime | None) -> str:
    """`1 Dec 2025, 14:05 UTC`."""
    if value is None:
        return "–"
    time = f"{value:%H:%M}"
    return _("%(day)s, %(time)s UTC", day=day(value), time=time)


def words(value: str) -> str:
    """`code_red` as `code red`."""
    return str(value).replace("_", " ")


def plural(number_of: int, one: str, many: str = "") -> str:
    """`1 week`, `3 weeks`."""
    return counted(number_of, count(number_of), one, many)


def quantity(amount: float, unit: str, digits: int = 1) -> str:
    """`1 node`, `81 nodes`, `3.5 FTE`."""
    return f"{number(amount, digits)} {_('nodes') if unit == 'node' and amount != 1 else _(unit)}"


def cell(record: Any, column: Column) -> str:
    """A record's cell as its CSV text."""
    return write_cell(column, getattr(record, column.attribute))


def here(**changes: object) -> str:
    """The address of this page with some of what it was asked exchanged, within this site."""
    asked = request.args.to_dict(flat=False) | {name: [str(value)] for name, value in changes.items()}
    return f"{request.path}?{urlencode(asked, doseq=True)}"


def asset(name: str) -> str:
    """The address of a static file, with its digest so that a new version is never hidden by a cache."""
    return url_for("static", filename=name, v=_digest(name))


def _written(text: str) -> str:
    """Digits as the reader's language separates them."""
    return text.translate(_marks(language()))


@cache
def _marks(locale: str) -> dict[int, str]:
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "-": "−"})


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((Path(__file__).resolve().parent.parent / "static" / name).read_bytes()).hexdigest()[:10]
