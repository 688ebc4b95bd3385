"""How numbers, dates and cells are written on pages: one way each, with units and a real minus sign."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from solver.columns import Column, write_cell


def attach(app: Flask) -> None:
    """Give templates the formats."""
    app.jinja_env.filters.update(
        number=number, signed=signed, percent=percent, day=day, moment=moment, words=words, cell=cell, plural=plural
    )
    app.jinja_env.globals.update(asset=asset, here=here)


def number(value: float | None, digits: int = 1) -> str:
    """`12,345.6`; an en dash for nothing; no `.0` where digits allow none."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def signed(value: float | None, digits: int = 1) -> str:
    """A change: always with its sign, except for nothing."""
    if value is None:
        return "–"
    text = number(value, digits)
    return f"+{text}" if value > 0 and text != "0" else text


def percent(value: float | None, digits: int = 1) -> str:
    """A share that is already in percent."""
    return "–" if value is None else f"{value:.{digits}f}\u00a0%".replace("-", "−")


def day(value: date | None) -> str:
    """`1 Dec 2025`, or an en dash."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """`1 Dec 2025, 14:05 UTC`."""
    return "–" if value is None else f"{day(value)}, {value:%H:%M} UTC"


def words(value: str) -> str:
    """`code_red` as `code red`."""
    return str(value).replace("_", " ")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 week`, `3 weeks`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


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


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((Path(__file__).resolve().parent.parent / "static" / name).read_bytes()).hexdigest()[:10]
