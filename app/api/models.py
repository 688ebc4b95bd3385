"""What the API takes and gives, made from the declarations of the records: strict JSON, one model per record kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from solver.columns import LONGEST_ID, Column, Type, plain, read_cell, write_cell
from solver.crosschecks.identity import LONGEST_TEXT
from solver.records import TABLES, columns, key_columns

ID = r"^[a-z0-9][a-z0-9._-]*$"
PLAIN = r"^[^\u0000]*$"
Text = Annotated[str, Field(pattern=PLAIN, max_length=LONGEST_TEXT)]
Id = Annotated[str, Field(pattern=ID, examples=["code-red"])]
BLANK = "-"
"""What stands in an address for a part of a key that is blank; no id is that."""
LARGEST = 1e12
EXAMPLES: dict[Type, Any] = {
    Type.ID: "core-chat", Type.TEXT: "Core chat", Type.WEEK: "2025-12-01", Type.DATE: "2025-12-01",
    Type.CURVE: "0:0 0.5:0.8 1:1", Type.RAMP: "0.5 0.35 0.2 0.1", Type.SET: "fp8+prefix-cache",
}  # fmt: skip


class Words(BaseModel):
    """Words of a request beside its body. Their schema, which the framework asks for at every request, is made once."""

    @classmethod
    def model_json_schema(cls, *args: Any, **how: Any) -> dict[str, Any]:
        """As of every model; nobody may change the one that is kept."""
        return super().model_json_schema(*args, **how) if args or how else cls._kept_schema()

    @classmethod
    @cache
    def _kept_schema(cls) -> dict[str, Any]:
        return super().model_json_schema()


class Strict(BaseModel):
    """JSON whose names and types are exactly those declared."""

    model_config = ConfigDict(extra="forbid", strict=True)


def whole(value: Any) -> Any:
    """A number without a fraction as an integer: JSON has one type of number, and 3.0 is 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(whole)


def a_date(text: str) -> str:
    """The text, if it is an ISO date in its long form."""
    if len(text) != 10 or not text.isascii():
        raise ValueError("is not an ISO date such as 2025-12-01")
    date.fromisoformat(text)
    return text


def json_type(col: Column) -> Any:
    """The JSON type of a column, with its range, and what it means."""
    facts: dict[str, Any] = {"description": _said(col), "examples": [_example(col)]}
    if col.choices:
        return Annotated[Literal[col.choices], Field(**facts)]
    if col.type is Type.INTEGER:
        return Annotated[int, Field(ge=col.minimum, le=col.maximum or 10**9, **facts), WHOLE]
    if col.type is Type.AMOUNT:
        return Annotated[float, Field(ge=col.minimum, le=col.maximum or LARGEST, allow_inf_nan=False, **facts)]
    if col.type is Type.ID:
        return Annotated[str, Field(pattern=ID, max_length=LONGEST_ID, **facts)]
    if col.type is Type.TEXT:
        return Annotated[str, Field(pattern=PLAIN, max_length=LONGEST_TEXT, **facts)]
    form = "date" if col.type in (Type.WEEK, Type.DATE) else str(col.type)
    check = a_date if form == "date" else _readable(col)
    return Annotated[str, Field(json_schema_extra={"format": form}, **facts), AfterValidator(check)]


def _readable(col: Column) -> Any:
    def check(text: str) -> str:
        if not text.strip() and col.type is not Type.SET:
            raise ValueError(f"is blank; right would be: {col.right}")
        read_cell(col, text)
        return text

    return check


def _said(col: Column) -> str:
    unit = f", in {col.unit}" if col.unit else ""
    default = f"; default {write_cell(col, col.default)}" if col.default not in (None, "") else ""
    return col.doc + unit + default


def _example(col: Column) -> Any:
    if col.choices:
        return col.choices[0]
    if col.type in (Type.INTEGER, Type.AMOUNT):
        return max(col.minimum or 0, min(1, col.maximum if col.maximum is not None else 1))
    return EXAMPLES[col.type]


def _model(name: str, cols: tuple[Column, ...], doc: str, *, loose: bool = False) -> type[BaseModel]:
    fields: dict[str, Any] = {
        c.name: json_type(c) if c.required and not loose else (json_type(c) | None, None) for c in cols
    }
    return create_model(name, __base__=Strict, __doc__=doc, **fields)


def name_of(table: str) -> str:
    """The name of a record kind in the reference."""
    return TABLES[table].__name__


@cache
def record_model(table: str) -> type[BaseModel]:
    """A whole record; what is null or left out takes its default."""
    return _model(name_of(table), columns(table), TABLES[table].__doc__ or "")


@cache
def rest_model(table: str, *, loose: bool = False) -> type[BaseModel]:
    """A record without its key, which the address names; `loose`: only what is to change."""
    rest = tuple(c for c in columns(table) if not c.key)
    doc = "What is to change; null means the default." if loose else "A record without its key."
    return _model(f"{name_of(table)}{'Changes' if loose else 'Cells'}", rest, doc, loose=loose)


@cache
def key_model(table: str) -> type[BaseModel]:
    """The key of a record, as an object."""
    return _model(f"{name_of(table)}Key", key_columns(table), "What identifies a record.")


@cache
def stored_model(table: str) -> type[BaseModel]:
    """A record with the version that it was last written with, which is its ETag."""
    fields: dict[str, Any] = {"record": record_model(table), "version": Annotated[int, Field(ge=1)]}
    return create_model(f"Stored{name_of(table)}", __base__=Strict, **fields)


@cache
def page_model(name: str, item: type[BaseModel]) -> type[BaseModel]:
    """One page of a list; `next` is the offset of the next page, null on the last."""
    fields: dict[str, Any] = {
        "items": list[item],  # type: ignore[valid-type]
        "total": Annotated[int, Field(ge=0)], "next": (int | None, None),
    }  # fmt: skip
    return create_model(f"{name}Page", __base__=Strict, **fields)


@cache
def path_model(table: str) -> type[BaseModel]:
    """The address of a record: its portfolio and the parts of its key."""
    fields: dict[str, Any] = {"portfolio": Annotated[str, Field(pattern=ID)]}
    for col in key_columns(table):
        fields[col.name] = _part(col)
    return create_model(f"{name_of(table)}Path", **fields)


def _part(col: Column) -> Any:
    if col.choices:
        return Literal[col.choices]
    blank = "" if col.required else "-|"
    if col.type is Type.ID:
        return Annotated[str, Field(pattern=f"^({blank}[a-z0-9][a-z0-9._-]*)$", max_length=LONGEST_ID)]
    if col.required:
        return Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(a_date)]
    either: dict[str, Any] = {"anyOf": [{"enum": [BLANK]}, {"format": "date"}]}
    check = AfterValidator(lambda text: text if text == BLANK else a_date(text))
    return Annotated[str, Field(json_schema_extra=either), check]


@cache
def query_model(table: str) -> type[BaseModel]:
    """Which records of a table: a page, and columns that must have a value."""
    fields: dict[str, Any] = {
        c.name: (Annotated[str | None, Field(description=f"Only records with this {c.name}")], None)
        for c in columns(table)
    }
    return create_model(f"{name_of(table)}Query", __base__=Paging, **fields)


class Paging(Words):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=1000, description="Most items of the page")] = 100
    offset: Annotated[int, Field(ge=0, le=10**9, description="Items to pass over")] = 0


def as_json(table: str, record: Any) -> dict[str, Any]:
    """A record as JSON."""
    return {c.name: _json_value(c, getattr(record, c.attribute)) for c in columns(table)}


def _json_value(col: Column, value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    return write_cell(col, value)


def as_cells(data: Mapping[str, Any]) -> dict[str, str]:
    """The cells of a record, as texts of its CSV file, from JSON."""
    return {name: _cell(value) for name, value in data.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, int | float) else str(value)


def key_texts(table: str, path: BaseModel) -> tuple[str, ...]:
    """The key in an address, as texts."""
    parts = (str(getattr(path, c.name)) for c in key_columns(table))
    return tuple("" if part == BLANK else part for part in parts)


def address_of(table: str, record: Any) -> str:
    """The end of a record's address: the parts of its key."""
    cells = (write_cell(c, getattr(record, c.attribute)) for c in key_columns(table))
    return "/".join(cell or BLANK for cell in cells)
