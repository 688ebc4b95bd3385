"""Create, read, change and remove records: the same operations for every record kind that is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel

from app.actions.edit import Row, add_record, edit_record, find_row, remove_record, rows
from app.api import context, models
from app.api.context import Home, Known, MaySince, Once, Since
from app.api.gate import SECURITY
from app.api.responses import ETAG, LOCATION, READ, REPLAYED, VERSIONED, WRITE, answer, declare, nothing, refusals
from app.errors import NotFound
from app.store.records import HEAD
from solver.columns import BadCell, Type, monday, read_cell
from solver.records import TABLES, columns, key_columns


def attach(app: OpenAPI) -> None:
    """The operations of every record kind but the portfolio itself."""
    for table in TABLES:
        if table != HEAD:
            _Kind(app, table).attach()


class _Kind:
    """The operations of one record kind."""

    def __init__(self, app: OpenAPI, table: str) -> None:
        self.app, self.table = app, table
        self.name, self.tag = models.name_of(table), Tag(name=table, description=TABLES[table].__doc__)
        self.home = f"/portfolios/<portfolio>/{table}"
        self.place = self.home + "".join(f"/<{c.name}>" for c in key_columns(table))
        self.has_cells = any(not c.key for c in columns(table))

    def attach(self) -> None:
        """Register them."""
        stored, paths = models.stored_model(self.table), models.path_model(self.table)
        page = models.page_model(self.name, stored)
        declare(self.app, page, stored)
        read, again = {200: self._stored_as("OK")}, {304: nothing("Not Modified", ETAG)}
        made = self._stored_as("Created", LOCATION)
        listed = {200: answer(page.__name__, links=self._links("items/0/record"))}
        self._add("get", self.home, f"list_{self.table}", self._list(), listed, path=Home,
                  query=models.query_model(self.table))  # fmt: skip
        once = {201: self._stored_as("Created", LOCATION | REPLAYED)}
        self._add("post", self.home, f"create_{self.name}", self._create(), once, path=Home, header=Once,
                  body=models.record_model(self.table))  # fmt: skip
        self._add("get", self.place, f"get_{self.name}", self._get(), {**read, **again}, path=paths, header=Known)
        self._add("put", self.place, f"put_{self.name}", self._put(), {**read, 201: made},
                  path=paths, header=MaySince, body=models.rest_model(self.table))  # fmt: skip
        if self.has_cells:
            self._add("patch", self.place, f"change_{self.name}", self._patch(), read, path=paths,
                      header=Since, body=models.rest_model(self.table, loose=True))  # fmt: skip
        self._add("delete", self.place, f"remove_{self.name}", self._delete(), {204: nothing("Removed")}, path=paths,
                  header=Since)  # fmt: skip

    def _add(
        self, method: str, rule: str, operation: str, view: Callable[..., Any], good: dict[int, Any], **takes: Any
    ) -> None:
        """Register a view; what it takes is read from its annotations."""
        view.__name__, view.__annotations__ = operation, takes
        bad = refusals(*(READ if method == "get" else (*WRITE, *(VERSIONED if takes["header"] is not Once else ()))))
        register = getattr(self.app, method)
        register(rule, operation_id=operation, tags=[self.tag], responses={**bad, **good}, security=SECURITY)(view)

    def _stored_as(self, description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
        """A stored record, with links to what can be done with it next."""
        links = self._links("record", {"header.If-Match": "$response.header.ETag"})
        return answer(f"Stored{self.name}", description, {**ETAG, **(headers or {})}, links)

    def _links(self, where: str, version: dict[str, str] | None = None) -> dict[str, dict[str, str]]:
        """From a record to its operations; not where a blank part of the key is no text of the record."""
        if any(not c.required for c in key_columns(self.table)):
            return {}
        key = {c.name: f"$response.body#/{where}/{c.name}" for c in key_columns(self.table)}
        place = {"portfolio": "$request.path.portfolio", **key}
        writing = ("put", "remove", *(("change",) if self.has_cells else ())) if version else ()
        return {f"get_{self.name}": place} | {f"{verb}_{self.name}": place | (version or {}) for verb in writing}

    def _list(self) -> Callable[..., Any]:
        def view(path: Home, query: Any) -> dict[str, Any]:
            found = rows(context.db(), path.portfolio, self.table)
            asked = {c: getattr(query, c.name) for c in columns(self.table)}
            try:
                wanted = {c.attribute: _value(c, text) for c, text in asked.items() if text is not None}
            except BadCell:
                found, wanted = [], {}
            kept = [r for r in found if all(getattr(r.record, name) == value for name, value in wanted.items())]
            page = context.page_of(kept, query)
            return {**page, "items": [self._json(row) for row in page["items"]]}

        view.__doc__ = f"List {self.table}.\n\nFiltered by columns and paged."
        return view

    def _create(self) -> Callable[..., Any]:
        def view(path: Home, header: Once, body: BaseModel) -> Response:
            cells = models.as_cells(body.model_dump())
            add_record(context.db(), path.portfolio, self.table, cells, context.who())
            key = tuple(cells[c.name] for c in key_columns(self.table))
            return self._stored(path.portfolio, key, 201)

        view.__doc__ = f"Add to {self.table}.\n\n{TABLES[self.table].__doc__}"
        return view

    def _get(self) -> Callable[..., Any]:
        def view(path: Any, header: Known) -> Response:
            return self._stored(path.portfolio, models.key_texts(self.table, path))

        view.__doc__ = f"Read one of {self.table}.\n\nThe ETag is its version."
        return view

    def _put(self) -> Callable[..., Any]:
        def view(path: Any, header: MaySince, body: BaseModel) -> Response:
            key = models.key_texts(self.table, path)
            cells = models.as_cells(body.model_dump())
            if self._find(path.portfolio, key) is None:
                named = {c.name: text for c, text in zip(key_columns(self.table), key, strict=True)}
                add_record(context.db(), path.portfolio, self.table, {**cells, **named}, context.who())
                return self._stored(path.portfolio, key, 201)
            return self._edit(path.portfolio, key, cells)

        view.__doc__ = f"Write one of {self.table}.\n\nIt is added where it is not there, else If-Match is needed."
        return view

    def _patch(self) -> Callable[..., Any]:
        def view(path: Any, header: Since, body: BaseModel) -> Response:
            cells = models.as_cells(body.model_dump(exclude_unset=True))
            return self._edit(path.portfolio, models.key_texts(self.table, path), cells)

        view.__doc__ = f"Change some cells of one of {self.table}.\n\nWhat is left out stays; null means the default."
        return view

    def _delete(self) -> Callable[..., Any]:
        def view(path: Any, header: Since) -> Response:
            key = models.key_texts(self.table, path)
            version = context.version_asked(self._row(path.portfolio, key).version)
            if isinstance(version, Response):
                return version
            remove_record(context.db(), path.portfolio, self.table, key, version, context.who())
            return Response(status=204)

        view.__doc__ = f"Remove one of {self.table}.\n\nWhat other records need is not removed."
        return view

    def _edit(self, portfolio: str, key: tuple[str, ...], cells: dict[str, str]) -> Response:
        version = context.version_asked(self._row(portfolio, key).version)
        if isinstance(version, Response):
            return version
        edit_record(context.db(), portfolio, self.table, key, cells, version, context.who())
        return self._stored(portfolio, key)

    def _stored(self, portfolio: str, key: tuple[str, ...], status: int = 200) -> Response:
        row = self._row(portfolio, key)
        place = f"/portfolios/{portfolio}/{self.table}/{models.address_of(self.table, row.record)}"
        return context.tagged(self._json(row), row.version, status, place if status == 201 else "")

    def _row(self, portfolio: str, key: tuple[str, ...]) -> Row:
        row = self._find(portfolio, key)
        if row is None:
            raise NotFound(self.name, "/".join(key))
        return row

    def _find(self, portfolio: str, key: tuple[str, ...]) -> Row | None:
        return find_row(context.db(), portfolio, self.table, key)

    def _json(self, row: Row) -> dict[str, Any]:
        return {"record": models.as_json(self.table, row.record), "version": row.version}


def _value(col: Any, text: str) -> Any:
    """What a filter asks for; a week by any of its days."""
    value = read_cell(col, text) if text.strip() else col.default
    return monday(value) if col.type is Type.WEEK and value is not None else value
